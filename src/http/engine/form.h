/* The forms of a packet (stream/packet.h): a slot for each kind of client, and what several kinds
 * share. Any thread. */
#ifndef MR_HTTP_FORM_H
#define MR_HTTP_FORM_H

#include "stream/packet.h"

enum mr_form_slot {
    MR_FORM_BINARY,
    MR_FORM_JSON,
    MR_FORM_DATA,
    MR_FORM_DATA_URL,
    MR_FORM_MJPEG,
    MR_FORM_MJPEG_AHEAD,
    MR_FORM_SNAPSHOT,
    MR_FORM_SNAPSHOT_HEAD,
    MR_FORM_EVENT,
    MR_FORM_SOCKETIO,
    MR_FORM_SOCKETIO_BINARY,
    MR_FORM_SOCKETIO_POLL,
    MR_FORM_SOCKETIO_POLL_BINARY,
    MR_FORM_SLOTS,
};
_Static_assert(MR_FORM_SLOTS <= MR_PACKET_FORMS, "a packet has too few forms");

/* "data:image/jpeg;base64,…" as one part, made once for all who want it. */
extern const struct mr_form_maker mr_form_data_url;

/* Add a part; the bytes live as long as the packet. At most MR_PACKET_FORM_PARTS. */
void mr_form_add(struct mr_form *form, const void *bytes, size_t size);

/* Add all parts of another form of the same packet. */
void mr_form_add_form(struct mr_form *form, const struct mr_form *other);

#endif

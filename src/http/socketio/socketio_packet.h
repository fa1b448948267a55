/* Socket.IO 5 packets as text; binary data travels in messages of its own after the text, which has
 * placeholders for it. Any thread; no I/O. */
#ifndef MR_HTTP_SOCKETIO_PACKET_H
#define MR_HTTP_SOCKETIO_PACKET_H

#include "base/buffer.h"

#include <jansson.h>
#include <stdbool.h>

#define MR_SOCKETIO_NAMESPACE_MAX   128
#define MR_SOCKETIO_ATTACHMENTS_MAX 16
#define MR_SOCKETIO_DEPTH_MAX       128              /* of arrays and objects in one another */
#define MR_SOCKETIO_ID_MAX          9007199254740991 /* what a client's numbers hold */

enum mr_socketio_type {
    MR_SOCKETIO_CONNECT,
    MR_SOCKETIO_DISCONNECT,
    MR_SOCKETIO_EVENT,
    MR_SOCKETIO_ACK,
    MR_SOCKETIO_CONNECT_ERROR,
    MR_SOCKETIO_BINARY_EVENT,
    MR_SOCKETIO_BINARY_ACK,
};

struct mr_socketio_packet {
    enum mr_socketio_type type;
    char name[MR_SOCKETIO_NAMESPACE_MAX + 1]; /* of the namespace, "/…" */
    int64_t id;                               /* for the acknowledgement; < 0: none */
    unsigned attachments; /* binary messages that follow; `data` names each once:
                             {"_placeholder":true,"num":0} … */
    json_t *data;         /* one reference; NULL: none. An event: an array, the event's name first;
                             an acknowledgement: an array; connections: an object */
};

/* Read a packet.
 * out:    *packet; finish it; on error there is nothing to finish
 * return: 0; -EBADMSG it breaks the protocol or one of the limits above, or out of memory */
int mr_socketio_packet_decode(const uint8_t *text, size_t size, struct mr_socketio_packet *packet);
void mr_socketio_packet_finish(struct mr_socketio_packet *packet);

/* Append a packet. Out of memory is remembered in *out. */
void mr_socketio_packet_encode(const struct mr_socketio_packet *packet, struct mr_buffer *out);

/* Whether the event's name is `name`. */
bool mr_socketio_packet_is_event(const struct mr_socketio_packet *packet, const char *name);

#endif

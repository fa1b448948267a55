/* A packet: one finished frame, immutable and reference-counted: numbers, payload, JPEG, and the
 * framed bytes ("form") for each kind of client, each made at most once and only when asked for.
 *
 * One allocation holds numbers, payload and, unless it is shared, JPEG. Any thread, but for mr_packet_form. */
#ifndef MR_STREAM_PACKET_H
#define MR_STREAM_PACKET_H

#include "base/blob.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#define MR_PACKET_FORMS      16 /* kinds of clients, and what they share */
#define MR_PACKET_FORM_PARTS 6

struct mr_packet {
    uint64_t number; /* of the publication, from 1, without gaps; set by the hub */
    uint64_t seq;    /* of the frame in its stream; a frame that was dropped leaves a gap */
    int64_t pts_us;
    int64_t captured_us;
    int64_t published_us; /* monotonic, set by the hub */
    int width, height;
    const char *payload; /* JSON text, 0-terminated */
    size_t payload_size;
    const uint8_t *jpeg;
    size_t jpeg_size;
};

/* The bytes that one kind of client gets for a packet, as parts to be sent one after another. Parts
 * may point into the packet; what else they point to is in `owned`. */
struct mr_form {
    struct iovec part[MR_PACKET_FORM_PARTS];
    int parts;
    size_t size_bytes; /* of all parts */
    void *owned;       /* malloc'd or NULL, freed with the packet */
};

/* How a form is made: a constant, one a kind of client, with a slot of its own. It may ask for other
 * forms of the packet and point into them. */
struct mr_form_maker {
    unsigned slot;                                               /* 0 … MR_PACKET_FORMS - 1 */
    int (*make)(struct mr_packet *packet, struct mr_form *form); /* 0 or -ENOMEM */
};

struct mr_packet_content {
    uint64_t seq;
    int64_t pts_us, captured_us;
    int width, height;
    const char *payload;
    size_t payload_size;
    const uint8_t *jpeg;
    size_t jpeg_size;
    struct mr_blob *blob; /* holds the JPEG and is shared; NULL: the JPEG is copied */
};

/* Copy the content into a new packet with one reference.
 * return: the packet; NULL when out of memory */
struct mr_packet *mr_packet_create(const struct mr_packet_content *content);

/* return: the same packet, with one reference more */
struct mr_packet *mr_packet_ref(struct mr_packet *packet);
void mr_packet_unref(struct mr_packet **packet); /* clears it; takes a pointer to NULL */

/* The packet as `maker` frames it, made now if nobody asked before.
 * return: the form, as long as the packet is held; NULL when out of memory
 * thread: one for all packets: the fan-out thread */
const struct mr_form *mr_packet_form(struct mr_packet *packet, const struct mr_form_maker *maker);

#endif

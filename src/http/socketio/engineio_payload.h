/* The payloads of Engine.IO 4, which carry several packets while polling: they stand one after another with 0x1e between
 * them, binary ones as "b" and base64. Any thread; no I/O. */
#ifndef MR_HTTP_ENGINEIO_PAYLOAD_H
#define MR_HTTP_ENGINEIO_PAYLOAD_H

#include "http/socketio/engineio_packet.h"

/* Reads a payload. The caller's memory. */
struct mr_engineio_payload {
    const uint8_t *at; /* borrowed */
    size_t left;
    bool ended;
    unsigned room;           /* for packets */
    struct mr_buffer binary; /* the last binary packet's data */
};

/* max: packets in it */
void mr_engineio_payload_init(struct mr_engineio_payload *payload, const uint8_t *bytes,
                              size_t size, unsigned max);
void mr_engineio_payload_finish(struct mr_engineio_payload *payload);

/* Read the next packet.
 * out:    *packet, good until the next call
 * return: 1; 0 at the end; -EBADMSG it is no packet, or the payload is empty; -EMSGSIZE there
 *         are more than allowed; -ENOMEM */
int mr_engineio_payload_next(struct mr_engineio_payload *payload,
                             struct mr_engineio_packet *packet);

/* Append a packet to a payload, with what parts it from the one before. */
void mr_engineio_payload_add(struct mr_buffer *payload, const struct mr_engineio_packet *packet);

#endif

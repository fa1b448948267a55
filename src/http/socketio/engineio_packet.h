/* Engine.IO 4 packets, and the payloads that carry several of them while polling. Any thread; no I/O.
 *
 * On a WebSocket each message is one packet: text with its type as a digit, or a binary message. In a
 * payload packets stand one after another with 0x1e between them, binary ones as "b" and base64. */
#ifndef MR_HTTP_ENGINEIO_PACKET_H
#define MR_HTTP_ENGINEIO_PACKET_H

#include "base/buffer.h"

#include <stdbool.h>

enum mr_engineio_type {
    MR_ENGINEIO_OPEN,
    MR_ENGINEIO_CLOSE,
    MR_ENGINEIO_PING,
    MR_ENGINEIO_PONG,
    MR_ENGINEIO_MESSAGE,
    MR_ENGINEIO_UPGRADE,
    MR_ENGINEIO_NOOP,
};

struct mr_engineio_packet {
    enum mr_engineio_type type;
    bool binary;         /* of messages only */
    const uint8_t *data; /* borrowed; text is valid UTF-8 */
    size_t size;
};

/* Read a WebSocket message, of which text is valid UTF-8 already.
 * out:    *packet borrows from bytes
 * return: 0; -EBADMSG it is no packet */
int mr_engineio_decode(bool binary, const uint8_t *bytes, size_t size,
                       struct mr_engineio_packet *packet);

/* Append a packet of text as a WebSocket message has it. A binary one is its data. */
void mr_engineio_encode(enum mr_engineio_type type, const void *text, size_t size,
                        struct mr_buffer *out);

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

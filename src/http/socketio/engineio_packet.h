/* Engine.IO 4 packets as messages of a WebSocket: text with its type as a digit, or a binary message. Any thread; no
 * I/O. */
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
int mr_engineio_packet_decode(bool binary, const uint8_t *bytes, size_t size,
                              struct mr_engineio_packet *packet);

/* Append a packet of text as a WebSocket message has it. A binary one is its data. */
void mr_engineio_packet_encode(enum mr_engineio_type type, const void *text, size_t size,
                               struct mr_buffer *out);

#endif

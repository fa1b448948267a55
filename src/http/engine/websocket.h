/* Reads the frames of a WebSocket client after the handshake; gives messages and answers. wslay
 * parses; pings are answered, a close is answered, a broken rule closes with the code of RFC 6455.
 *
 * One a client; one thread at a time. It does no I/O. */
#ifndef MR_HTTP_WEBSOCKET_H
#define MR_HTTP_WEBSOCKET_H

#include "base/buffer.h"

#include <stdbool.h>

#define MR_WEBSOCKET_MESSAGE_MAX   (64 * 1024ul)
#define MR_WEBSOCKET_FRAGMENTS_MAX 1024 /* of one message: each costs memory, however small */

#define MR_CLOSE_NORMAL         1000
#define MR_CLOSE_GOING_AWAY     1001
#define MR_CLOSE_PROTOCOL_ERROR 1002
#define MR_CLOSE_UNSUPPORTED    1003
#define MR_CLOSE_BAD_DATA       1007
#define MR_CLOSE_POLICY         1008
#define MR_CLOSE_TOO_BIG        1009
#define MR_CLOSE_INTERNAL       1011

struct mr_websocket;

struct mr_websocket_options {
    /* A whole message, borrowed; text is valid UTF-8.
     * return: 0, or the code to close with */
    int (*message)(void *opaque, bool binary, const uint8_t *bytes, size_t size);
    /* A pong, borrowed. */
    void (*pong)(void *opaque, const uint8_t *bytes, size_t size);
    void *opaque;
    size_t max_message; /* bytes; 0: MR_WEBSOCKET_MESSAGE_MAX */
};

/* return: the WebSocket, NULL when out of memory */
struct mr_websocket *mr_websocket_create(const struct mr_websocket_options *options);
void mr_websocket_destroy(struct mr_websocket *websocket); /* takes NULL */

/* Take bytes that came from the client.
 * out:    answers (pongs, a close) are appended to *out
 * return: whether it is still open; once it is not, nothing more is to be sent */
bool mr_websocket_receive(struct mr_websocket *websocket, const uint8_t *bytes, size_t size,
                          struct mr_buffer *out);

/* Append a ping; its pong brings the bytes back. size: at most 125 */
void mr_websocket_ping(struct mr_buffer *out, const void *bytes, size_t size);

/* Append a close frame. `reason` is cut at 123 bytes. */
void mr_websocket_close(struct mr_buffer *out, int code, const char *reason);

#endif

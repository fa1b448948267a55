/* The opening handshake of a WebSocket (RFC 6455, section 4.2). Any thread; no I/O. */
#ifndef MR_HTTP_HANDSHAKE_H
#define MR_HTTP_HANDSHAKE_H

#include "base/buffer.h"

#include <stdbool.h>

/* The fields of a request; those that it lacks are NULL. */
struct mr_handshake {
    const char *connection;
    const char *upgrade;
    const char *version;
    const char *key;
};

enum mr_handshake_fault {
    MR_HANDSHAKE_OK,
    MR_HANDSHAKE_NO_UPGRADE,  /* an ordinary request */
    MR_HANDSHAKE_BAD_VERSION, /* of the protocol: 13 it must be */
    MR_HANDSHAKE_BAD_KEY,     /* not 16 bytes in base64 */
};

/* return: the first thing that is wrong with the head of an upgrade; MR_HANDSHAKE_OK when nothing is */
enum mr_handshake_fault mr_handshake_check(const struct mr_handshake *handshake);

/* Append the 101 answer to a request that was found right. */
void mr_handshake_answer(const char *key, struct mr_buffer *out);

/* Whether a comma-separated list holds `token`, in upper or lower case; list may be NULL. */
bool mr_handshake_has_token(const char *list, const char *token);

#endif

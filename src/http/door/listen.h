/* Where the server listens. Any thread. */
#ifndef MR_HTTP_LISTEN_H
#define MR_HTTP_LISTEN_H

#include "base/error.h"

#include <netinet/in.h>

/* What a connection may hold that nobody has read yet: a request waits there until it is whole
 * (porch.h). Twice that is asked for by the kernel's way of counting. */
#define MR_LISTEN_RECEIVE_BYTES (192 * 1024)

/* What a connection may hold that its client has not taken yet: most answers fit, so that a slow
 * reader holds no worker (long_send.h). Twice that is what the kernel counts to. */
#define MR_LISTEN_SEND_BYTES (192 * 1024)

/* "127.0.0.1:8080", "localhost:0", "0.0.0.0:80" to an address; names may be looked up.
 * return: 0; -EINVAL with *error */
int mr_listen_parse(const char *text, struct sockaddr_in *address, struct mr_error *error);

/* Listen there; `text` is what the user wrote.
 * in:     *address; its port is the real one afterwards
 * return: the listening socket, close-on-exec; -errno of socket, bind and listen with *error */
int mr_listen_open(struct sockaddr_in *address, const char *text, struct mr_error *error);

#endif

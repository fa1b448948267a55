/* Where the server listens: "ADDR:PORT" checked before civetweb gets it, since civetweb does not
 * say what is wrong. Any thread. */
#ifndef MR_HTTP_LISTEN_H
#define MR_HTTP_LISTEN_H

#include "base/error.h"

#include <netinet/in.h>

/* "127.0.0.1:8080", "localhost:0", "0.0.0.0:80" to an address; names may be looked up.
 * return: 0; -EINVAL with *error */
int mr_listen_parse(const char *text, struct sockaddr_in *address, struct mr_error *error);

/* Whether one can listen there; `text` is what the user wrote.
 * return: 0; -errno of socket and bind with *error */
int mr_listen_probe(const struct sockaddr_in *address, const char *text, struct mr_error *error);

#endif

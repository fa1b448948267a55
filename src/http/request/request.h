/* A request on its way through the routes, and what routes may ask of it. Plain data on the worker's stack; all functions
 * belong to the
 * connection's owner, a worker or the door's thread, and never block. */
#ifndef MR_HTTP_REQUEST_H
#define MR_HTTP_REQUEST_H

#include "http/request/connection.h"
#include "http/request/forwarded.h"
#include "http/request/site.h"
#include "stream/registry.h"
#include "stream/siblings.h"

#include <stdbool.h>

struct mr_request {
    struct mr_site *site;
    struct mr_connection *connection;
    struct mr_forwarded from; /* the client's own address and scheme */
    const char *method;       /* "GET" */
    const char *path;         /* decoded, without dot segments and --base-path */
    const char *query;        /* as it was sent; NULL: none */
    bool head;                /* the answer's body is not to be sent */
    bool guarded;             /* the route shows pictures or data, which need a right */
    bool has_ticket;          /* it came with a ticket, which is used up: the token's rights */
    bool has_view_token;      /* the address holds the view token, where that is allowed */
    char stream[MR_STREAM_NAME_MAX + 1]; /* {s} of the path, "" when it has none */
    char file[MR_SIBLING_NAME_MAX + 1];  /* {f}, likewise */
    char alias[MR_STREAM_NAME_MAX +
               sizeof("/snapshot/.jpg")]; /* the path, if another one stood for it */
};

/* Begin to answer a connection whose head was parsed.
 * return: the request; it lives as long as the connection */
struct mr_request mr_request_begin(struct mr_site *site, struct mr_connection *connection);

/* return: the value of a header field; NULL: it is not there. It lives as long as the connection */
const char *mr_request_header(const struct mr_request *request, const char *name);

/* Read a parameter of the query, decoded.
 * out:    value: "" unless it is there
 * return: whether it is there; a value that is too long is cut */
bool mr_request_parameter(const struct mr_request *request, const char *name, char *value,
                          size_t size);

#endif

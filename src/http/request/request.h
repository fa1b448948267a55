/* A request on its way through the routes: plain data on the worker's stack. */
#ifndef MR_HTTP_REQUEST_H
#define MR_HTTP_REQUEST_H

#include "http/request/forwarded.h"
#include "http/request/site.h"
#include "stream/siblings.h"

#include <civetweb.h>
#include <stdbool.h>

struct mr_request {
    struct mr_site *site;
    struct mg_connection *connection;
    const struct mg_request_info *info;
    struct mr_forwarded from;            /* the client's own address and scheme */
    const char *path;                    /* decoded, without dot segments and --base-path */
    bool head;                           /* the answer's body is not to be sent */
    bool guarded;                        /* the route shows pictures or data, which need a right */
    char stream[MR_STREAM_NAME_MAX + 1]; /* {s} of the path, "" when it has none */
    char file[MR_SIBLING_NAME_MAX + 1];  /* {f}, likewise */
};

#endif

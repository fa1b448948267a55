/* The log of refused clients. A page cannot read the answer to its WebSocket; whoever has set up the proxy in front looks
 * into the log. */
#ifndef MR_HTTP_REFUSAL_H
#define MR_HTTP_REFUSAL_H

#include "http/request/request.h"

/* Log a warning that names the client, at most once in 10 s for the whole server.
 * thread: any */
void mr_refusal_log(const struct mr_request *request, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

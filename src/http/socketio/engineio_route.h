/* Requests of Engine.IO, as far as the door's thread and workers deal with them: they read and check, the fan-out engine's
 * thread does the rest. */
#ifndef MR_HTTP_ENGINEIO_ROUTE_H
#define MR_HTTP_ENGINEIO_ROUTE_H

#include "http/request/request.h"

struct mr_engineio;

/* A POST has begun: its body is about to be read. One that begins while another one of the same session has not been
 * answered ends the session, as in the reference server. thread: the door's; never blocks */
void mr_engineio_route_begin_post(const struct mr_request *request, struct mr_engineio *engineio);

/* Answer a request that was found to be allowed, of whatever method: workers only.
 * return: the status */
int mr_engineio_route_answer(const struct mr_request *request, struct mr_engineio *engineio);

#endif

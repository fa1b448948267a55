/* The description of all addresses: openapi.json, compiled in. Workers only. Returns the status of its
 * answer. */
#ifndef MR_HTTP_OPENAPI_H
#define MR_HTTP_OPENAPI_H

#include "http/request/request.h"

/* Routes. return: the status of the answer. thread: a worker */
int mr_openapi(const struct mr_request *request); /* GET /api/openapi.json */

#endif

/* State as JSON. Workers only. Each returns the status of its answer. */
#ifndef MR_HTTP_API_H
#define MR_HTTP_API_H

#include "http/request/request.h"

/* Routes. return: the status of the answer. thread: a worker */
int mr_api_streams(const struct mr_request *request); /* GET /api/streams */
int mr_api_stream(const struct mr_request *request);  /* GET /api/streams/{s} */
int mr_api_health(const struct mr_request *request);  /* GET /healthz */

#endif

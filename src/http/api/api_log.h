/* A stream's log. Workers only. Returns the status of its answer. */
#ifndef MR_HTTP_API_LOG_H
#define MR_HTTP_API_LOG_H

#include "http/request/request.h"

/* Routes. return: the status of the answer. thread: a worker */
int mr_api_log(const struct mr_request *request); /* GET /api/streams/{s}/log */

#endif

/* A stream's script: its text, and another one in its place. Workers only. Each returns the status of
 * its answer. */
#ifndef MR_HTTP_API_SCRIPT_H
#define MR_HTTP_API_SCRIPT_H

#include "http/request/request.h"

/* Routes. return: the status of the answer. thread: a worker */
int mr_api_script(const struct mr_request *request);         /* GET /api/streams/{s}/script */
int mr_api_script_replace(const struct mr_request *request); /* PUT; rights were checked */

#endif

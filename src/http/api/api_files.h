/* The Lua files beside a stream's script (stream/siblings.h). Workers only; rights were checked. Each
 * returns the status of its answer. */
#ifndef MR_HTTP_API_FILES_H
#define MR_HTTP_API_FILES_H

#include "http/request/request.h"

/* Routes. return: the status of the answer. thread: a worker */
int mr_api_files(const struct mr_request *request);       /* GET /api/streams/{s}/files */
int mr_api_file(const struct mr_request *request);        /* GET /api/streams/{s}/files/{f} */
int mr_api_files_write(const struct mr_request *request); /* PUT */

#endif

/* The route of everything that is a file: the user's folder first, then the built-in pages. */
#ifndef MR_HTTP_FILES_H
#define MR_HTTP_FILES_H

#include "http/request/request.h"

/* return: the status of the answer; 404 when there is no such file. Workers only. */
int mr_files_get(const struct mr_request *request);

/* Pages whose address is not a file's name: /studio, /embed/{s}.
 * return: the status of the answer. thread: a worker */
int mr_files_studio(const struct mr_request *request);
int mr_files_embed(const struct mr_request *request);

#endif

/* A script's settings: shown and changed. Workers only. Each returns the status of its answer. */
#ifndef MR_HTTP_API_SETTINGS_H
#define MR_HTTP_API_SETTINGS_H

#include "http/request/request.h"

#define MR_API_SETTINGS_BODY_MAX (64 * 1024)

/* Routes. return: the status of the answer. thread: a worker */
int mr_api_settings(const struct mr_request *request);        /* GET /api/streams/{s}/settings */
int mr_api_settings_change(const struct mr_request *request); /* PATCH; rights were checked */

#endif

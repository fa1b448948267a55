/* The routes that turn a request into a streaming client: checks, takes the socket over, hands it
 * to the engine. Workers only; each returns the status of its answer. */
#ifndef MR_HTTP_UPGRADE_H
#define MR_HTTP_UPGRADE_H

#include "http/request/request.h"

/* GET /ws/{s}. return: the status of the answer. thread: a worker */
int mr_upgrade_native(const struct mr_request *request);

#endif

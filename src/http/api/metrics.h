/* Figures for Prometheus. Workers only. Returns the status of its answer. */
#ifndef MR_HTTP_METRICS_H
#define MR_HTTP_METRICS_H

#include "http/request/request.h"

/* Routes. return: the status of the answer. thread: a worker */
int mr_metrics(const struct mr_request *request); /* GET /metrics */

#endif

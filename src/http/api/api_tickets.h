/* Tickets as JSON: POST /api/tickets. Workers only. */
#ifndef MR_HTTP_API_TICKETS_H
#define MR_HTTP_API_TICKETS_H

#include "http/request/request.h"

#define MR_API_TICKETS_BODY_MAX 1024

/* return: the status of the answer. thread: a worker */
int mr_api_tickets(const struct mr_request *request);

#endif

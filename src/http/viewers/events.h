/* Server-Sent Events, GET /events/{s}: the payloads, and what the script says. */
#ifndef MR_HTTP_EVENTS_H
#define MR_HTTP_EVENTS_H

#include "http/engine/protocol.h"
#include "http/request/request.h"

extern const struct mr_protocol mr_events_protocol;

/* Workers only. return: the status */
int mr_events_get(const struct mr_request *request);

#endif

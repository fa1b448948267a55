/* Counters of requests, for /metrics. Any thread. */
#ifndef MR_HTTP_TRAFFIC_H
#define MR_HTTP_TRAFFIC_H

#include <stdatomic.h>

#define MR_TRAFFIC_CLASSES 5 /* 1xx (taken over by a WebSocket) … 5xx */

struct mr_traffic {
    atomic_ullong requests[MR_TRAFFIC_CLASSES];
    atomic_ullong
        dropped; /* connections that were closed, for want of room, with no or half an answer */
};

/* A request was answered with `status`. */
static inline void mr_traffic_count(struct mr_traffic *traffic, int status)
{
    int hundred = status / 100;
    if (hundred >= 1 && hundred <= MR_TRAFFIC_CLASSES)
        atomic_fetch_add_explicit(&traffic->requests[hundred - 1], 1, memory_order_relaxed);
}

#endif

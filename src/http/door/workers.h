/* Threads ("worker") that answer requests which the door has read whole.
 *
 * Requests are taken first come first served, but for those whose answers are costly to make: they come last, and at most
 * MR_WORKERS_COSTLY_MAX workers make such answers at a time, so that many of them do not delay all others. */
#ifndef MR_HTTP_WORKERS_H
#define MR_HTTP_WORKERS_H

#include "http/request/connection.h"

#define MR_WORKERS            8
#define MR_WORKERS_COSTLY_MAX 2
#define MR_WORKERS_QUEUE_MAX  1024 /* requests that wait for a worker */

struct mr_workers;

struct mr_workers_options {
    /* Answer a connection and give it back to its door, or destroy it. Called by the workers. */
    void (*answer)(void *opaque, struct mr_connection *connection);
    /* return: whether the answer takes milliseconds to make. Called by whoever puts the connection; NULL: none does */
    bool (*is_costly)(void *opaque, struct mr_connection *connection);
    void *opaque;
};

/* Start the threads.
 * return: 0; -ENOMEM; -errno of pthread_create */
int mr_workers_create(const struct mr_workers_options *options, struct mr_workers **made);

/* Queue a connection whose request can be answered.
 * in:     connection: goes to the workers, but stays the caller's on failure
 * return: 0; -EBUSY: too many wait. thread: any */
int mr_workers_put(struct mr_workers *workers, struct mr_connection *connection);

/* Close those who wait, let the workers end what they are doing, and free everything. Nobody may put a connection any
 * more. Takes NULL. */
void mr_workers_destroy(struct mr_workers *workers);

#endif

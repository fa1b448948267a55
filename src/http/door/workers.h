/* civetweb's threads as workers: each takes one connection whose request can be answered, and answers it. civetweb never
 * sees a client's socket (handoff.h); this is the only place that calls it. */
#ifndef MR_HTTP_WORKERS_H
#define MR_HTTP_WORKERS_H

#include "base/error.h"
#include "http/door/handoff.h"

struct mr_workers;

struct mr_workers_options {
    /* Answer a connection and give it back to its door, or destroy it. Called by the workers. */
    void (*answer)(void *opaque, struct mr_connection *connection);
    void *opaque;
};

/* Start the threads.
 * return: 0; -errno with *error */
int mr_workers_create(const struct mr_workers_options *options, struct mr_workers **made,
                      struct mr_error *error);

/* return: where connections are put for the workers; lives as long as they do */
struct mr_handoff *mr_workers_handoff(struct mr_workers *workers);

/* Close those who wait, let the workers end what they are doing, and free everything. Takes NULL. */
void mr_workers_destroy(struct mr_workers *workers);

#endif

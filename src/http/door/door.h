/* The door: one epoll thread ("door") that accepts connections, reads each request into memory until it is whole, hands it
 * to a worker (workers.h), and sends what the client's socket does not take of the answer at once. So no client that is
 * slow, idle or malicious ever holds a worker.
 *
 * A client that takes too long is told so, or closed if it never said anything. When too many wait, the one that has
 * waited longest makes room, one of the same network if that has many. Without descriptors, and when too many wait for a
 * worker, newcomers are told 503. */
#ifndef MR_HTTP_DOOR_H
#define MR_HTTP_DOOR_H

#include "http/door/accept.h"
#include "http/door/intake.h"
#include "http/door/workers.h"

/* Requests that are awaited at once, and as many answers that are being sent. Of one network (mr_peer_network) there
 * may be half of them. */
#define MR_DOOR_CONNECTIONS_MAX 1024
#define MR_DOOR_PER_NETWORK_MAX 512

/* Memory that bodies, and answers that are being sent, may hold all together. */
#define MR_DOOR_MEMORY_MAX (64 * 1024 * 1024)

struct mr_door;

struct mr_door_options {
    const int *listeners; /* listening sockets; they go to the door, failure included */
    size_t listener_count;
    struct mr_workers *workers; /* borrowed; destroyed between mr_door_stop and mr_door_destroy */
    atomic_ullong *dropped;     /* counts connections that were closed for want of room; borrowed */

    /* The route's limit of a body, see intake.h. */
    size_t (*max_body)(void *opaque, struct mr_connection *connection);
    /* Make the answer to a request that the door refuses. Called by the door's thread. */
    void (*refuse)(void *opaque, struct mr_connection *connection, int status, const char *why);
    void *opaque;
};

/* Start the thread.
 * return: 0; -ENOMEM; -errno of epoll_create1, eventfd, open, pthread_create */
int mr_door_create(const struct mr_door_options *options, struct mr_door **door);

/* A worker is done with a connection: send its answer, and close it, unless its socket was taken over.
 * in:     connection: goes back to its door. thread: any; never blocks */
void mr_door_give_back(struct mr_connection *connection);

/* End the thread: nobody is accepted, read or passed on any more, and what workers give back is sent as far as the socket
 * takes it at once. thread: the creator's. Takes NULL. */
void mr_door_stop(struct mr_door *door);

/* Stop it, if it runs, and close all connections. No worker may give one back any more. Takes NULL. */
void mr_door_destroy(struct mr_door *door);

#endif

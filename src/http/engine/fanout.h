/* The fan-out engine: one epoll thread ("fanout") that owns every streaming client's socket and
 * delivers each hub's packets to the hub's viewers.
 *
 * Clients are grouped by hub. When a hub has news, its newest packets are fetched once, and every
 * client of the group that is free is sent its next one (client.h says which). A client that is
 * not free goes on when its socket can be written to again. One system call a client and packet.
 * Texts of the script are queued to the clients they are for, and go out between two packets. */
#ifndef MR_HTTP_FANOUT_H
#define MR_HTTP_FANOUT_H

#include "http/engine/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mr_fanout;

/* A service: something with time-outs of its own besides sockets, as sessions of several sockets. Engine's thread. */
struct mr_fanout_service {
    int64_t (*due)(
        void *opaque); /* when `run` is to be called next (monotonic); INT64_MAX: never */
    void (*run)(void *opaque, int64_t now_us);
    void *opaque;
};

#define MR_FANOUT_SERVICES_MAX 4

struct mr_fanout_options {
    unsigned max_clients;                     /* at once */
    const struct mr_fanout_service *services; /* copied; NULL: none */
    size_t service_count;                     /* up to MR_FANOUT_SERVICES_MAX */
};

/* Start the thread.
 * return: 0; -ENOMEM; -errno of epoll_create1, eventfd, pthread_create */
int mr_fanout_create(const struct mr_fanout_options *options, struct mr_fanout **engine);

/* Say goodbye to every client with `reason` (a constant), wait until they have been told or
 * `deadline_us` (monotonic) has come, close their sockets and end the thread. Nobody can be added
 * from now on. Takes an engine that is stopped. */
void mr_fanout_stop(struct mr_fanout *engine, const char *reason, int64_t deadline_us);

void mr_fanout_destroy(struct mr_fanout *engine); /* stopped; takes NULL */

/* Places besides max_clients for who has the token: a full house does not keep its owner out. */
#define MR_FANOUT_AUTHORS 8

/* Take a place for one more client before anything is promised to it. A place that is not used up
 * by mr_fanout_add is given back with mr_fanout_dismiss.
 * in:     author: the client has the token
 * return: false when all places are taken. thread: any */
bool mr_fanout_admit(struct mr_fanout *engine, bool author);
void mr_fanout_dismiss(struct mr_fanout *engine);

/* Hand a socket over, for which a place was taken.
 * return: 0; -ENOMEM, -ESHUTDOWN: the socket is closed, the place given back
 * thread: any; never blocks */
int mr_fanout_add(struct mr_fanout *engine, const struct mr_arrival *arrival);

/* return: how many places are taken. Any thread. */
unsigned mr_fanout_clients(struct mr_fanout *engine);

#endif

/* Where connections wait until their request is whole, so that nobody who is slow, idle or malicious
 * ever holds one of civetweb's few workers: one epoll thread ("porch") accepts, looks at what has
 * come without taking it, and passes a connection on once its head, and its body as far as that is
 * small, are there. Then a worker reads all of it without waiting.
 *
 * Whoever waits too long is closed. When there are too many, the one who has waited longest makes
 * room, of the same address if that has many. Without descriptors newcomers are told 503. */
#ifndef MR_HTTP_PORCH_H
#define MR_HTTP_PORCH_H

#include "http/door/feed.h"

#include <stdint.h>

#define MR_PORCH_GUESTS_MAX      1024 /* who wait at once, */
#define MR_PORCH_PER_ADDRESS_MAX 512  /* of one address */
#define MR_PORCH_WAIT_US         (10 * 1000000LL)

/* Of a head: civetweb takes no more. Of a body: both fit into the socket's buffer
 * (MR_LISTEN_RECEIVE_BYTES); a larger one is not waited for, a worker reads it. */
#define MR_PORCH_HEAD_BYTES (16 * 1024)
#define MR_PORCH_BODY_BYTES (64 * 1024)

struct mr_porch;

/* Start the thread.
 * in:     listener: a listening socket; goes to the porch, failure included. feed: gets those whose
 *         request is whole; outlives the porch
 * return: 0; -ENOMEM; -errno of epoll_create1, eventfd, open, pthread_create */
int mr_porch_create(int listener, struct mr_feed *feed, struct mr_porch **porch);

/* Accept nobody any more and close all who wait. Takes NULL. */
void mr_porch_destroy(struct mr_porch *porch);

#endif

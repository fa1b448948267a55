/* Accepts connections on all listening sockets, as long as there are descriptors. The door's thread only. */
#ifndef MR_HTTP_ACCEPT_H
#define MR_HTTP_ACCEPT_H

#include "http/request/connection.h"

#define MR_ACCEPT_LISTENERS_MAX 16

struct mr_accept;

struct mr_accept_options {
    const int
        *listeners; /* MR_ACCEPT_LISTENERS_MAX at most; they go to the acceptor, failure included */
    size_t listener_count;
    int epoll; /* borrowed; an event with `mark` as its data.ptr says that connections can be accepted */
    void *mark; /* not NULL */
    /* Called with `mark` for each connection, which goes to the callee. */
    void (*welcome)(void *mark, struct mr_connection *connection);
};

/* return: 0; -ENOMEM; -errno of open, epoll_ctl. thread: any, before the door's starts */
int mr_accept_create(const struct mr_accept_options *options, struct mr_accept **made);

/* Accept a bounded number of connections. */
void mr_accept_some(struct mr_accept *acceptor);

/* return: whether accepting has stopped for a moment because it failed */
bool mr_accept_is_paused(const struct mr_accept *acceptor);

/* Go on with accepting, if it has stopped. */
void mr_accept_resume(struct mr_accept *acceptor);

void mr_accept_destroy(struct mr_accept *acceptor); /* takes NULL */

#endif

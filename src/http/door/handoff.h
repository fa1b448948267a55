/* Hands requests that are whole to civetweb's workers, first come first served.
 *
 * civetweb has no way to be given work. It takes connections with accept(2), of which this module has the one that the
 * program's libraries find first: for the descriptor that civetweb takes for its listening socket it returns one end of a
 * socket pair on which a made-up request waits, and is libc's for all others. The address that civetweb is told (127.x.y.z
 * and a port) is a key that leads the worker to the connection. So civetweb never sees a client's socket or bytes. */
#ifndef MR_HTTP_HANDOFF_H
#define MR_HTTP_HANDOFF_H

#include "http/request/connection.h"

#include <netinet/in.h>

struct mr_handoff;

/* return: 0; -ENOMEM; -errno of eventfd */
int mr_handoff_create(struct mr_handoff **handoff);

/* Have civetweb take its connections from here. Once.
 * in:     port: on 127.0.0.1, where civetweb listens; nobody can connect there afterwards
 * return: 0; -ETIMEDOUT: civetweb did not accept; -errno of socket, connect, dup3. thread: civetweb's creator */
int mr_handoff_connect(struct mr_handoff *handoff, in_port_t port);

/* Queue a connection whose request can be answered; it goes to the hand-off, failure included.
 * return: 0; -ENOMEM; -ESHUTDOWN. thread: any */
int mr_handoff_put(struct mr_handoff *handoff, struct mr_connection *connection);

/* The connection behind an address that civetweb was told; once.
 * return: the caller's from now on; NULL: there is none. thread: any */
struct mr_connection *mr_handoff_take(struct mr_handoff *handoff, const char *address, int port);

/* Close those who wait, and refuse all that are put later. civetweb's accept fails at once from now on, so that it sees
 * that it is to stop. thread: any */
void mr_handoff_stop(struct mr_handoff *handoff);

/* in:     handoff: civetweb has ended; NULL is allowed */
void mr_handoff_destroy(struct mr_handoff *handoff);

#endif

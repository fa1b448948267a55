/* Hands requests that are whole to civetweb's workers.
 *
 * civetweb has no way to be given work. It takes connections with accept(2), of which this module has the one that the
 * program's libraries find first: for the descriptor that civetweb takes for its listening socket it returns one end of a
 * socket pair on which a made-up request waits, and is libc's for all others. A worker that reads such a request takes the
 * connection that is next here. So civetweb never sees a client's socket or bytes.
 *
 * Requests are taken first come first served, but for those whose answers are costly: they come last, and a few workers at
 * a time make them, so that many of them do not delay all others. */
#ifndef MR_HTTP_HANDOFF_H
#define MR_HTTP_HANDOFF_H

#include "http/request/connection.h"

#include <netinet/in.h>

#define MR_HANDOFF_COSTLY_MAX 2 /* costly answers that are made at a time */

struct mr_handoff;

/* return: 0; -ENOMEM; -errno of eventfd */
int mr_handoff_create(struct mr_handoff **handoff);

/* Have civetweb take its connections from here. Once.
 * in:     port: on 127.0.0.1, where civetweb listens; nobody can connect there afterwards
 * return: 0; -ETIMEDOUT: civetweb did not accept; -errno of socket, connect, dup3. thread: civetweb's creator */
int mr_handoff_connect(struct mr_handoff *handoff, in_port_t port);

/* Queue a connection whose request can be answered; it goes to the hand-off, failure included.
 * return: 0; -ESHUTDOWN. thread: any */
int mr_handoff_put(struct mr_handoff *handoff, struct mr_connection *connection);

/* Take the next connection. After a costly one, mr_handoff_end_costly is called when its answer is made. A worker goes on
 * taking until there is none, since those that the bound holds back have nobody else who asks for them.
 * return: the caller's from now on; NULL: none waits, or only costly ones while enough of them are being answered.
 * thread: any */
struct mr_connection *mr_handoff_take(struct mr_handoff *handoff);
void mr_handoff_end_costly(struct mr_handoff *handoff);

/* Close those who wait, and refuse all that are put later. civetweb's accept fails at once from now on, so that it sees
 * that it is to stop. thread: any */
void mr_handoff_stop(struct mr_handoff *handoff);

/* in:     handoff: civetweb has ended; NULL is allowed */
void mr_handoff_destroy(struct mr_handoff *handoff);

#endif

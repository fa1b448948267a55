/* Connections that workers and file threads give back to the door's thread, which is woken for them. */
#ifndef MR_HTTP_RETURNED_H
#define MR_HTTP_RETURNED_H

#include "http/request/connection.h"

struct mr_returned;

/* return: 0; -ENOMEM; -errno of eventfd */
int mr_returned_create(struct mr_returned **made);

/* return: a descriptor that is readable when there is something for the door's thread; borrowed */
int mr_returned_descriptor(const struct mr_returned *returned);

/* Give a connection back. thread: any; never blocks */
void mr_returned_put(struct mr_returned *returned, struct mr_connection *connection);

/* Wake the door's thread without a connection. thread: any; never blocks */
void mr_returned_wake(const struct mr_returned *returned);

/* Take all that were given back.
 * return: the last one first, a list by `next`; NULL: none. thread: the door's */
struct mr_connection *mr_returned_take(struct mr_returned *returned);

/* Destroy it, and the connections in it. Takes NULL. */
void mr_returned_destroy(struct mr_returned *returned);

#endif

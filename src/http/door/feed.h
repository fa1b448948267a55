/* Connections that wait for one of civetweb's workers, first come first served.
 *
 * civetweb has no way to be given a connection. It takes them with accept(2), of which this module
 * has the one that the program's libraries find first: for the descriptor that civetweb takes for
 * its listening socket it returns what waits here, and is libc's for all others. */
#ifndef MR_HTTP_FEED_H
#define MR_HTTP_FEED_H

#include <netinet/in.h>

struct mr_feed;

/* return: 0; -ENOMEM; -errno of eventfd */
int mr_feed_create(struct mr_feed **feed);

/* Have civetweb take its connections from here. Once.
 * in:     listener: the descriptor on which it accepts; stands for the feed from now on
 * return: 0; -errno of dup, dup3 */
int mr_feed_connect(struct mr_feed *feed, int listener);

/* Add a connection; fd goes to the feed, failure included.
 * return: 0; -ENOMEM. thread: any */
int mr_feed_put(struct mr_feed *feed, int fd, const struct sockaddr_in *address);

/* Close those who wait. civetweb's accept fails at once from now on, so that it sees that it is to
 * stop. Nothing may be put any more. */
void mr_feed_stop(struct mr_feed *feed);

void mr_feed_destroy(struct mr_feed *feed); /* civetweb has ended; takes NULL */

#endif

/* A list of connections, in the order in which they came. The door's thread only. */
#ifndef MR_HTTP_CONNECTIONS_H
#define MR_HTTP_CONNECTIONS_H

#include "http/request/connection.h"

struct mr_connections {
    struct mr_connection *first, *last;
    unsigned count;
};

/* Put a connection, which is in no list, at the end. */
void mr_connections_add(struct mr_connections *connections, struct mr_connection *connection);

/* Take a connection out of the list that it is in, if it is in one. */
void mr_connections_remove(struct mr_connection *connection);

/* Find the connection that is to make room for one more, if there has to be room.
 * in:     peer: of the newcomer; most: connections in all; most_of_one: of one network
 * return: one that has been there longest, of the same network if that has too many; NULL: there is room */
struct mr_connection *mr_connections_find_surplus(const struct mr_connections *connections,
                                                  const struct mr_peer *peer, unsigned most,
                                                  unsigned most_of_one);

#endif

#include "http/door/connections.h"

void mr_connections_add(struct mr_connections *connections, struct mr_connection *connection)
{
    connection->list = connections;
    connection->next = NULL;
    connection->before = connections->last;
    *(connections->last != NULL ? &connections->last->next : &connections->first) = connection;
    connections->last = connection;
    connections->count++;
}

void mr_connections_remove(struct mr_connection *connection)
{
    struct mr_connections *list = connection->list;
    if (list == NULL)
        return;
    *(connection->before != NULL ? &connection->before->next : &list->first) = connection->next;
    *(connection->next != NULL ? &connection->next->before : &list->last) = connection->before;
    list->count--;
    connection->list = NULL;
}

struct mr_connection *mr_connections_find_surplus(const struct mr_connections *connections,
                                                  const struct mr_peer *peer, unsigned most,
                                                  unsigned most_of_one)
{
    struct mr_peer network, other;
    struct mr_connection *longest = NULL;
    unsigned of_one = 0;
    if (connections->count < most_of_one)
        return NULL;
    mr_peer_network(peer, &network);
    for (struct mr_connection *one = connections->first; one != NULL; one = one->next) {
        mr_peer_network(&one->peer, &other);
        if (!mr_peer_equals(&network, &other))
            continue;
        if (longest == NULL)
            longest = one;
        of_one++;
    }
    if (of_one >= most_of_one)
        return longest;
    return connections->count >= most ? connections->first : NULL;
}

#include "http/request/addresses.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024

struct entry {
    struct mr_peer network;
    unsigned count;
    struct entry *next;
};

struct mr_addresses {
    unsigned most; /* immutable */
    pthread_mutex_t lock;
    struct entry *buckets[BUCKETS]; /* protected by lock */
};

struct mr_addresses *mr_addresses_create(unsigned most)
{
    struct mr_addresses *addresses = calloc(1, sizeof(*addresses));
    if (addresses == NULL)
        return NULL;
    addresses->most = most;
    pthread_mutex_init(&addresses->lock, NULL);
    return addresses;
}

void mr_addresses_destroy(struct mr_addresses *addresses)
{
    if (addresses == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        while (addresses->buckets[i] != NULL) {
            struct entry *entry = addresses->buckets[i];
            addresses->buckets[i] = entry->next;
            free(entry);
        }
    pthread_mutex_destroy(&addresses->lock);
    free(addresses);
}

/* Clients on this machine are not counted: all clients of a proxy that was not named with --trusted-proxy come from there. */
static bool is_counted(const struct mr_addresses *addresses, const struct mr_peer *peer)
{
    return addresses->most > 0 && peer->family != AF_UNSPEC && !mr_peer_is_loopback(peer);
}

/* return: the link to the network's entry, or to the place for a new one. Clients who choose their addresses so that they
 * share a bucket make one list longer, but there are never more entries than clients. */
static struct entry **find(struct mr_addresses *addresses, const struct mr_peer *network)
{
    uint32_t hash = 2166136261u ^ network->family; /* FNV-1a */
    for (size_t i = 0; i < sizeof(network->bytes); i++)
        hash = (hash ^ network->bytes[i]) * 16777619u;
    struct entry **link = &addresses->buckets[hash % BUCKETS];
    while (*link != NULL && !mr_peer_equals(&(*link)->network, network))
        link = &(*link)->next;
    return link;
}

bool mr_addresses_take(struct mr_addresses *addresses, const struct mr_peer *peer)
{
    if (addresses == NULL || !is_counted(addresses, peer))
        return true;
    struct mr_peer network;
    mr_peer_network(peer, &network);
    pthread_mutex_lock(&addresses->lock);
    struct entry **link = find(addresses, &network);
    if (*link == NULL && (*link = calloc(1, sizeof(**link))) != NULL)
        (*link)->network = network;
    bool taken = *link != NULL && (*link)->count < addresses->most;
    if (taken)
        (*link)->count++;
    pthread_mutex_unlock(&addresses->lock);
    return taken;
}

void mr_addresses_give(struct mr_addresses *addresses, const struct mr_peer *peer)
{
    if (addresses == NULL || !is_counted(addresses, peer))
        return;
    struct mr_peer network;
    mr_peer_network(peer, &network);
    pthread_mutex_lock(&addresses->lock);
    struct entry **link = find(addresses, &network), *entry = *link;
    if (entry != NULL && --entry->count == 0) {
        *link = entry->next;
        free(entry);
    }
    pthread_mutex_unlock(&addresses->lock);
}

#include "http/request/addresses.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024

struct entry {
    struct in6_addr address;
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

static bool is_counted(const struct mr_addresses *addresses, const struct in6_addr *address)
{
    bool is_ours = IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address) ||
                   (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127);
    return addresses->most > 0 && !is_ours;
}

static struct in6_addr line_of(const struct in6_addr *address)
{
    struct in6_addr line = *address;
    if (!IN6_IS_ADDR_V4MAPPED(address))
        memset(line.s6_addr + 8, 0, 8);
    return line;
}

/* The link to the line's entry, or to where one belongs. Of a bad distribution, who sends from many
 * addresses has the longest lists to search, and there are no more entries than clients. */
static struct entry **find(struct mr_addresses *addresses, const struct in6_addr *line)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < sizeof(line->s6_addr); i++)
        hash = (hash ^ line->s6_addr[i]) * 16777619u;
    struct entry **link = &addresses->buckets[hash % BUCKETS];
    while (*link != NULL && memcmp(&(*link)->address, line, sizeof(*line)) != 0)
        link = &(*link)->next;
    return link;
}

bool mr_addresses_take(struct mr_addresses *addresses, const struct in6_addr *address)
{
    if (addresses == NULL || !is_counted(addresses, address))
        return true;
    struct in6_addr line = line_of(address);
    pthread_mutex_lock(&addresses->lock);
    struct entry **link = find(addresses, &line);
    if (*link == NULL && (*link = calloc(1, sizeof(**link))) != NULL)
        (*link)->address = line;
    bool taken = *link != NULL && (*link)->count < addresses->most;
    if (taken)
        (*link)->count++;
    pthread_mutex_unlock(&addresses->lock);
    return taken;
}

void mr_addresses_give(struct mr_addresses *addresses, const struct in6_addr *address)
{
    if (addresses == NULL || !is_counted(addresses, address))
        return;
    struct in6_addr line = line_of(address);
    pthread_mutex_lock(&addresses->lock);
    struct entry **link = find(addresses, &line), *entry = *link;
    if (entry != NULL && --entry->count == 0) {
        *link = entry->next;
        free(entry);
    }
    pthread_mutex_unlock(&addresses->lock);
}

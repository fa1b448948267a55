#include "http/request/tickets.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct place {
    int64_t until_us; /* 0: free */
    char ticket[MR_TOKEN_SIZE];
    char path[MR_TICKETS_PATH_MAX + 1];
};

struct mr_tickets {
    pthread_mutex_t lock;
    /* protected by lock */
    struct place places[MR_TICKETS_MAX];
    size_t next; /* the place that is taken next: the oldest */
};

struct mr_tickets *mr_tickets_create(void)
{
    struct mr_tickets *tickets = calloc(1, sizeof(*tickets));
    if (tickets != NULL)
        pthread_mutex_init(&tickets->lock, NULL);
    return tickets;
}

void mr_tickets_destroy(struct mr_tickets *tickets)
{
    if (tickets == NULL)
        return;
    pthread_mutex_destroy(&tickets->lock);
    free(tickets);
}

int mr_tickets_make(struct mr_tickets *tickets, const char *path, int64_t now_us,
                    char ticket[MR_TOKEN_SIZE])
{
    if (strlen(path) > MR_TICKETS_PATH_MAX)
        return -ENAMETOOLONG;
    int result = mr_auth_make(ticket);
    if (result < 0)
        return result;
    pthread_mutex_lock(&tickets->lock);
    struct place *place = &tickets->places[tickets->next++ % MR_TICKETS_MAX];
    place->until_us = now_us + MR_TICKETS_LIFE_S * INT64_C(1000000);
    strcpy(place->ticket, ticket);
    strcpy(place->path, path);
    pthread_mutex_unlock(&tickets->lock);
    return 0;
}

bool mr_tickets_take(struct mr_tickets *tickets, const char *path, const char *ticket,
                     int64_t now_us)
{
    bool good = false;
    pthread_mutex_lock(&tickets->lock);
    for (size_t i = 0; i < MR_TICKETS_MAX; i++) {
        struct place *place = &tickets->places[i];
        if (place->until_us <= now_us || strcmp(place->path, path) != 0 ||
            mr_auth_check_text(place->ticket, ticket) != MR_AUTH_RIGHT)
            continue;
        place->until_us = 0;
        good = true;
    }
    pthread_mutex_unlock(&tickets->lock);
    return good;
}

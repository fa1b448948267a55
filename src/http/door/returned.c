#include "http/door/returned.h"

#include "base/wake.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct mr_returned {
    int wake; /* immutable; of base/wake.h */

    pthread_mutex_t lock;
    struct mr_connection *first; /* protected by lock */
};

int mr_returned_create(struct mr_returned **made)
{
    *made = NULL;
    struct mr_returned *returned = calloc(1, sizeof(*returned));
    if (returned == NULL)
        return -ENOMEM;
    returned->wake = mr_wake_create();
    if (returned->wake < 0) {
        int result = returned->wake;
        free(returned);
        return result;
    }
    pthread_mutex_init(&returned->lock, NULL);
    *made = returned;
    return 0;
}

int mr_returned_descriptor(const struct mr_returned *returned)
{
    return returned->wake;
}

void mr_returned_wake(const struct mr_returned *returned)
{
    mr_wake_ring(returned->wake);
}

void mr_returned_put(struct mr_returned *returned, struct mr_connection *connection)
{
    pthread_mutex_lock(&returned->lock);
    connection->next = returned->first;
    returned->first = connection;
    pthread_mutex_unlock(&returned->lock);
    mr_returned_wake(returned);
}

struct mr_connection *mr_returned_take(struct mr_returned *returned)
{
    mr_wake_hush(returned->wake);
    pthread_mutex_lock(&returned->lock);
    struct mr_connection *connection = returned->first;
    returned->first = NULL;
    pthread_mutex_unlock(&returned->lock);
    return connection;
}

void mr_returned_destroy(struct mr_returned *returned)
{
    if (returned == NULL)
        return;
    struct mr_connection *connection = returned->first;
    while (connection != NULL) {
        struct mr_connection *next = connection->next;
        mr_connection_destroy(connection);
        connection = next;
    }
    close(returned->wake);
    pthread_mutex_destroy(&returned->lock);
    free(returned);
}

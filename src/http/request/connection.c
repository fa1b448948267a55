#include "http/request/connection.h"

#include <stdlib.h>
#include <unistd.h>

struct mr_connection *mr_connection_create(int fd, const struct mr_peer *peer)
{
    struct mr_connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL) {
        close(fd);
        return NULL;
    }
    connection->fd = fd;
    connection->peer = *peer;
    connection->answer.file = -1;
    return connection;
}

void mr_connection_destroy(struct mr_connection *connection)
{
    if (connection == NULL)
        return;
    struct mr_answer *answer = &connection->answer;
    mr_connection_count(connection, 0);
    if (connection->attached != NULL)
        connection->detach(connection->attached);
    if (connection->fd >= 0)
        close(connection->fd);
    if (answer->file >= 0)
        close(answer->file);
    if (answer->places != NULL)
        atomic_fetch_sub(answer->places, 1);
    mr_buffer_finish(&answer->bytes);
    mr_buffer_finish(&connection->received);
    mr_buffer_finish(&connection->body);
    free(connection->head);
    free(connection);
}

int mr_connection_take(struct mr_connection *connection)
{
    int fd = connection->fd;
    connection->fd = -1;
    return fd;
}

const void *mr_connection_early(const struct mr_connection *connection, size_t *size)
{
    *size = connection->received.size - connection->head_size;
    return connection->received.data + connection->head_size;
}

size_t mr_connection_count(struct mr_connection *connection, size_t bytes)
{
    if (connection->counter == NULL)
        return 0;
    size_t before = connection->counted;
    connection->counted = bytes;
    return atomic_fetch_add(connection->counter, bytes - before) + bytes - before;
}

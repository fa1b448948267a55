#include "http/door/outlet.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* return: bytes taken; 0: the socket takes none; -1: the connection is lost */
static ssize_t send_some(const struct mr_connection *connection)
{
    const struct mr_answer *answer = &connection->answer;
    struct iovec parts[2];
    struct msghdr message = { .msg_iov = parts };
    size_t skip = answer->sent;
    if (skip < answer->bytes.size)
        parts[message.msg_iovlen++] =
            (struct iovec){ answer->bytes.data + skip, answer->bytes.size - skip };
    skip = skip > answer->bytes.size ? skip - answer->bytes.size : 0;
    if (skip < answer->rest_size)
        parts[message.msg_iovlen++] =
            (struct iovec){ (uint8_t *)answer->rest + skip, answer->rest_size - skip };
    ssize_t sent;
    do {
        sent = sendmsg(connection->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return errno == EAGAIN ? 0 : -1;
    return sent;
}

/* Closing a socket with unread bytes would reset the connection, and the answer with it. */
static enum mr_outlet_result finish(struct mr_connection *connection)
{
    int unread = 0;
    if (ioctl(connection->fd, FIONREAD, &unread) == 0 && unread > 0)
        connection->lingers = true;
    if (!connection->lingers)
        return MR_OUTLET_DONE;
    connection->looked_at = 0;
    shutdown(connection->fd, SHUT_WR);
    return MR_OUTLET_LINGERS;
}

void mr_outlet_begin(struct mr_connection *connection, int64_t now_us)
{
    const struct mr_answer *answer = &connection->answer;
    size_t bytes = answer->bytes.size + answer->rest_size;
    connection->until_us =
        now_us + MR_OUTLET_ANSWER_US + (int64_t)(bytes / MR_OUTLET_BYTES_PER_S) * 1000000;
}

enum mr_outlet_result mr_outlet_send(struct mr_connection *connection)
{
    struct mr_answer *answer = &connection->answer;
    while (answer->sent < answer->bytes.size + answer->rest_size) {
        ssize_t sent = send_some(connection);
        if (sent <= 0)
            return sent == 0 ? MR_OUTLET_BLOCKED : MR_OUTLET_LOST;
        answer->sent += (size_t)sent;
    }
    return answer->file_left > 0 ? MR_OUTLET_WANTS_FILE : finish(connection);
}

bool mr_outlet_drain(struct mr_connection *connection, uint8_t *scratch, size_t scratch_bytes)
{
    ssize_t got = recv(connection->fd, scratch, scratch_bytes, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    connection->looked_at += (size_t)got;
    return got > 0 && connection->looked_at < MR_OUTLET_LINGER_BYTES;
}

size_t mr_outlet_held(const struct mr_connection *connection)
{
    return connection->answer.bytes.capacity;
}

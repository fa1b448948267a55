#include "http/engine/socket.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>

/* Unsent bytes the kernel may hold: with more, newest-wins would choose packets that then wait in
 * the socket. */
#define NOTSENT_LOWAT_BYTES (4 * 1024)

/* Keepalive finds a client that vanished silently within 22 s. */
#define KEEPALIVE_IDLE_S     10
#define KEEPALIVE_INTERVAL_S 4
#define KEEPALIVE_PROBES     3

void mr_socket_prepare(int fd)
{
    /* each of them only improves matters; a socket that is not TCP (tests) has none */
    int on = 1, lowat = NOTSENT_LOWAT_BYTES;
    int idle_s = KEEPALIVE_IDLE_S, interval_s = KEEPALIVE_INTERVAL_S, probes = KEEPALIVE_PROBES;
    unsigned dead_ms = MR_SOCKET_DEAD_US / 1000;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof(lowat));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof(dead_ms));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
}

ssize_t mr_socket_send(int fd, const struct iovec *parts, int count, size_t offset)
{
    assert(count <= MR_SOCKET_PARTS_MAX);
    struct iovec rest[MR_SOCKET_PARTS_MAX];
    struct msghdr message = { .msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count };
    if (offset > 0) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            size_t skip = offset < parts[i].iov_len ? offset : parts[i].iov_len;
            offset -= skip;
            if (skip < parts[i].iov_len)
                rest[kept++] = (struct iovec){ .iov_base = (uint8_t *)parts[i].iov_base + skip,
                                               .iov_len = parts[i].iov_len - skip };
        }
        message.msg_iov = rest;
        message.msg_iovlen = (size_t)kept;
    }
    ssize_t sent;
    do {
        sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return errno == EAGAIN ? 0 : -1;
    return sent;
}

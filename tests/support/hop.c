#include "support/hop.h"

#include "base/buffer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAIRS_MAX   16
#define CHUNK_BYTES (64 * 1024)

/* One direction of a connection. */
struct way {
    int from, to;
    struct mr_buffer held;
    size_t passed_on; /* of held */
    bool ended;       /* `from` has nothing more */
    bool told;        /* and `to` knows */
};

struct hop {
    int listener, port;
    int stop[2]; /* pipe */
    pthread_t thread;
    atomic_size_t held_most;

    /* its thread's */
    struct way ways[2 * PAIRS_MAX]; /* two for a connection, one after the other */
    int count;
};

static void must(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    abort();
}

static int open_socket(void)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(fd >= 0, "socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

static void add_connection(struct hop *hop)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((in_port_t)hop->port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int near = accept4(hop->listener, NULL, NULL, SOCK_CLOEXEC), far = open_socket();
    must(near >= 0 && hop->count < 2 * PAIRS_MAX, "accept");
    must(connect(far, (struct sockaddr *)&address, sizeof(address)) == 0, "connect");
    hop->ways[hop->count++] = (struct way){ .from = near, .to = far };
    hop->ways[hop->count++] = (struct way){ .from = far, .to = near };
}

static void take(struct hop *hop, struct way *way)
{
    char chunk[CHUNK_BYTES];
    ssize_t got = recv(way->from, chunk, sizeof(chunk), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN))
        way->ended = true;
    if (got <= 0)
        return;
    mr_buffer_append(&way->held, chunk, (size_t)got);
    must(!way->held.failed, "memory");
    size_t held = way->held.size - way->passed_on;
    if (held > atomic_load(&hop->held_most))
        atomic_store(&hop->held_most, held);
}

static void pass_on(struct way *way)
{
    ssize_t sent = send(way->to, way->held.data + way->passed_on, way->held.size - way->passed_on,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        way->ended = true;
        way->passed_on = way->held.size;
    }
    way->passed_on += sent > 0 ? (size_t)sent : 0;
    if (way->passed_on == way->held.size)
        way->held.size = way->passed_on = 0;
}

static void *forward(void *argument)
{
    struct hop *hop = argument;
    for (;;) {
        struct pollfd polled[2 + 4 * PAIRS_MAX] = { { .fd = hop->stop[0], .events = POLLIN },
                                                    { .fd = hop->listener, .events = POLLIN } };
        int ways = hop->count;
        for (int i = 0; i < ways; i++) {
            const struct way *way = &hop->ways[i];
            bool holds = way->held.size > 0;
            polled[2 + 2 * i] =
                (struct pollfd){ .fd = way->ended ? -1 : way->from, .events = POLLIN };
            polled[3 + 2 * i] = (struct pollfd){ .fd = holds ? way->to : -1, .events = POLLOUT };
        }
        must(poll(polled, (nfds_t)(2 + 2 * ways), -1) > 0, "poll");
        if (polled[0].revents != 0)
            return NULL;
        if (polled[1].revents != 0)
            add_connection(hop);
        for (int i = 0; i < ways; i++) {
            struct way *way = &hop->ways[i];
            if (polled[2 + 2 * i].revents != 0)
                take(hop, way);
            if (polled[3 + 2 * i].revents != 0)
                pass_on(way);
            if (way->ended && !way->told && way->held.size == 0) {
                shutdown(way->to, SHUT_WR);
                way->told = true;
            }
        }
    }
}

struct hop *hop_start(int port, int *listens)
{
    struct hop *hop = calloc(1, sizeof(*hop));
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    must(hop != NULL && pipe(hop->stop) == 0, "hop");
    hop->port = port;
    hop->listener = open_socket();
    must(bind(hop->listener, (struct sockaddr *)&address, size) == 0, "bind");
    must(listen(hop->listener, PAIRS_MAX) == 0, "listen");
    must(getsockname(hop->listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
    *listens = ntohs(address.sin_port);
    must(pthread_create(&hop->thread, NULL, forward, hop) == 0, "thread");
    return hop;
}

void hop_stop(struct hop *hop)
{
    must(write(hop->stop[1], "", 1) == 1, "write");
    pthread_join(hop->thread, NULL);
    for (int i = 0; i < hop->count; i++) {
        close(hop->ways[i].from);
        mr_buffer_finish(&hop->ways[i].held);
    }
    close(hop->stop[0]);
    close(hop->stop[1]);
    close(hop->listener);
    free(hop);
}

size_t hop_held_most(struct hop *hop)
{
    return atomic_load(&hop->held_most);
}

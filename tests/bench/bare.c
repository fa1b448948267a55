#include "bare.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(1);
}

struct client {
    int fd;
    size_t offset; /* of the buffer; == size: done with it */
};

static void send_rest(struct client *client, const uint8_t *buffer, size_t size)
{
    while (client->offset < size) {
        ssize_t sent = send(client->fd, buffer + client->offset, size - client->offset,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        client->offset += (size_t)sent;
    }
}

static void serve(int listener, int viewers, size_t payload, int fps)
{
    static const uint8_t head_of_127[2] = { 0x82, 127 };
    size_t size = payload + 10;
    uint8_t *buffer = calloc(1, size);
    memcpy(buffer, head_of_127, 2);
    for (int i = 0; i < 8; i++)
        buffer[2 + i] = (uint8_t)((uint64_t)payload >> (56 - 8 * i));

    int epoll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct client *clients = calloc((size_t)viewers, sizeof(*clients));
    for (int i = 0; i < viewers; i++) {
        clients[i] = (struct client){ .fd = accept(listener, NULL, NULL), .offset = size };
        struct epoll_event event = { .events = EPOLLOUT | EPOLLET, .data.ptr = &clients[i] };
        epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event);
    }
    struct epoll_event tick = { .events = EPOLLIN };
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &tick);
    struct itimerspec period = { { 0, 1000000000 / fps }, { 0, 1000000000 / fps } };
    timerfd_settime(timer, 0, &period, NULL);

    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            uint64_t ticks;
            if (client != NULL) {
                send_rest(client, buffer, size);
            } else if (read(timer, &ticks, sizeof(ticks)) > 0) {
                for (int c = 0; c < viewers; c++) {
                    if (clients[c].offset < size)
                        continue;
                    clients[c].offset = 0;
                    send_rest(&clients[c], buffer, size);
                }
            }
        }
    }
}

pid_t bare_start(int viewers, size_t payload, int fps, int *port)
{
    int one = 1, lowat = 16384;
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(listener, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof(lowat));
    if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 4096) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        die("bare: listen");
    *port = ntohs(address.sin_port);
    pid_t child = fork();
    if (child < 0)
        die("bare: fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        struct rlimit limit;
        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        serve(listener, viewers, payload, fps);
    }
    close(listener);
    return child;
}

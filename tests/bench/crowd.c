#include "crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct viewer {
    int fd;
    uint8_t head[10];
    unsigned have;      /* of the head */
    uint64_t remaining; /* of the message */
    bool in_handshake;
    unsigned end_match; /* how much of \r\n\r\n was seen */
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int connect_to(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        die("crowd: connect");
    return fd;
}

static void ask_upgrade(int fd, int port, const char *path)
{
    char request[512];
    int size = snprintf(request, sizeof(request),
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        path, port);
    if (write(fd, request, (size_t)size) != size)
        die("crowd: write");
}

static uint64_t message_size(const uint8_t *head, unsigned have, unsigned *needed)
{
    unsigned length = have > 1 ? head[1] & 0x7f : 0;
    *needed = have < 2 ? 2 : length == 126 ? 4 : length == 127 ? 10 : 2;
    if (have < *needed || length < 126)
        return length;
    uint64_t size = 0;
    for (unsigned i = 2; i < *needed; i++)
        size = size << 8 | head[i];
    return size;
}

/* Walk over what was read: handshake, heads, messages. */
static void take(struct crowd *crowd, struct viewer *viewer, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        if (viewer->in_handshake) {
            viewer->end_match =
                *bytes == "\r\n\r\n"[viewer->end_match] ? viewer->end_match + 1 : *bytes == '\r';
            viewer->in_handshake = viewer->end_match < 4;
            bytes++, size--;
        } else if (viewer->remaining > 0) {
            uint64_t step = size < viewer->remaining ? size : viewer->remaining;
            viewer->remaining -= step;
            bytes += step, size -= step;
            if (viewer->remaining == 0)
                atomic_fetch_add_explicit(&crowd->messages, 1, memory_order_relaxed);
        } else {
            unsigned needed;
            viewer->head[viewer->have++] = *bytes;
            bytes++, size--;
            uint64_t message = message_size(viewer->head, viewer->have, &needed);
            if (viewer->have < needed)
                continue;
            if ((viewer->head[0] & 0x70) != 0 || (viewer->head[1] & 0x80) != 0)
                atomic_store(&crowd->broken, true);
            viewer->remaining = message;
            viewer->have = 0;
        }
    }
}

static void run(struct crowd *crowd, struct viewer *viewers, int count)
{
    static uint8_t scratch[256 * 1024];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count; i++) {
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = &viewers[i] };
        epoll_ctl(epoll, EPOLL_CTL_ADD, viewers[i].fd, &event);
    }
    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            struct viewer *viewer = events[i].data.ptr;
            ssize_t got = recv(viewer->fd, scratch, sizeof(scratch), MSG_DONTWAIT);
            if (got > 0) {
                atomic_fetch_add_explicit(&crowd->bytes, (unsigned long)got, memory_order_relaxed);
                take(crowd, viewer, scratch, (size_t)got);
            } else if (got == 0 || errno != EAGAIN) {
                atomic_store(&crowd->broken, true);
                epoll_ctl(epoll, EPOLL_CTL_DEL, viewer->fd, NULL);
            }
        }
    }
}

struct crowd *crowd_start(int port, const char *path, int count)
{
    struct crowd *crowd =
        mmap(NULL, sizeof(*crowd), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crowd == MAP_FAILED)
        die("crowd: mmap");
    pid_t child = fork();
    if (child < 0)
        die("crowd: fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        struct viewer *viewers = calloc((size_t)count, sizeof(*viewers));
        for (int i = 0; i < count; i++) {
            viewers[i].fd = connect_to(port);
            viewers[i].in_handshake = path != NULL;
            if (path != NULL)
                ask_upgrade(viewers[i].fd, port, path);
        }
        run(crowd, viewers, count);
    }
    crowd->pid = child;
    return crowd;
}

void crowd_stop(struct crowd *crowd)
{
    kill(crowd->pid, SIGKILL);
    waitpid(crowd->pid, NULL, 0);
    munmap(crowd, sizeof(*crowd));
}

#include "http/door/handoff.h"

#include "base/clock.h"
#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_US (5 * 1000000LL)

struct queue {
    struct mr_connection *first, *last;
};

struct mr_handoff {
    int event;               /* immutable; eventfd, semaphore: one for each that was put */
    struct mr_handoff *next; /* protected by handoffs_lock */
    in_port_t port; /* the same: civetweb's, while it is to be found; 0: it is not looked for */
    int listener;   /* the same: civetweb's number for us; -1: not connected yet */

    pthread_mutex_t lock;
    /* protected by lock */
    struct queue ordinary, costly;
    unsigned costly_answers; /* being made */
    bool stopping;
};

static pthread_mutex_t handoffs_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t connected; /* some listener was set */
static pthread_once_t connected_once = PTHREAD_ONCE_INIT;
static struct mr_handoff *handoffs; /* those that are connected, or are being connected */

static void init_connected(void)
{
    mr_cond_init(&connected);
}

static void ring(const struct mr_handoff *handoff)
{
    static const uint64_t one = 1;
    ssize_t written = write(handoff->event, &one, sizeof(one));
    (void)written;
}

int mr_handoff_create(struct mr_handoff **made)
{
    *made = NULL;
    struct mr_handoff *handoff = calloc(1, sizeof(*handoff));
    if (handoff == NULL)
        return -ENOMEM;
    handoff->listener = -1;
    handoff->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    if (handoff->event < 0) {
        int result = -errno;
        free(handoff);
        return result;
    }
    pthread_mutex_init(&handoff->lock, NULL);
    pthread_once(&connected_once, init_connected);
    *made = handoff;
    return 0;
}

/* ---- finding civetweb's listening socket ---- */

static in_port_t local_port(int fd)
{
    struct sockaddr_in address = { 0 };
    socklen_t size = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0 || address.sin_family != AF_INET)
        return 0;
    return ntohs(address.sin_port);
}

/* A thread accepts on `fd`: find whose number that is, which may be a hand-off that waits for just that.
 * return: the hand-off; NULL: it is an ordinary listening socket */
static struct mr_handoff *find(int fd)
{
    pthread_mutex_lock(&handoffs_lock);
    struct mr_handoff *handoff = handoffs;
    while (handoff != NULL && handoff->listener != fd)
        handoff = handoff->next;
    if (handoff == NULL) {
        in_port_t port = handoffs != NULL ? local_port(fd) : 0;
        handoff = port != 0 ? handoffs : NULL;
        while (handoff != NULL && handoff->port != port)
            handoff = handoff->next;
        if (handoff != NULL && dup3(handoff->event, fd, O_CLOEXEC) >= 0) {
            handoff->listener = fd;
            handoff->port = 0;
            pthread_cond_broadcast(&connected);
        }
    }
    pthread_mutex_unlock(&handoffs_lock);
    return handoff;
}

/* return: a socket that is being connected to civetweb's; -errno */
static int call(in_port_t port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EINPROGRESS)
        return fd;
    int result = -errno;
    close(fd);
    return result;
}

int mr_handoff_connect(struct mr_handoff *handoff, in_port_t port)
{
    int64_t deadline_us = mr_clock_now_us() + CONNECT_US;
    pthread_mutex_lock(&handoffs_lock);
    handoff->port = port;
    handoff->next = handoffs;
    handoffs = handoff;
    pthread_mutex_unlock(&handoffs_lock);

    int caller = call(port), result = caller < 0 ? caller : 0;
    pthread_mutex_lock(&handoffs_lock);
    while (result == 0 && handoff->listener < 0)
        result = mr_cond_wait_until(&connected, &handoffs_lock, deadline_us);
    pthread_mutex_unlock(&handoffs_lock);
    if (caller >= 0)
        close(caller);
    return result;
}

/* ---- the queues ---- */

int mr_handoff_put(struct mr_handoff *handoff, struct mr_connection *connection)
{
    struct queue *queue = connection->costly ? &handoff->costly : &handoff->ordinary;
    connection->next = NULL;
    pthread_mutex_lock(&handoff->lock);
    bool stopping = handoff->stopping;
    if (!stopping) {
        *(queue->first != NULL ? &queue->last->next : &queue->first) = connection;
        queue->last = connection;
    }
    pthread_mutex_unlock(&handoff->lock);
    if (stopping) {
        mr_connection_destroy(connection);
        return -ESHUTDOWN;
    }
    ring(handoff);
    return 0;
}

struct mr_connection *mr_handoff_take(struct mr_handoff *handoff)
{
    pthread_mutex_lock(&handoff->lock);
    bool has_room = handoff->costly_answers < MR_HANDOFF_COSTLY_MAX;
    struct queue *queue =
        handoff->ordinary.first == NULL && has_room ? &handoff->costly : &handoff->ordinary;
    struct mr_connection *connection = queue->first;
    if (connection != NULL) {
        queue->first = connection->next;
        handoff->costly_answers += queue == &handoff->costly;
    }
    pthread_mutex_unlock(&handoff->lock);
    return connection;
}

void mr_handoff_end_costly(struct mr_handoff *handoff)
{
    pthread_mutex_lock(&handoff->lock);
    handoff->costly_answers--;
    pthread_mutex_unlock(&handoff->lock);
}

/* return: a socket on which a request is to be read; -errno */
static int make_request(void)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    ssize_t sent = send(ends[1], request, sizeof(request) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    close(ends[1]);
    if (sent == sizeof(request) - 1)
        return ends[0];
    close(ends[0]);
    return -EIO;
}

/* return: 0: one was put that civetweb was not told of; -EAGAIN: none; -EINVAL: it is over. Does not block. */
static int take_ring(struct mr_handoff *handoff)
{
    uint64_t one;
    pthread_mutex_lock(&handoff->lock);
    bool stopping = handoff->stopping;
    pthread_mutex_unlock(&handoff->lock);
    if (stopping)
        return -EINVAL;
    return read(handoff->event, &one, sizeof(one)) == sizeof(one) ? 0 : -EAGAIN;
}

static int accept_next(struct mr_handoff *handoff, struct sockaddr *address, socklen_t *size)
{
    const struct sockaddr_in made_up = { .sin_family = AF_INET,
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = make_request(); /* first: without a descriptor it is tried again */
    int result = fd < 0 ? fd : take_ring(handoff);
    if (result < 0) {
        if (fd >= 0)
            close(fd);
        errno = -result;
        return -1;
    }
    if (address != NULL && size != NULL) {
        memcpy(address, &made_up, *size < sizeof(made_up) ? *size : sizeof(made_up));
        *size = sizeof(made_up);
    }
    return fd;
}

/* The program's, see handoff.h. */
int accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict size)
{
    struct mr_handoff *handoff = find(fd);
    return handoff != NULL ? accept_next(handoff, address.__sockaddr__, size)
                           : accept4(fd, address, size, 0);
}

/* ---- the end ---- */

static void close_all(struct mr_connection *connection)
{
    while (connection != NULL) {
        struct mr_connection *next = connection->next;
        mr_connection_destroy(connection);
        connection = next;
    }
}

void mr_handoff_stop(struct mr_handoff *handoff)
{
    pthread_mutex_lock(&handoff->lock);
    struct mr_connection *ordinary = handoff->ordinary.first, *costly = handoff->costly.first;
    handoff->ordinary.first = handoff->costly.first = NULL;
    handoff->stopping = true;
    pthread_mutex_unlock(&handoff->lock);
    close_all(ordinary);
    close_all(costly);
    ring(handoff); /* stays so */
}

void mr_handoff_destroy(struct mr_handoff *handoff)
{
    if (handoff == NULL)
        return;
    mr_handoff_stop(handoff);
    pthread_mutex_lock(&handoffs_lock);
    struct mr_handoff **link = &handoffs;
    while (*link != NULL && *link != handoff)
        link = &(*link)->next;
    if (*link != NULL)
        *link = handoff->next;
    pthread_mutex_unlock(&handoffs_lock);
    close(handoff->event);
    pthread_mutex_destroy(&handoff->lock);
    free(handoff);
}

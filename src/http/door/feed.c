#include "http/door/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct item {
    int fd;
    struct sockaddr_in address;
    struct item *next;
};

struct mr_feed {
    int event;            /* eventfd, semaphore: as many as are there */
    int taken;            /* civetweb's number for it; -1: not connected yet */
    struct mr_feed *next; /* protected by feeds_lock */

    pthread_mutex_t lock;
    /* protected by lock */
    struct item *first, *last;
    bool stopping;
};

static pthread_mutex_t feeds_lock = PTHREAD_MUTEX_INITIALIZER;
static struct mr_feed *feeds; /* those that are connected */

static void ring(struct mr_feed *feed)
{
    static const uint64_t one = 1;
    ssize_t written = write(feed->event, &one, sizeof(one));
    (void)written;
}

int mr_feed_create(struct mr_feed **made)
{
    *made = NULL;
    struct mr_feed *feed = calloc(1, sizeof(*feed));
    if (feed == NULL)
        return -ENOMEM;
    feed->taken = -1;
    feed->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    if (feed->event < 0) {
        int result = -errno;
        free(feed);
        return result;
    }
    pthread_mutex_init(&feed->lock, NULL);
    *made = feed;
    return 0;
}

/* Whoever polls the descriptor still waits for the socket that was there before, but looks at the
 * new one once something happens to that. */
static void wake_listener(int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    int caller = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (caller < 0 || getsockname(listener, (struct sockaddr *)&address, &size) < 0 ||
        (connect(caller, (struct sockaddr *)&address, size) < 0 && errno != EINPROGRESS))
        shutdown(listener, SHUT_RDWR);
    if (caller >= 0)
        close(caller);
}

int mr_feed_connect(struct mr_feed *feed, int listener)
{
    int before = fcntl(listener, F_DUPFD_CLOEXEC, 3);
    if (before < 0)
        return -errno;
    feed->taken = listener;
    pthread_mutex_lock(&feeds_lock);
    feed->next = feeds;
    feeds = feed;
    pthread_mutex_unlock(&feeds_lock);
    int result = dup3(feed->event, listener, O_CLOEXEC) < 0 ? -errno : 0;
    ring(feed);
    wake_listener(before);
    close(before);
    return result;
}

int mr_feed_put(struct mr_feed *feed, int fd, const struct sockaddr_in *address)
{
    struct item *item = malloc(sizeof(*item));
    if (item == NULL) {
        close(fd);
        return -ENOMEM;
    }
    *item = (struct item){ .fd = fd, .address = *address };
    pthread_mutex_lock(&feed->lock);
    *(feed->first != NULL ? &feed->last->next : &feed->first) = item;
    feed->last = item;
    pthread_mutex_unlock(&feed->lock);
    ring(feed);
    return 0;
}

/* Does not block: there is nobody when civetweb was woken for nothing. */
static int take(struct mr_feed *feed, struct sockaddr *address, socklen_t *size)
{
    uint64_t one;
    pthread_mutex_lock(&feed->lock);
    bool stopping = feed->stopping;
    if (!stopping) { /* before the list is looked at: what is put later is told of once more */
        ssize_t got = read(feed->event, &one, sizeof(one));
        (void)got;
    }
    struct item *item = feed->first;
    if (item != NULL)
        feed->first = item->next;
    pthread_mutex_unlock(&feed->lock);
    if (item == NULL) {
        errno = stopping ? EINVAL : EAGAIN;
        return -1;
    }
    if (address != NULL && size != NULL) {
        socklen_t space = *size < sizeof(item->address) ? *size : sizeof(item->address);
        memcpy(address, &item->address, space);
        *size = sizeof(item->address);
    }
    int fd = item->fd;
    free(item);
    return fd;
}

static struct mr_feed *find(int fd)
{
    pthread_mutex_lock(&feeds_lock);
    struct mr_feed *feed = feeds;
    while (feed != NULL && feed->taken != fd)
        feed = feed->next;
    pthread_mutex_unlock(&feeds_lock);
    return feed;
}

/* The program's, see feed.h. */
int accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict size)
{
    struct mr_feed *feed = find(fd);
    return feed != NULL ? take(feed, address.__sockaddr__, size) : accept4(fd, address, size, 0);
}

void mr_feed_stop(struct mr_feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    struct item *item = feed->first;
    feed->first = NULL;
    feed->stopping = true;
    pthread_mutex_unlock(&feed->lock);
    while (item != NULL) {
        struct item *next = item->next;
        close(item->fd);
        free(item);
        item = next;
    }
    ring(feed); /* stays so */
}

void mr_feed_destroy(struct mr_feed *feed)
{
    if (feed == NULL)
        return;
    mr_feed_stop(feed);
    pthread_mutex_lock(&feeds_lock);
    struct mr_feed **link = &feeds;
    while (*link != NULL && *link != feed)
        link = &(*link)->next;
    if (*link != NULL)
        *link = feed->next;
    pthread_mutex_unlock(&feeds_lock);
    close(feed->event);
    pthread_mutex_destroy(&feed->lock);
    free(feed);
}

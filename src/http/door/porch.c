#include "http/door/porch.h"

#include "base/clock.h"
#include "base/thread.h"
#include "http/door/whole.h"
#include "http/request/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_AT_ONCE  64
#define ACCEPTS_AT_ONCE 64 /* between looks at those who wait */
#define COMPLAINT_US    (10 * 1000000LL)
#define PAUSE_US        (100 * 1000LL) /* when not even refusing is possible */

struct guest {
    int fd;
    struct sockaddr_in address;
    int64_t until_us;
    size_t wanted; /* bytes of the whole request; 0: not known yet */
    struct guest *before, *next;
};

struct guests {
    struct guest *first, *last;
    unsigned count;
};

struct mr_porch {
    /* immutable */
    int listener, epoll, wake;
    struct mr_feed *feed; /* borrowed */
    pthread_t thread;

    /* creator's thread only */
    bool running;

    /* porch thread only */
    struct guests waiting; /* longest first */
    int spare;             /* a descriptor to refuse with when there is no other */
    bool paused;
    int64_t paused_until_us;
    char head[MR_PORCH_HEAD_BYTES];
};

static void append(struct guests *guests, struct guest *guest)
{
    guest->next = NULL;
    guest->before = guests->last;
    *(guests->last != NULL ? &guests->last->next : &guests->first) = guest;
    guests->last = guest;
    guests->count++;
}

static void take_out(struct guests *guests, struct guest *guest)
{
    *(guest->before != NULL ? &guest->before->next : &guests->first) = guest->next;
    *(guest->next != NULL ? &guest->next->before : &guests->last) = guest->before;
    guests->count--;
}

static void close_all(struct guests *guests)
{
    while (guests->first != NULL) {
        struct guest *guest = guests->first;
        take_out(guests, guest);
        close(guest->fd);
        free(guest);
    }
}

/* ---- who comes and who goes ---- */

static void dismiss(struct mr_porch *porch, struct guest *guest)
{
    take_out(&porch->waiting, guest);
    /* closing would do, but for a process that is being started and still has a copy */
    epoll_ctl(porch->epoll, EPOLL_CTL_DEL, guest->fd, NULL);
    close(guest->fd);
    free(guest);
}

static void pass_on(struct mr_porch *porch, struct guest *guest)
{
    take_out(&porch->waiting, guest);
    epoll_ctl(porch->epoll, EPOLL_CTL_DEL, guest->fd, NULL);
    mr_feed_put(porch->feed, guest->fd, &guest->address);
    free(guest);
}

/* What has come of a request stays in the socket for civetweb. */
static void look_at(struct mr_porch *porch, struct guest *guest, bool has_ended)
{
    if (guest->wanted == 0) {
        ssize_t got = recv(guest->fd, porch->head, sizeof(porch->head), MSG_PEEK | MSG_DONTWAIT);
        if (got > 0)
            guest->wanted = mr_whole_request(porch->head, (size_t)got, MR_PORCH_BODY_BYTES);
        if (got == sizeof(porch->head) && guest->wanted == 0)
            guest->wanted = (size_t)got; /* civetweb says that it is too long */
    }
    int there = 0;
    if (guest->wanted > 0 && ioctl(guest->fd, FIONREAD, &there) == 0 &&
        (size_t)there >= guest->wanted)
        pass_on(porch, guest);
    else if (has_ended)
        dismiss(porch, guest);
}

/* The one who has waited longest, of one address, or of all (NULL). */
static struct guest *find_longest(struct mr_porch *porch, const struct sockaddr_in *address)
{
    struct guest *guest = porch->waiting.first;
    while (guest != NULL && address != NULL &&
           guest->address.sin_addr.s_addr != address->sin_addr.s_addr)
        guest = guest->next;
    return guest;
}

static unsigned count_of(const struct mr_porch *porch, const struct sockaddr_in *address)
{
    unsigned count = 0;
    for (const struct guest *guest = porch->waiting.first; guest != NULL; guest = guest->next)
        count += guest->address.sin_addr.s_addr == address->sin_addr.s_addr;
    return count;
}

static void make_room(struct mr_porch *porch, const struct sockaddr_in *address)
{
    struct guest *longest = NULL;
    if (porch->waiting.count >= MR_PORCH_PER_ADDRESS_MAX &&
        count_of(porch, address) >= MR_PORCH_PER_ADDRESS_MAX)
        longest = find_longest(porch, address);
    else if (porch->waiting.count >= MR_PORCH_GUESTS_MAX)
        longest = find_longest(porch, NULL);
    if (longest != NULL)
        dismiss(porch, longest);
}

static void refuse(struct mr_porch *porch, int fd)
{
    static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
                                 "Retry-After: 10\r\nContent-Type: application/json\r\n"
                                 "Content-Length: 35\r\n\r\n"
                                 "{\"error\":\"no descriptors are left\"}";
    recv(fd, porch->head, sizeof(porch->head), MSG_DONTWAIT); /* else close would be a reset */
    send(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    close(fd);
    mr_descriptors_complain();
}

static void welcome(struct mr_porch *porch, int fd, const struct sockaddr_in *address,
                    int64_t now_us)
{
    struct guest *guest = calloc(1, sizeof(*guest));
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = guest };
    if (guest == NULL) {
        close(fd);
        return;
    }
    make_room(porch, address);
    *guest = (struct guest){ .fd = fd, .address = *address, .until_us = now_us + MR_PORCH_WAIT_US };
    append(&porch->waiting, guest);
    if (epoll_ctl(porch->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        dismiss(porch, guest);
}

/* With no descriptor left the spare one is given up for a moment, so that whoever waits in the
 * kernel's queue is told and does not keep us awake. */
static int accept_with_spare(struct mr_porch *porch)
{
    close(porch->spare);
    int fd = accept4(porch->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        refuse(porch, fd);
    porch->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd;
}

static void pause_accepting(struct mr_porch *porch, int64_t now_us)
{
    epoll_ctl(porch->epoll, EPOLL_CTL_DEL, porch->listener, NULL);
    porch->paused = true;
    porch->paused_until_us = now_us + PAUSE_US;
}

static void resume_accepting(struct mr_porch *porch)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = porch };
    if (porch->spare < 0)
        porch->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    porch->paused = epoll_ctl(porch->epoll, EPOLL_CTL_ADD, porch->listener, &event) < 0;
}

static void accept_some(struct mr_porch *porch, int64_t now_us)
{
    for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
        struct sockaddr_in address = { 0 };
        socklen_t size = sizeof(address);
        int fd = accept4(porch->listener, (struct sockaddr *)&address, &size, SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE) && porch->spare >= 0)
            fd = accept_with_spare(porch) >= 0 ? -2 : -1;
        if (fd == -2 || (fd < 0 && (errno == EINTR || errno == ECONNABORTED)))
            continue;
        if (fd < 0) {
            if (errno != EAGAIN)
                pause_accepting(porch, now_us);
            return;
        }
        if (mr_descriptors_is_last(fd))
            refuse(porch, fd);
        else
            welcome(porch, fd, &address, now_us);
    }
}

/* ---- the thread ---- */

static int patience_ms(const struct mr_porch *porch, int64_t now_us)
{
    int64_t until_us = porch->waiting.first != NULL ? porch->waiting.first->until_us : INT64_MAX;
    if (porch->paused && porch->paused_until_us < until_us)
        until_us = porch->paused_until_us;
    if (until_us == INT64_MAX)
        return -1;
    return until_us <= now_us ? 0 : (int)((until_us - now_us + 999) / 1000);
}

/* Those who wait before newcomers: making room may free one whose event is still to be looked at. */
static bool answer_events(struct mr_porch *porch, const struct epoll_event *events, int count)
{
    bool somebody_came = false;
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr == NULL)
            return false;
        if (events[i].data.ptr == porch)
            somebody_came = true;
        else
            look_at(porch, events[i].data.ptr, (events[i].events & ~(uint32_t)EPOLLIN) != 0);
    }
    if (somebody_came)
        accept_some(porch, mr_clock_now_us());
    return true;
}

static void *run(void *argument)
{
    struct mr_porch *porch = argument;
    struct epoll_event events[EVENTS_AT_ONCE];
    int count;
    do {
        int64_t now_us = mr_clock_now_us();
        while (porch->waiting.first != NULL && porch->waiting.first->until_us <= now_us)
            dismiss(porch, porch->waiting.first);
        if (porch->paused && porch->paused_until_us <= now_us)
            resume_accepting(porch);
        count = epoll_wait(porch->epoll, events, EVENTS_AT_ONCE, patience_ms(porch, now_us));
    } while (answer_events(porch, events, count));
    close_all(&porch->waiting);
    return NULL;
}

static int start(struct mr_porch *porch)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
    porch->epoll = epoll_create1(EPOLL_CLOEXEC);
    porch->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    porch->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (porch->epoll < 0 || porch->wake < 0 || porch->spare < 0 ||
        epoll_ctl(porch->epoll, EPOLL_CTL_ADD, porch->wake, &event) < 0)
        return -errno;
    event.data.ptr = porch;
    if (epoll_ctl(porch->epoll, EPOLL_CTL_ADD, porch->listener, &event) < 0)
        return -errno;
    int result = mr_thread_start(&porch->thread, "porch", run, porch);
    porch->running = result == 0;
    return result;
}

int mr_porch_create(int listener, struct mr_feed *feed, struct mr_porch **made)
{
    *made = NULL;
    struct mr_porch *porch = calloc(1, sizeof(*porch));
    if (porch == NULL) {
        close(listener);
        return -ENOMEM;
    }
    porch->listener = listener;
    porch->feed = feed;
    porch->epoll = porch->wake = porch->spare = -1;
    fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK);
    int result = start(porch);
    if (result < 0) {
        mr_porch_destroy(porch);
        return result;
    }
    *made = porch;
    return 0;
}

void mr_porch_destroy(struct mr_porch *porch)
{
    static const uint64_t one = 1;
    if (porch == NULL)
        return;
    if (porch->running) {
        ssize_t written = write(porch->wake, &one, sizeof(one));
        (void)written;
        pthread_join(porch->thread, NULL);
    }
    const int descriptors[] = { porch->listener, porch->epoll, porch->wake, porch->spare };
    for (size_t i = 0; i < sizeof(descriptors) / sizeof(*descriptors); i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    free(porch);
}

#include "http/door/accept.h"

#include "http/request/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_AT_ONCE 64 /* of one listener, between looks at those who are there */

struct mr_accept {
    struct mr_accept_options options;
    int listeners[MR_ACCEPT_LISTENERS_MAX];
    size_t listener_count;
    int spare; /* a descriptor to refuse with when there is no other; -1: there is not even that */
    bool paused;
};

static void refuse_full(int fd)
{
    static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
                                 "Retry-After: 10\r\nContent-Type: application/json\r\n"
                                 "Content-Length: 35\r\n\r\n"
                                 "{\"error\":\"no descriptors are left\"}";
    char request[4096];
    recv(fd, request, sizeof(request), MSG_DONTWAIT); /* unread bytes would make close a reset */
    send(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    close(fd);
    mr_descriptors_complain();
}

/* With no descriptor left the spare one is given up for a moment, so that whoever waits in the kernel's queue is told and
 * does not keep the thread awake. */
static int accept_with_spare(struct mr_accept *acceptor, int listener)
{
    close(acceptor->spare);
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        refuse_full(fd);
    acceptor->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd;
}

static void welcome_socket(struct mr_accept *acceptor, int fd, const struct sockaddr *address,
                           socklen_t size)
{
    struct mr_peer peer;
    if (mr_descriptors_is_last(fd)) {
        refuse_full(fd);
        return;
    }
    mr_peer_from_sockaddr(address, size, &peer);
    struct mr_connection *connection = mr_connection_create(fd, &peer);
    if (connection != NULL)
        acceptor->options.welcome(acceptor->options.mark, connection);
}

static int watch_socket(const struct mr_accept *acceptor)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = acceptor->options.mark };
    for (size_t i = 0; i < acceptor->listener_count; i++)
        if (epoll_ctl(acceptor->options.epoll, EPOLL_CTL_ADD, acceptor->listeners[i], &event) < 0 &&
            errno != EEXIST)
            return -errno;
    return 0;
}

static void pause_accepting(struct mr_accept *acceptor)
{
    for (size_t i = 0; i < acceptor->listener_count; i++)
        epoll_ctl(acceptor->options.epoll, EPOLL_CTL_DEL, acceptor->listeners[i], NULL);
    acceptor->paused = true;
}

bool mr_accept_is_paused(const struct mr_accept *acceptor)
{
    return acceptor->paused;
}

void mr_accept_resume(struct mr_accept *acceptor)
{
    if (!acceptor->paused)
        return;
    if (acceptor->spare < 0)
        acceptor->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    acceptor->paused = watch_socket(acceptor) < 0;
}

/* return: false: nobody waits, or accepting fails */
static bool accept_one(struct mr_accept *acceptor, int listener)
{
    union {
        struct sockaddr any;
        struct sockaddr_storage storage;
    } address = { .storage = { 0 } };
    socklen_t size = sizeof(address);
    int fd = accept4(listener, &address.any, &size, SOCK_CLOEXEC);
    if (fd >= 0) {
        welcome_socket(acceptor, fd, &address.any, size);
        return true;
    }
    if ((errno == EMFILE || errno == ENFILE) && acceptor->spare >= 0 &&
        accept_with_spare(acceptor, listener) >= 0)
        return true;
    if (errno == EINTR || errno == ECONNABORTED)
        return true;
    if (errno != EAGAIN)
        pause_accepting(acceptor);
    return false;
}

void mr_accept_some(struct mr_accept *acceptor)
{
    for (size_t i = 0; i < acceptor->listener_count; i++)
        for (int count = 0;
             count < ACCEPTS_AT_ONCE && accept_one(acceptor, acceptor->listeners[i]);)
            count++;
}

int mr_accept_create(const struct mr_accept_options *options, struct mr_accept **made)
{
    *made = NULL;
    struct mr_accept *acceptor = calloc(1, sizeof(*acceptor));
    if (acceptor == NULL || options->listener_count > MR_ACCEPT_LISTENERS_MAX) {
        for (size_t i = 0; i < options->listener_count; i++)
            close(options->listeners[i]);
        free(acceptor);
        return acceptor == NULL ? -ENOMEM : -E2BIG;
    }
    acceptor->options = *options;
    acceptor->listener_count = options->listener_count;
    for (size_t i = 0; i < options->listener_count; i++) {
        int fd = acceptor->listeners[i] = options->listeners[i];
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
    acceptor->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int result = acceptor->spare < 0 ? -errno : watch_socket(acceptor);
    if (result < 0) {
        mr_accept_destroy(acceptor);
        return result;
    }
    *made = acceptor;
    return 0;
}

void mr_accept_destroy(struct mr_accept *acceptor)
{
    if (acceptor == NULL)
        return;
    for (size_t i = 0; i < acceptor->listener_count; i++)
        close(acceptor->listeners[i]);
    if (acceptor->spare >= 0)
        close(acceptor->spare);
    free(acceptor);
}

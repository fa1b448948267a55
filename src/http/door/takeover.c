#include "http/door/takeover.h"

#include "http/request/descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int mr_takeover_open_dummy(void)
{
    /* never connected: reads and writes fail at once, and so do shutdown and socket options */
    int dummy = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return dummy < 0 ? -errno : dummy;
}

/* The next open descriptor, -1 at the end. */
static int next_descriptor(DIR *directory)
{
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        char *end;
        long number = strtol(entry->d_name, &end, 10);
        if (end != entry->d_name && *end == '\0' && number != dirfd(directory))
            return (int)number;
    }
    return -1;
}

static bool is_local(int fd, in_port_t port)
{
    struct sockaddr_in address = { 0 };
    socklen_t size = sizeof(address);
    int protocol;
    socklen_t protocol_size = sizeof(protocol);
    return getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &protocol_size) == 0 &&
           protocol == IPPROTO_TCP && getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
           address.sin_family == AF_INET && ntohs(address.sin_port) == port;
}

static bool is_connection(int fd, const struct mr_endpoints *endpoints)
{
    struct sockaddr_in address = { 0 };
    socklen_t size = sizeof(address);
    return getpeername(fd, (struct sockaddr *)&address, &size) == 0 &&
           address.sin_family == AF_INET && ntohs(address.sin_port) == endpoints->remote_port &&
           address.sin_addr.s_addr == endpoints->remote_address.s_addr &&
           is_local(fd, endpoints->local_port);
}

/* return: the descriptor, -ENOENT, -ENOTUNIQ, -errno */
static int find(const struct mr_endpoints *endpoints)
{
    int found = -ENOENT;
    DIR *directory = opendir("/proc/self/fd");
    if (directory == NULL)
        return -errno;
    for (int fd; (fd = next_descriptor(directory)) >= 0;)
        if (is_connection(fd, endpoints))
            found = found == -ENOENT ? fd : -ENOTUNIQ;
    closedir(directory);
    return found;
}

int mr_takeover(const struct mr_endpoints *endpoints, int dummy)
{
    int fd = find(endpoints);
    if (fd < 0)
        return fd;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return -errno;
    if (mr_descriptors_is_last(copy)) {
        close(copy);
        return -EMFILE;
    }
    if (dup3(dummy, fd, O_CLOEXEC) < 0) {
        int result = -errno;
        close(copy);
        return result;
    }
    return copy;
}

static bool is_listening(int fd)
{
    int listening = 0;
    socklen_t size = sizeof(listening);
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

int mr_takeover_find_listener(in_port_t local_port)
{
    int found = -ENOENT;
    DIR *directory = opendir("/proc/self/fd");
    if (directory == NULL)
        return -errno;
    for (int fd; found < 0 && (fd = next_descriptor(directory)) >= 0;)
        if (is_local(fd, local_port) && is_listening(fd))
            found = fd;
    closedir(directory);
    return found;
}

void mr_takeover_shutdown_all(in_port_t local_port)
{
    DIR *directory = opendir("/proc/self/fd");
    if (directory == NULL)
        return;
    for (int fd; (fd = next_descriptor(directory)) >= 0;)
        if (is_local(fd, local_port))
            shutdown(fd, SHUT_RDWR);
    closedir(directory);
}

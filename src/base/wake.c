#include "base/wake.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int mr_wake_create(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

void mr_wake_ring(int fd)
{
    static const uint64_t one = 1;
    ssize_t written = write(fd, &one, sizeof(one));
    (void)written; /* a counter that is full is readable as well */
}

bool mr_wake_hush(int fd)
{
    uint64_t times;
    return read(fd, &times, sizeof(times)) == (ssize_t)sizeof(times);
}

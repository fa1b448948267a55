#include "script/runner/bell.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int mr_bell_init(struct mr_bell *bell)
{
    for (int i = 0; i < MR_BELL_REASONS; i++)
        atomic_init(&bell->rung[i], false);
    bell->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return bell->fd < 0 ? -errno : 0;
}

void mr_bell_finish(struct mr_bell *bell)
{
    if (bell->fd >= 0)
        close(bell->fd);
    bell->fd = -1;
}

void mr_bell_ring(struct mr_bell *bell, enum mr_bell_reason reason)
{
    uint64_t one = 1;
    atomic_store(&bell->rung[reason], true);
    ssize_t written = write(bell->fd, &one, sizeof(one));
    (void)written; /* it can only fail when the keeper is to wake up already */
}

bool mr_bell_take(struct mr_bell *bell, enum mr_bell_reason reason)
{
    return atomic_exchange(&bell->rung[reason], false);
}

bool mr_bell_is_rung(const struct mr_bell *bell, enum mr_bell_reason reason)
{
    return atomic_load(&bell->rung[reason]);
}

void mr_bell_hush(struct mr_bell *bell)
{
    uint64_t count;
    ssize_t size = read(bell->fd, &count, sizeof(count));
    (void)size; /* it can only fail when the bell was not rung */
}

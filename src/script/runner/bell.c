#include "script/runner/bell.h"

#include "base/wake.h"

#include <unistd.h>

int mr_bell_init(struct mr_bell *bell)
{
    for (int i = 0; i < MR_BELL_REASONS; i++)
        atomic_init(&bell->rung[i], false);
    bell->fd = mr_wake_create();
    return bell->fd < 0 ? bell->fd : 0;
}

void mr_bell_finish(struct mr_bell *bell)
{
    if (bell->fd >= 0)
        close(bell->fd);
    bell->fd = -1;
}

void mr_bell_ring(struct mr_bell *bell, enum mr_bell_reason reason)
{
    atomic_store(&bell->rung[reason], true);
    mr_wake_ring(bell->fd);
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
    mr_wake_hush(bell->fd);
}

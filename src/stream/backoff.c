#include "stream/backoff.h"

void mr_backoff_init(struct mr_backoff *backoff, uint32_t seed)
{
    *backoff = (struct mr_backoff){ .random = seed };
}

static int64_t jitter(struct mr_backoff *backoff, int64_t us)
{
    backoff->random = backoff->random * 1664525 + 1013904223; /* Numerical Recipes' */
    double share = (double)(backoff->random >> 8) / (double)(1 << 24) * 2 - 1;
    return us + (int64_t)((double)us * MR_BACKOFF_JITTER * share);
}

int64_t mr_backoff_next_us(struct mr_backoff *backoff)
{
    int64_t us = MR_BACKOFF_FIRST_US;
    for (unsigned i = 0; i < backoff->failures && us < MR_BACKOFF_LAST_US; i++)
        us *= 2;
    backoff->failures++;
    return jitter(backoff, us < MR_BACKOFF_LAST_US ? us : MR_BACKOFF_LAST_US);
}

int64_t mr_backoff_slow_us(struct mr_backoff *backoff)
{
    backoff->failures++;
    return jitter(backoff, MR_BACKOFF_SLOW_US);
}

void mr_backoff_reset(struct mr_backoff *backoff)
{
    backoff->failures = 0;
}

/* So many things and bytes a second, and no more: a count that begins anew with each second. Plain
 * data, all zero at first; whoever owns it sees to it that one thread uses it at a time. */
#ifndef MR_SCRIPT_RATE_H
#define MR_SCRIPT_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mr_rate {
    int64_t window_us; /* when the second that is counted began */
    unsigned things;
    size_t bytes;
};

/* Count one more thing of `bytes` at `now_us` (mr_clock_now_us), if that stays within the limits.
 * return: whether it does */
static inline bool mr_rate_allows(struct mr_rate *rate, int64_t now_us, size_t bytes,
                                  unsigned max_things, size_t max_bytes)
{
    if (now_us - rate->window_us >= 1000000)
        *rate = (struct mr_rate){ .window_us = now_us };
    if (rate->things >= max_things || bytes > max_bytes - rate->bytes)
        return false;
    rate->things++;
    rate->bytes += bytes;
    return true;
}

#endif

#include "base/clock.h"

static int64_t read_clock_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t mr_clock_now_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}

int64_t mr_clock_wall_us(void)
{
    return read_clock_us(CLOCK_REALTIME);
}

struct timespec mr_clock_timespec(int64_t monotonic_us)
{
    return (struct timespec){
        .tv_sec = (time_t)(monotonic_us / 1000000),
        .tv_nsec = (long)(monotonic_us % 1000000) * 1000,
    };
}

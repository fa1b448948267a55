/* Clocks in microseconds. Any thread; never fails. */
#ifndef MR_BASE_CLOCK_H
#define MR_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* return: CLOCK_MONOTONIC in µs: for intervals and deadlines */
int64_t mr_clock_now_us(void);

/* return: CLOCK_REALTIME in µs since the UNIX epoch: for time stamps that leave the process */
int64_t mr_clock_wall_us(void);

/* return: a monotonic time as the kernel wants it (pthread_cond_timedwait, clock_nanosleep) */
struct timespec mr_clock_timespec(int64_t monotonic_us);

#endif

/* Threads with names, and condition variables on the monotonic clock. */
#ifndef MR_BASE_THREAD_H
#define MR_BASE_THREAD_H

#include <pthread.h>
#include <stdint.h>

/* Start a thread called `name` (at most 15 bytes are kept). All signals are blocked in it: they
 * belong to main. Whoever starts a thread joins it with pthread_join.
 * return: 0 or -errno */
int mr_thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument);

/* A condition variable whose time-outs are CLOCK_MONOTONIC. */
void mr_thread_cond_init(pthread_cond_t *cond);

/* Wait until signalled or until `deadline_us` (monotonic; negative: no deadline).
 * return: 0, or -ETIMEDOUT */
int mr_thread_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_us);

#endif

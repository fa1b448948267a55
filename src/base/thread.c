#include "base/thread.h"

#include "base/clock.h"

#include <signal.h>
#include <stdio.h>

int mr_thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
        return -failed;

    char kept[16];
    snprintf(kept, sizeof(kept), "%s", name);
    pthread_setname_np(*thread, kept);
    return 0;
}

void mr_thread_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

int mr_thread_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_us)
{
    if (deadline_us < 0)
        return -pthread_cond_wait(cond, lock);
    struct timespec deadline = mr_clock_timespec(deadline_us);
    return -pthread_cond_timedwait(cond, lock, &deadline);
}

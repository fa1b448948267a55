#include "http/request/descriptors.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdatomic.h>
#include <sys/resource.h>

#define COMPLAINT_US (10 * 1000000LL)

bool mr_descriptors_is_last(int fd)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
           (rlim_t)fd + MR_DESCRIPTORS_KEPT >= limit.rlim_cur;
}

void mr_descriptors_complain(void)
{
    static atomic_llong said_us; /* 0: never */
    static atomic_uint refused;
    long long now_us = mr_clock_now_us(), before_us = atomic_load(&said_us);
    atomic_fetch_add(&refused, 1);
    if ((before_us != 0 && now_us - before_us < COMPLAINT_US) ||
        !atomic_compare_exchange_strong(&said_us, &before_us, now_us))
        return;
    mr_log(
        MR_LOG_WARN, "http",
        "no descriptors are left: %u refused; raise the limit (ulimit -n) or lower --max-clients",
        atomic_exchange(&refused, 0));
}

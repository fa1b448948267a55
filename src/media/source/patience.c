#include "media/source/patience.h"

#include "base/clock.h"

#include <errno.h>
#include <stddef.h>

void mr_patience_begin(struct mr_patience *patience)
{
    patience->deadline_us = patience->limit_us > 0 ? mr_clock_now_us() + patience->limit_us : 0;
}

void mr_patience_lift(struct mr_patience *patience)
{
    patience->deadline_us = 0;
}

int mr_patience_check(const struct mr_patience *patience)
{
    if (patience->interrupt != NULL && atomic_load(patience->interrupt))
        return -ECANCELED;
    bool late = patience->deadline_us > 0 && mr_clock_now_us() >= patience->deadline_us;
    return late ? -ETIMEDOUT : 0;
}

int mr_patience_why(const struct mr_patience *patience, int code)
{
    int why = mr_patience_check(patience);
    if (why == 0 && code == -ECANCELED)
        return patience->limit_us > 0 ? -ETIMEDOUT : -ECANCELED;
    return why;
}

int mr_patience_is_over(void *patience)
{
    return mr_patience_check(patience) != 0;
}

#include "script/runner/restart.h"

#include "base/clock.h"

#define FIRST_DELAY_US INT64_C(100000)
#define LAST_DELAY_US  INT64_C(10000000)
#define STEADY_US      INT64_C(10000000) /* a script that ran that long begins anew */
#define SHORT_US       INT64_C(1000000)  /* one that ran for less than that waits longer */

static void schedule(struct mr_restart *restart)
{
    int64_t delay_us = FIRST_DELAY_US;
    for (unsigned i = 0; i < restart->failures && delay_us < LAST_DELAY_US; i++)
        delay_us *= 2;
    if (delay_us > LAST_DELAY_US)
        delay_us = LAST_DELAY_US;
    restart->due_us = mr_clock_now_us() + delay_us;
}

void mr_restart_reset(struct mr_restart *restart)
{
    *restart = (struct mr_restart){ .due_us = -1 };
}

void mr_restart_lost(struct mr_restart *restart, int64_t lasted_us)
{
    if (lasted_us >= STEADY_US)
        restart->failures = 0;
    else if (lasted_us < SHORT_US)
        restart->failures++;
    schedule(restart);
}

void mr_restart_failed(struct mr_restart *restart)
{
    restart->failures++;
    schedule(restart);
}

void mr_restart_done(struct mr_restart *restart)
{
    restart->due_us = -1;
}

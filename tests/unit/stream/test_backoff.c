#include "stream/backoff.h"

#include "support/check.h"

static void check_near(int64_t us, int64_t wanted_us)
{
    int64_t slack_us = (int64_t)((double)wanted_us * MR_BACKOFF_JITTER);
    assert_in_range(us, wanted_us - slack_us, wanted_us + slack_us);
}

static void waits_longer_and_longer(void **state)
{
    (void)state;
    struct mr_backoff backoff;
    mr_backoff_init(&backoff, 1);
    for (int64_t us = MR_BACKOFF_FIRST_US; us < MR_BACKOFF_LAST_US; us *= 2)
        check_near(mr_backoff_next_us(&backoff), us);
    for (int i = 0; i < 1000; i++)
        check_near(mr_backoff_next_us(&backoff), MR_BACKOFF_LAST_US);
    check_near(mr_backoff_slow_us(&backoff), MR_BACKOFF_SLOW_US);
    mr_backoff_reset(&backoff);
    check_near(mr_backoff_next_us(&backoff), MR_BACKOFF_FIRST_US);
}

/* They use all of the room that they have, and no two go the same way. */
static void many_do_not_come_at_once(void **state)
{
    (void)state;
    int64_t least_us = INT64_MAX, most_us = 0;
    for (uint32_t seed = 0; seed < 100; seed++) {
        struct mr_backoff backoff;
        mr_backoff_init(&backoff, seed * 7919);
        mr_backoff_next_us(&backoff);
        int64_t us = mr_backoff_next_us(&backoff);
        least_us = us < least_us ? us : least_us;
        most_us = us > most_us ? us : most_us;
    }
    assert_true(most_us - least_us > 2 * MR_BACKOFF_FIRST_US * MR_BACKOFF_JITTER * 1.5);
}

RUN_TESTS(cmocka_unit_test(waits_longer_and_longer), cmocka_unit_test(many_do_not_come_at_once))

#include "media/source/timeline.h"

#include "support/check.h"

#include <libavutil/avutil.h>

static struct mr_timeline make(int den, double fps)
{
    struct mr_timeline timeline;
    mr_timeline_init(&timeline, (AVRational){ 1, den }, fps);
    return timeline;
}

static void begins_at_zero(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(90000, 25);
    assert_int_equal(mr_timeline_next(&timeline, 900000, 3600, 0), 0);
    assert_int_equal(mr_timeline_next(&timeline, 903600, 3600, 0), 40000);
    assert_int_equal(mr_timeline_next(&timeline, 910800, 3600, 0), 120000);
}

static void fills_in_missing_stamps(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(1000, 10);
    assert_int_equal(mr_timeline_next(&timeline, AV_NOPTS_VALUE, 0, 0), 0);
    assert_int_equal(mr_timeline_next(&timeline, AV_NOPTS_VALUE, 0, 0), 100000);
    assert_int_equal(mr_timeline_next(&timeline, 5000, 50, 0), 200000);
    assert_int_equal(mr_timeline_next(&timeline, AV_NOPTS_VALUE, 0, 0), 250000);
    assert_int_equal(mr_timeline_next(&timeline, 5200, 0, 0), 400000);
}

static void never_goes_back(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(1000, 10);
    mr_timeline_next(&timeline, 1000, 100, 0);
    assert_int_equal(mr_timeline_next(&timeline, 1100, 100, 0), 100000);
    assert_int_equal(mr_timeline_next(&timeline, 1050, 100, 0), 101000); /* jitter */
    assert_int_equal(mr_timeline_next(&timeline, 1200, 100, 0), 200000);
    /* a camera that begins again */
    assert_int_equal(mr_timeline_next(&timeline, -90000, 100, 0), 300000);
    assert_int_equal(mr_timeline_next(&timeline, -89900, 100, 0), 400000);
}

static void a_files_gaps_stay(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(1000, 25);
    mr_timeline_next(&timeline, 0, 40, 0);
    assert_int_equal(mr_timeline_next(&timeline, 15000, 40, 0), 15000000);
    assert_int_equal(mr_timeline_next(&timeline, 1815000, 40, 0), 1815000000);
    /* hours are a jump */
    assert_int_equal(mr_timeline_next(&timeline, 9015000, 40, 0), 1815040000);
    assert_int_equal(mr_timeline_next(&timeline, 9015040, 40, 0), 1815080000);
}

/* Else the file would play as fast as it can be read. */
static void stamps_that_stand_still_say_nothing(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(1000, 25);
    int64_t last_us = mr_timeline_next(&timeline, 500, 0, 0);
    for (int i = 1; i < 100; i++) {
        int64_t us = mr_timeline_next(&timeline, 500, 0, 0);
        assert_true(us > last_us);
        last_us = us;
    }
    assert_in_range(last_us, 90 * 40000, 99 * 40000);
}

static void starts_again_without_a_jump(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(1000, 10);
    mr_timeline_next(&timeline, 40, 100, 0);
    assert_int_equal(mr_timeline_next(&timeline, 140, 70, 0), 100000);
    mr_timeline_restart(&timeline, (AVRational){ 1, 100 }, 10);
    assert_int_equal(mr_timeline_next(&timeline, 3, 10, 0), 170000);
    assert_int_equal(mr_timeline_next(&timeline, 13, 10, 0), 270000);
}

static void a_live_clock_that_is_set_goes_on_with_the_walls(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(1000, 10);
    int64_t year = 365 * INT64_C(86400000), at_us = 7000000;
    assert_int_equal(mr_timeline_next(&timeline, 500, 100, at_us), 0);
    assert_int_equal(mr_timeline_next(&timeline, 600, 100, at_us + 110000), 100000);
    assert_int_equal(mr_timeline_next(&timeline, 700 + year, 100, at_us + 200000), 190000);
    assert_int_equal(mr_timeline_next(&timeline, 800 + year, 100, at_us + 300000), 290000);
    /* back again, after a while */
    assert_int_equal(mr_timeline_next(&timeline, 900, 100, at_us + 4300000), 4290000);
    /* a silence that the stamps know of */
    assert_int_equal(mr_timeline_next(&timeline, 20900, 100, at_us + 24310000), 24290000);
    /* what waited somewhere comes at once */
    assert_int_equal(mr_timeline_next(&timeline, 26900, 100, at_us + 24311000), 30290000);
    assert_int_equal(mr_timeline_next(&timeline, AV_NOPTS_VALUE, 100, at_us + 24411000), 30390000);
}

static void a_file_may_jump_ahead(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(1000, 10);
    assert_int_equal(mr_timeline_next(&timeline, 0, 100, 0), 0);
    assert_int_equal(mr_timeline_next(&timeline, 60000, 100, 0), 60000000);
}

RUN_TESTS(cmocka_unit_test(begins_at_zero), cmocka_unit_test(fills_in_missing_stamps),
          cmocka_unit_test(never_goes_back), cmocka_unit_test(a_files_gaps_stay),
          cmocka_unit_test(stamps_that_stand_still_say_nothing),
          cmocka_unit_test(starts_again_without_a_jump),
          cmocka_unit_test(a_live_clock_that_is_set_goes_on_with_the_walls),
          cmocka_unit_test(a_file_may_jump_ahead))

#include "media/timeline.h"

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
    assert_int_equal(mr_timeline_next(&timeline, 900000, 3600), 0);
    assert_int_equal(mr_timeline_next(&timeline, 903600, 3600), 40000);
    assert_int_equal(mr_timeline_next(&timeline, 910800, 3600), 120000);
}

static void fills_in_missing_stamps(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(1000, 10);
    assert_int_equal(mr_timeline_next(&timeline, AV_NOPTS_VALUE, 0), 0);
    assert_int_equal(mr_timeline_next(&timeline, AV_NOPTS_VALUE, 0), 100000);
    assert_int_equal(mr_timeline_next(&timeline, 5000, 50), 200000);
    assert_int_equal(mr_timeline_next(&timeline, AV_NOPTS_VALUE, 0), 250000);
    assert_int_equal(mr_timeline_next(&timeline, 5200, 0), 400000);
}

static void never_goes_back(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(1000, 10);
    mr_timeline_next(&timeline, 1000, 100);
    assert_int_equal(mr_timeline_next(&timeline, 1100, 100), 100000);
    assert_int_equal(mr_timeline_next(&timeline, 1050, 100), 100000);
    assert_int_equal(mr_timeline_next(&timeline, 1200, 100), 200000);
    /* a camera that begins again */
    assert_int_equal(mr_timeline_next(&timeline, -90000, 100), 300000);
    assert_int_equal(mr_timeline_next(&timeline, -89900, 100), 400000);
}

static void starts_again_without_a_jump(void **state)
{
    (void)state;
    struct mr_timeline timeline = make(1000, 10);
    mr_timeline_next(&timeline, 40, 100);
    assert_int_equal(mr_timeline_next(&timeline, 140, 70), 100000);
    mr_timeline_restart(&timeline, (AVRational){ 1, 100 }, 10);
    assert_int_equal(mr_timeline_next(&timeline, 3, 10), 170000);
    assert_int_equal(mr_timeline_next(&timeline, 13, 10), 270000);
}

RUN_TESTS(cmocka_unit_test(begins_at_zero), cmocka_unit_test(fills_in_missing_stamps),
          cmocka_unit_test(never_goes_back), cmocka_unit_test(starts_again_without_a_jump))

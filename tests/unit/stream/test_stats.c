#include "stream/stats.h"

#include "support/check.h"

static void counts_and_averages(void **state)
{
    (void)state;
    struct mr_stats_recorder recorder;
    struct mr_stats stats;
    mr_stats_init(&recorder);
    for (int i = 1; i <= 100; i++) {
        mr_stats_in(&recorder);
        mr_stats_stage(&recorder, MR_STAGE_SCRIPT, i <= 50 ? 100 : 300);
    }
    mr_stats_out(&recorder, 1234);
    mr_stats_drop(&recorder, MR_DROP_SKIP);
    mr_stats_get(&recorder, &stats);
    assert_int_equal(stats.frames_in, 100);
    assert_int_equal(stats.frames_out, 1);
    assert_int_equal(stats.bytes_out, 1234);
    assert_int_equal(stats.drops[MR_DROP_SKIP], 1);
    assert_int_equal(stats.drops[MR_DROP_RATE], 0);
    assert_float_equal(stats.mean_us[MR_STAGE_SCRIPT], 200, 0.01);
    assert_true(stats.recent_us[MR_STAGE_SCRIPT] > 270);
    assert_int_equal(stats.samples[MR_STAGE_SCRIPT], 100);
    assert_int_equal(stats.samples[MR_STAGE_DECODE], 0);
    mr_stats_finish(&recorder);
}

static void everything_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < MR_STAGES; i++)
        assert_non_null(mr_stage_name((enum mr_stage)i));
    for (int i = 0; i < MR_DROPS; i++)
        assert_non_null(mr_drop_name((enum mr_drop)i));
}

RUN_TESTS(cmocka_unit_test(counts_and_averages), cmocka_unit_test(everything_has_a_name))

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

static void assert_spread(struct mr_stats_recorder *recorder, unsigned frames, unsigned p50,
                          unsigned p99)
{
    struct mr_spread spread = mr_stats_script_spread(recorder);
    assert_int_equal(spread.frames, frames);
    assert_int_equal(spread.p50_us, p50);
    assert_int_equal(spread.p99_us, p99);
}

static void how_script_times_differ(void **state)
{
    (void)state;
    struct mr_stats_recorder recorder;
    mr_stats_init(&recorder);
    assert_spread(&recorder, 0, 0, 0);
    mr_stats_stage(&recorder, MR_STAGE_SCRIPT, 7);
    assert_spread(&recorder, 1, 7, 7);
    for (int i = 100; i > 1; i--)
        mr_stats_stage(&recorder, MR_STAGE_SCRIPT, i * 10);
    mr_stats_stage(&recorder, MR_STAGE_ENCODE, 1000000);
    assert_spread(&recorder, 100, 500, 990);
    for (int i = 0; i < MR_SPREAD_FRAMES; i++) /* the old ones make room */
        mr_stats_stage(&recorder, MR_STAGE_SCRIPT, i == 0 ? INT64_MAX : 3);
    assert_spread(&recorder, MR_SPREAD_FRAMES, 3, 3);
    mr_stats_finish(&recorder);
}

static void everything_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < MR_STAGES; i++)
        assert_non_null(mr_stats_stage_name((enum mr_stage)i));
    for (int i = 0; i < MR_DROPS; i++)
        assert_non_null(mr_stats_drop_name((enum mr_drop)i));
}

RUN_TESTS(cmocka_unit_test(counts_and_averages), cmocka_unit_test(how_script_times_differ),
          cmocka_unit_test(everything_has_a_name))

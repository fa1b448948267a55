#include "stream/pacer.h"

#include "support/check.h"

#define SECOND 1000000

static int admitted(double source_fps, double limit, int frames)
{
    struct mr_pacer pacer;
    mr_pacer_init(&pacer, limit);
    int count = 0;
    for (int i = 0; i < frames; i++)
        count += mr_pacer_admit(&pacer, (int64_t)(i * SECOND / source_fps));
    return count;
}

static void limits_the_rate_on_average(void **state)
{
    (void)state;
    assert_int_equal(admitted(25, 0, 250), 250);
    assert_int_equal(admitted(25, 30, 250), 250);
    assert_int_equal(admitted(29.97, 30, 300), 300);
    assert_int_equal(admitted(30.03, 30, 300), 300);
    assert_in_range(admitted(25, 15, 250), 149, 151);
    assert_in_range(admitted(60, 1, 600), 10, 11);
    assert_in_range(admitted(30, 0.5, 300), 5, 6);
}

static void starts_again_after_a_gap(void **state)
{
    (void)state;
    struct mr_pacer pacer;
    mr_pacer_init(&pacer, 10);
    assert_true(mr_pacer_admit(&pacer, 0));
    assert_false(mr_pacer_admit(&pacer, 40000));
    assert_true(mr_pacer_admit(&pacer, 60 * SECOND));
    assert_false(mr_pacer_admit(&pacer, 60 * SECOND + 40000));
}

static void frames_are_due_at_their_distance(void **state)
{
    (void)state;
    struct mr_pacer pacer;
    mr_pacer_init(&pacer, 0);
    assert_int_equal(mr_pacer_due_us(&pacer, 500, 7000), 7000);
    for (int i = 1; i < 1000; i++) /* the time that work takes adds up to nothing */
        assert_int_equal(mr_pacer_due_us(&pacer, 500 + i * 40000, 7000 + i * 40000 - 3000),
                         7000 + i * 40000);
}

/* A file's frames may be far apart: those of slides, or of a screen on which nothing moves. */
static void a_gap_is_a_gap(void **state)
{
    (void)state;
    struct mr_pacer pacer;
    mr_pacer_init(&pacer, 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(
            mr_pacer_due_us(&pacer, i * 60LL * SECOND, 9 + (i > 0 ? i - 1 : 0) * 60LL * SECOND),
            9 + i * 60LL * SECOND);
}

/* One frame in 5000 seconds: the frames between are read at once, and the next one is no jump. */
static void a_low_rate_is_no_jump(void **state)
{
    (void)state;
    struct mr_pacer pacer;
    mr_pacer_init(&pacer, 0.0002);
    mr_pacer_set_rate(&pacer, 1);
    assert_int_equal(mr_pacer_due_us(&pacer, 0, 7), 7);
    assert_int_equal(mr_pacer_due_us(&pacer, 5000LL * SECOND, 5000), 5000LL * SECOND + 7);
    assert_int_equal(mr_pacer_due_us(&pacer, 20000LL * SECOND, 6000), 6000);
}

#define JUMP (7200LL * SECOND)

static void a_jump_makes_a_new_anchor(void **state)
{
    (void)state;
    struct mr_pacer pacer;
    mr_pacer_init(&pacer, 0);
    mr_pacer_due_us(&pacer, 0, 0);
    assert_int_equal(mr_pacer_due_us(&pacer, JUMP, 5), 5);
    assert_int_equal(mr_pacer_due_us(&pacer, JUMP + 40000, 100), 40005);
    assert_int_equal(mr_pacer_due_us(&pacer, JUMP + 80000, 9 * SECOND), 9 * SECOND);
    mr_pacer_reset(&pacer);
    assert_int_equal(mr_pacer_due_us(&pacer, JUMP + 120000, 9 * SECOND), 9 * SECOND);
}

RUN_TESTS(cmocka_unit_test(limits_the_rate_on_average), cmocka_unit_test(starts_again_after_a_gap),
          cmocka_unit_test(frames_are_due_at_their_distance), cmocka_unit_test(a_gap_is_a_gap),
          cmocka_unit_test(a_low_rate_is_no_jump), cmocka_unit_test(a_jump_makes_a_new_anchor))

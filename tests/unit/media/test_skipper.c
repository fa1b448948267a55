/* Which packets are left out: never the first frame of a slot, whatever order they come in. */
#include "media/source/skipper.h"

#include "support/check.h"

#include <stddef.h>

#define FRAME_US 40000 /* 25 fps */

/* In slots of five frames, the first frame in the middle of its own: 0-2, 3-7, 8-12, … */
static void check(const int *order, size_t count, const char *wanted)
{
    struct mr_skipper skipper;
    mr_skipper_init(&skipper, 5);
    for (size_t i = 0; i < count; i++) {
        bool skips = mr_skipper_skips(&skipper, 7000 + order[i] * (int64_t)FRAME_US);
        if (skips != (wanted[i] == '-'))
            fail_msg("frame %d, packet %zu: %s", order[i], i, skips ? "skipped" : "decoded");
    }
}

static void the_first_of_a_slot_is_decoded(void **state)
{
    (void)state;
    static const int in_order[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 };
    check(in_order, 14, "x--x----x----x");
    static const int ibbp[] = { 0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11 };
    check(ibbp, 13, "xx-----x-x---");
}

static void pyramids_too(void **state)
{
    (void)state;
    /* 4 and 8 first, then what lies between */
    static const int pyramid[] = { 0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11 };
    check(pyramid, 13, "xx--xx-------");
}

static void without_a_limit_all_are(void **state)
{
    (void)state;
    struct mr_skipper skipper;
    mr_skipper_init(&skipper, 0);
    mr_skipper_align(&skipper, 123);
    for (int i = 0; i < 50; i++)
        assert_false(mr_skipper_skips(&skipper, i));
}

static void follows_the_slots_it_is_told(void **state)
{
    (void)state;
    struct mr_skipper skipper;
    mr_skipper_init(&skipper, 5);
    assert_false(mr_skipper_skips(&skipper, 0));
    mr_skipper_align(&skipper, 100000); /* as it was taken to be: nothing is forgotten */
    assert_true(mr_skipper_skips(&skipper, FRAME_US));
    mr_skipper_align(&skipper, -40000 * 5 + 20000);
    assert_false(mr_skipper_skips(&skipper, 20000));
    assert_true(mr_skipper_skips(&skipper, 219000));
    assert_false(mr_skipper_skips(&skipper, 221000));
    assert_false(mr_skipper_skips(&skipper, -1000000)); /* time may go back */
}

RUN_TESTS(cmocka_unit_test(the_first_of_a_slot_is_decoded), cmocka_unit_test(pyramids_too),
          cmocka_unit_test(without_a_limit_all_are), cmocka_unit_test(follows_the_slots_it_is_told))

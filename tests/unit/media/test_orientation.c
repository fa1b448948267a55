#include "media/convert/orientation.h"

#include "support/check.h"

#include <libavutil/display.h>

static void check(const int32_t matrix[9], int rotation, bool mirrored)
{
    struct mr_orientation orientation = mr_orientation_from_matrix(matrix, 9 * sizeof(*matrix));
    assert_int_equal(orientation.rotation, rotation);
    assert_int_equal(orientation.mirrored, mirrored);
}

static void knows_all_eight_positions(void **state)
{
    (void)state;
    for (int rotation = 0; rotation < 360; rotation += 90) {
        int32_t matrix[9];
        av_display_rotation_set(matrix, rotation);
        check(matrix, rotation, false);
        av_display_rotation_set(matrix, rotation + 20);
        check(matrix, rotation, false);
    }
    const int32_t one = 1 << 16;
    check((int32_t[9]){ -one, 0, 0, 0, one, 0, 0, 0, 1 << 30 }, 0, true);
    check((int32_t[9]){ one, 0, 0, 0, -one, 0, 0, 0, 1 << 30 }, 180, true);
    /* left to right is x → -x; then a quarter clockwise is (x, y) → (-y, x): together (-y, -x) */
    check((int32_t[9]){ 0, -one, 0, -one, 0, 0, 0, 0, 1 << 30 }, 90, true);
    check((int32_t[9]){ 0, one, 0, one, 0, 0, 0, 0, 1 << 30 }, 270, true);
}

static void takes_nonsense_for_upright(void **state)
{
    (void)state;
    check((int32_t[9]){ 0 }, 0, false);
    const int32_t turned[9] = { 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30 };
    check(turned, 90, false);
    assert_int_equal(mr_orientation_from_matrix(NULL, 36).rotation, 0);
    assert_int_equal(mr_orientation_from_matrix(turned, 35).rotation, 0);
}

RUN_TESTS(cmocka_unit_test(knows_all_eight_positions), cmocka_unit_test(takes_nonsense_for_upright))

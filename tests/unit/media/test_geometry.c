#include "media/picture/geometry.h"

#include "media/picture/picture.h"
#include "support/check.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static void check_size(const char *text, int width, int height)
{
    struct mr_error error;
    struct mr_size size = { -1, -1 };
    assert_int_equal(mr_geometry_parse_size(text, &size, &error), 0);
    assert_int_equal(size.width, width);
    assert_int_equal(size.height, height);
}

static void parses_sizes(void **state)
{
    (void)state;
    check_size("640x360", 640, 360);
    check_size("640", 640, 0);
    check_size("640x", 640, 0);
    check_size("x360", 0, 360);
    check_size("1x16384", 1, 16384);
}

static void refuses_what_is_no_size(void **state)
{
    (void)state;
    const char *const wrong[] = { "",         "x",         "0x10",
                                  "10x0",     "640x360x2", "-4x4",
                                  "640*360",  "16385",     "99999999999999999999",
                                  "640 x360", "a",         "640x36a",
                                  " 640",     "x16385" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct mr_error error = { 0 };
        struct mr_size size = { 7, 7 };
        assert_int_equal(mr_geometry_parse_size(wrong[i], &size, &error), -EINVAL);
        assert_non_null(strstr(error.text, wrong[i]));
        assert_non_null(strstr(error.text, "16384"));
        assert_int_equal(size.width, 7);
    }
}

static struct mr_geometry solve(struct mr_geometry_input input, int width, int height,
                                enum mr_fit fit)
{
    return mr_geometry_solve(&input, (struct mr_size){ width, height }, fit);
}

static struct mr_geometry_input stored(int width, int height)
{
    return (struct mr_geometry_input){ .width = width, .height = height };
}

static struct mr_geometry_input oblong(int width, int height, int sar_num, int sar_den)
{
    return (struct mr_geometry_input){ width, height, sar_num, sar_den, 0 };
}

static struct mr_geometry_input turned(struct mr_geometry_input input, int rotation)
{
    input.rotation = rotation;
    return input;
}

static void check_output(struct mr_geometry geometry, int width, int height)
{
    assert_int_equal(geometry.output.width, width);
    assert_int_equal(geometry.output.height, height);
}

static void check_rect(const struct mr_rect *rect, double x, double y, double width, double height)
{
    assert_float_equal(rect->x, x, 1e-6);
    assert_float_equal(rect->y, y, 1e-6);
    assert_float_equal(rect->width, width, 1e-6);
    assert_float_equal(rect->height, height, 1e-6);
}

static void keeps_the_natural_size_within_bounds(void **state)
{
    (void)state;
    check_output(solve(stored(768, 432), 0, 0, MR_FIT_CONTAIN), 768, 432);
    check_output(solve(stored(767, 431), 0, 0, MR_FIT_CONTAIN), 767, 431);
    check_output(solve(stored(1, 1), 0, 0, MR_FIT_CONTAIN), 1, 1);
    check_output(solve(stored(1280, 720), 0, 0, MR_FIT_CONTAIN), 1280, 720);
    check_output(solve(stored(1920, 1080), 0, 0, MR_FIT_COVER), 1280, 720);
    check_output(solve(stored(7680, 4320), 0, 0, MR_FIT_CONTAIN), 1280, 720);
    check_output(solve(stored(1080, 1920), 0, 0, MR_FIT_CONTAIN), 405, 720);
    check_output(solve(stored(16000, 10), 0, 0, MR_FIT_CONTAIN), 1280, 1);
}

static void follows_one_side(void **state)
{
    (void)state;
    struct mr_geometry geometry = solve(stored(768, 432), 400, 0, MR_FIT_CONTAIN);
    check_output(geometry, 400, 225);
    check_rect(&geometry.from, 0, 0, 768, 432);
    check_rect(&geometry.to, 0, 0, 400, 225);
    check_output(solve(stored(768, 432), 0, 300, MR_FIT_COVER), 533, 300);
    check_output(solve(stored(10, 1000), 16384, 0, MR_FIT_CONTAIN), 16384, 16384);
    check_output(solve(stored(1000, 1), 10, 0, MR_FIT_CONTAIN), 10, 1);
}

static void makes_pixels_square(void **state)
{
    (void)state;
    check_output(solve(oblong(720, 576, 64, 45), 0, 0, MR_FIT_CONTAIN), 1024, 576);
    check_output(solve(oblong(720, 480, 8, 9), 0, 0, MR_FIT_CONTAIN), 640, 480);
    check_output(solve(oblong(720, 576, 0, 1), 0, 0, MR_FIT_CONTAIN), 720, 576);
    check_output(solve(oblong(720, 576, 1, 0), 0, 0, MR_FIT_CONTAIN), 720, 576);
    check_output(solve(oblong(720, 576, 100000, 1), 0, 0, MR_FIT_CONTAIN), 720, 576);
    check_output(solve(oblong(720, 576, 64, 45), 320, 0, MR_FIT_CONTAIN), 320, 180);
}

static void stands_on_its_side(void **state)
{
    (void)state;
    check_output(solve(turned(stored(768, 432), 90), 0, 0, MR_FIT_CONTAIN), 405, 720);
    check_output(solve(turned(stored(640, 360), 270), 0, 0, MR_FIT_CONTAIN), 360, 640);
    check_output(solve(turned(stored(640, 360), 180), 0, 0, MR_FIT_CONTAIN), 640, 360);
    check_output(solve(turned(oblong(720, 576, 64, 45), 90), 0, 0, MR_FIT_CONTAIN), 405, 720);
}

static void contains_with_bars(void **state)
{
    (void)state;
    struct mr_geometry geometry = solve(stored(768, 432), 400, 300, MR_FIT_CONTAIN);
    check_rect(&geometry.from, 0, 0, 768, 432);
    check_rect(&geometry.to, 0, 36, 400, 226);
    geometry = solve(stored(360, 640), 400, 300, MR_FIT_CONTAIN);
    check_rect(&geometry.to, 116, 0, 168, 300);
    geometry = solve(turned(stored(640, 360), 90), 400, 300, MR_FIT_CONTAIN);
    check_rect(&geometry.from, 0, 0, 640, 360);
    check_rect(&geometry.to, 116, 0, 168, 300);
    geometry = solve(stored(768, 432), 767, 432, MR_FIT_CONTAIN); /* a bar of one pixel: none */
    check_rect(&geometry.to, 0, 0, 767, 432);
    geometry = solve(stored(10000, 1), 101, 101, MR_FIT_CONTAIN);
    check_rect(&geometry.to, 0, 50, 101, 2);
}

static void covers_by_cropping(void **state)
{
    (void)state;
    struct mr_geometry geometry = solve(stored(768, 432), 400, 300, MR_FIT_COVER);
    check_rect(&geometry.to, 0, 0, 400, 300);
    check_rect(&geometry.from, 96, 0, 576, 432);
    geometry = solve(stored(360, 640), 100, 100, MR_FIT_COVER);
    check_rect(&geometry.from, 0, 140, 360, 360);
    geometry = solve(turned(stored(640, 360), 90), 100, 100, MR_FIT_COVER);
    check_rect(&geometry.from, 140, 0, 360, 360);
    geometry = solve(turned(stored(640, 360), 90), 180, 640, MR_FIT_COVER);
    check_rect(&geometry.from, 0, 90, 640, 180);
    geometry = solve(stored(768, 432), 384, 216, MR_FIT_COVER);
    check_rect(&geometry.from, 0, 0, 768, 432);
}

static void stretches_regardless(void **state)
{
    (void)state;
    struct mr_geometry geometry = solve(stored(768, 432), 400, 300, MR_FIT_STRETCH);
    check_rect(&geometry.from, 0, 0, 768, 432);
    check_rect(&geometry.to, 0, 0, 400, 300);
}

static void check_invariants(const struct mr_geometry *geometry,
                             const struct mr_geometry_input *input)
{
    const struct mr_size *output = &geometry->output;
    const struct mr_rect *to = &geometry->to, *from = &geometry->from;
    assert_in_range(output->width, 1, MR_PICTURE_MAX_SIDE);
    assert_in_range(output->height, 1, MR_PICTURE_MAX_SIDE);
    assert_true(fmod(to->x, 2) == 0 && fmod(to->y, 2) == 0);
    assert_true(to->width >= 1 && to->x + to->width <= output->width);
    assert_true(to->height >= 1 && to->y + to->height <= output->height);
    assert_true(to->x + to->width == output->width || fmod(to->width, 2) == 0);
    assert_true(to->y + to->height == output->height || fmod(to->height, 2) == 0);
    assert_true(from->x >= 0 && from->width > 0 && from->x + from->width <= input->width + 1e-9);
    assert_true(from->y >= 0 && from->height > 0 && from->y + from->height <= input->height + 1e-9);
}

static void holds_for_every_combination(void **state)
{
    (void)state;
    const int sides[] = { 1, 2, 3, 17, 431, 768, 1279, 4320, 16384 };
    const int count = sizeof(sides) / sizeof(*sides);
    for (int a = 0; a < count * count * count * count; a++) {
        struct mr_geometry_input input = { .width = sides[a % count],
                                           .height = sides[a / count % count],
                                           .sar_num = a % 7,
                                           .sar_den = a % 5,
                                           .rotation = a % 4 * 90 };
        struct mr_size wish = { sides[a / count / count % count],
                                sides[a / count / count / count] };
        for (int fit = MR_FIT_CONTAIN; fit <= MR_FIT_STRETCH; fit++) {
            struct mr_geometry geometry = mr_geometry_solve(&input, wish, (enum mr_fit)fit);
            check_invariants(&geometry, &input);
        }
    }
}

RUN_TESTS(cmocka_unit_test(parses_sizes), cmocka_unit_test(refuses_what_is_no_size),
          cmocka_unit_test(keeps_the_natural_size_within_bounds),
          cmocka_unit_test(follows_one_side), cmocka_unit_test(makes_pixels_square),
          cmocka_unit_test(stands_on_its_side), cmocka_unit_test(contains_with_bars),
          cmocka_unit_test(covers_by_cropping), cmocka_unit_test(stretches_regardless),
          cmocka_unit_test(holds_for_every_combination))

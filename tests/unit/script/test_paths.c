/* Polylines, polygons, ellipses and arcs, by the pixels that come out. */
#include "draw_support.h"

#define RED   0xff0000
#define GREEN 0x008000
#define WHITE 0xffffff

static void polylines_go_from_pixel_to_pixel(void **state)
{
    (void)state;
    expect_pixels("frame:polyline({{2,2},{10,2},{10,8}}, { line_width = 1 })", { 2, 2, WHITE },
                  { 6, 2, WHITE }, { 10, 2, WHITE }, { 10, 8, WHITE }, { 1, 2, 0 }, { 11, 2, 0 },
                  { 10, 9, 0 }, { 9, 3, 0 }, { 2, 3, 0 });
    expect_pixels("frame:polyline({2,2,10,2,10,8}, { color = 'red', line_width = 1 })",
                  { 2, 2, RED }, { 10, 2, RED }, { 10, 8, RED }, { 9, 3, 0 });
    expect_pixels("frame:polyline({{5,5}}, { line_width = 1 })", { 5, 5, WHITE }, { 4, 5, 0 },
                  { 6, 5, 0 });
    expect_nothing("frame:polyline({})");
    expect_nothing("frame:polyline({{1,1},{9,9}}, { line_width = 0 })");
}

static void polygons_are_filled_between_edges(void **state)
{
    (void)state;
    expect_pixels("frame:polygon({{4,4},{8,4},{8,7},{4,7}}, { fill = 'red' })", { 4, 4, RED },
                  { 7, 6, RED }, { 3, 4, 0 }, { 8, 4, 0 }, { 4, 7, 0 });
    expect_pixels("frame:polygon({4,4,20,4,20,20,4,20}, { fill = 'red', color = 'green' })",
                  { 3, 3, GREEN }, { 4, 10, GREEN }, { 12, 12, RED }, { 5, 5, RED }, { 2, 2, 0 });
    expect_pixels("frame:polygon({{4,4},{20,4},{20,20},{4,20}})", { 4, 10, WHITE }, { 12, 12, 0 });
}

static void ellipses_have_two_radii(void **state)
{
    (void)state;
    expect_pixels("frame:ellipse(32, 24, 20, 10, { fill = 'red' })", { 32, 24, RED },
                  { 13, 24, RED }, { 50, 24, RED }, { 32, 15, RED }, { 32, 32, RED }, { 11, 24, 0 },
                  { 32, 12, 0 }, { 14, 16, 0 });
    expect_pixels("frame:ellipse(32, 24, 20, 10, { line_width = 4 })", { 14, 24, WHITE },
                  { 32, 16, WHITE }, { 32, 24, 0 }, { 20, 24, 0 }, { 32, 19, 0 });
    expect_nothing("frame:ellipse(32, 24, 0, 10) frame:ellipse(32, 24, 10, -1) "
                   "frame:ellipse(32, 24, 1e-300, 1e-300, { fill = 'red' })");
}

static void arcs_go_clockwise(void **state)
{
    (void)state;
    const char *quarter = "frame:arc(30, 20, 12, 0, math.pi / 2, { fill = 'red' })";
    expect_pixels(quarter, { 34, 24, RED }, { 26, 24, 0 }, { 34, 16, 0 }, { 26, 16, 0 });
    expect_pixels("frame:arc(30, 20, 12, math.pi / 2, 0, { fill = 'red' })", { 34, 24, 0 },
                  { 26, 24, RED }, { 34, 16, RED }, { 26, 16, RED });
    expect_pixels("frame:arc(30, 20, 12, 0, math.pi / 2, { line_width = 4 })", { 30, 30, WHITE },
                  { 40, 20, WHITE }, { 30, 20, 0 }, { 20, 20, 0 });
    expect_pixels("frame:arc(30, 20, 12, 0, math.huge, { fill = 'red' })", { 34, 24, RED },
                  { 26, 16, RED });
    expect_pixels("frame:arc(30, 20, 12, 0, 2 * math.pi, { fill = 'red' })", { 34, 24, RED },
                  { 26, 24, RED }, { 34, 16, RED }, { 26, 16, RED });
    expect_nothing("frame:arc(30, 20, 0, 0, 1)");
}

static void wrong_points_are_named(void **state)
{
    (void)state;
    expect_error(&host, PROCESS("frame:polyline(5)"),
                 "process.lua:1: bad argument #1 to 'polyline' (points: table of points expected, "
                 "got number)");
    expect_error(&host, PROCESS("frame:polyline()"), "points: table of points expected");
    expect_error(&host, PROCESS("frame:polyline({1, 2, 3})"),
                 "points: as many x as y expected, got 3 numbers");
    expect_error(&host, PROCESS("frame:polygon({{1, 2}, {3}})"),
                 "bad argument #1 to 'polygon' (points[2][2]: number expected, got nil)");
    expect_error(&host, PROCESS("frame:polygon({{1, 2}, 3})"),
                 "points[2]: {x, y} expected, got number");
    expect_error(&host, PROCESS("frame:polygon({1, 0/0})"), "points[2]: number expected, got NaN");
    expect_error(&host, PROCESS("frame:polygon({1, '2'})"),
                 "points[2]: number expected, got string");
    expect_error(&host, PROCESS("frame:polyline({}, { fill = 'red' })"),
                 "polyline: unknown option 'fill'");
    expect_error(&host, PROCESS("frame:ellipse(1, 2, 3)"), "ry: number expected, got nothing");
    expect_error(&host, PROCESS("frame:arc(1, 2, 3, 0/0, 1)"), "a1: number expected, got NaN");
}

static void what_is_too_much_is_refused(void **state)
{
    (void)state;
    expect_error(&host,
                 "local p = {} for i = 1, 1000000 do p[i] = i end "
                 "function process(frame) frame:polyline(p) end",
                 "points: at most 1024 points expected, got 500000");
    expect_nothing("frame:polyline({{1e308, 1e308}, {1e308, -1e308}}) "
                   "frame:polygon({{-1e308, -1e9}, {-1e9, 1e308}}, { fill = 'red' }) "
                   "frame:ellipse(1e308, 1e308, 5, 5) frame:arc(-1e308, 0, 9, -1e308, 1e308)");
    expect_pixels("frame:ellipse(32, 24, 1e308, 1e308, { fill = 'red' })", { 0, 0, RED },
                  { 60, 40, RED });
    expect_pixels("frame:polygon({{-1e308,-1e308},{1e308,-1e308},{1e308,1e308},{-1e308,1e308}}, "
                  "{ fill = 'red' })",
                  { 0, 0, RED }, { 63, 47, RED });
    /* cairo is still able to draw afterwards */
    expect_pixels(
        "frame:polyline({{1e308, math.huge}, {-1e308, -math.huge}}, { line_width = 1000 })"
        " frame:fill('black') frame:rectangle(1, 1, 2, 2, { fill = 'red' })",
        { 1, 1, RED }, { 5, 5, 0 });
}

static void one_picture_of_all(void **state)
{
    (void)state;
    struct mr_picture *picture = picture_make(320, 240, 60, 128, 128);
    struct mr_picture *drawn = draw_on(
        picture,
        "local p = {} for i = 0, 60 do p[#p + 1] = 10 + i * 5 p[#p + 1] = 40 + 20 * "
        "math.sin(i / 4) end frame:polyline(p, { color = 'lime', line_width = 3 }) "
        "frame:polyline({{10,80},{60,80},{60,110},{20,110},{40,90}}, { line_width = 1 }) "
        "frame:polygon({{100,80},{150,90},{140,130},{110,120}}, { fill = 'tomato', stroke = "
        "'white' "
        "}) local star = {} for i = 0, 4 do local a = i * 4 * math.pi / 5 star[i + 1] = { 220 + 30 "
        "* math.sin(a), 105 - 30 * math.cos(a) } end "
        "frame:polygon(star, { fill = '#ff08', stroke = 'yellow' }) "
        "frame:ellipse(60, 180, 45, 25, { fill = '#08f8', stroke = 'white' }) "
        "frame:ellipse(60, 180, 10, 40, { line_width = 6, color = 'orange' }) "
        "frame:arc(160, 180, 35, 0, 1.5, { fill = 'gold' }) "
        "frame:arc(160, 180, 40, 1.7, 6, { line_width = 8, color = 'red' }) "
        "frame:arc(250, 180, 40, math.pi, 0, { fill = 'teal', color = 'white' })");
    write_png(drawn, "paths.png");
    mr_picture_unref(&drawn);
    mr_picture_unref(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polylines_go_from_pixel_to_pixel),
        cmocka_unit_test(polygons_are_filled_between_edges),
        cmocka_unit_test(ellipses_have_two_radii),
        cmocka_unit_test(arcs_go_clockwise),
        cmocka_unit_test(wrong_points_are_named),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(one_picture_of_all),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

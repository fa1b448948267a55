/* What scripts measure, on pictures whose numbers are known. */
#include "draw_support.h"

#include "media/convert/converter.h"

/* Planes with a pattern. */
static struct mr_picture *pattern(int width, int height)
{
    struct mr_picture *picture = picture_black(width, height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            picture->plane[0][y * picture->stride_bytes[0] + x] =
                (uint8_t)(60 + (x * 3 + y * 7) % 99);
    for (int y = 0; y < (height + 1) / 2; y++)
        for (int x = 0; x < (width + 1) / 2; x++) {
            picture->plane[1][y * picture->stride_bytes[1] + x] = (uint8_t)(118 + (x + y) % 21);
            picture->plane[2][y * picture->stride_bytes[2] + x] = (uint8_t)(118 + (x * 5 + y) % 19);
        }
    return picture;
}

/* Run the body of process; fails if the frame counts as touched afterwards. */
static void look_at(struct mr_picture *picture, const char *body)
{
    static char text[4096];
    snprintf(
        text, sizeof(text),
        "local function near(a, b, d) assert(math.abs(a - b) <= d, a .. ' for ' .. b) end " PROCESS(
            "%s\n"),
        body);
    struct mr_picture *looked = run_on(picture, text);
    assert_ptr_equal(looked, picture);
    mr_picture_unref(&looked);
}

/* The same in planes and in pixels, for rectangles at odd and even places. */
static void means_agree_with_the_pixels(void **state)
{
    (void)state;
    struct mr_picture *picture = pattern(61, 47);
    look_at(picture,
            "for _, a in ipairs { {0, 0, 61, 47}, {1, 1, 1, 1}, {2, 3, 5, 8}, {3, 2, 4, 1}, {60, "
            "46, 1, 1}, {59, 0, 2, 47}, {-5, -5, 20, 20}, {7, 9, 1e308, 1e308} } do "
            "local x, y, w, h = table.unpack(a) local sum, n = { 0, 0, 0 }, 0 "
            "for py = math.max(y, 0), math.min(y + h, 47) - 1 do for px = math.max(x, 0), "
            "math.min(x + w, 61) - 1 do local p = { frame:get(math.tointeger(px), "
            "math.tointeger(py)) } for i = 1, 3 do sum[i] = sum[i] + p[i] end n = n + 1 end end "
            "local m = { frame:mean(x, y, w, h) } "
            "for i = 1, 3 do near(m[i], sum[i] / n, 1.1) end end "
            "local r, g, b = frame:mean() local r2, g2, b2 = frame:mean(0, 0, 61, 47) "
            "assert(r == r2 and g == g2 and b == b2)");
    mr_picture_unref(&picture);
    expect_payload(&host,
                   PROCESS("return { select('#', frame:mean(64, 0, 5, 5)), select('#', "
                           "frame:mean(0, 0, 0, 5)), select('#', frame:mean(0, 0, -5, 5)) }"),
                   "[0,0,0]");
    expect_payload(&host, PROCESS("frame:fill('#204060') return { frame:mean(3, 3, 9, 9) }"),
                   "[32,64,96]");
    expect_error(&host, PROCESS("frame:mean(1, 2, 3)"), "h: number expected, got nothing");
    expect_error(&host, PROCESS("frame:mean(1, 0/0, 3, 4)"), "y: number expected, got NaN");
}

static void luma_is_a_grid_of_means(void **state)
{
    (void)state;
    struct mr_picture *picture = picture_black(64, 48);
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++)
            picture->plane[0][y * picture->stride_bytes[0] + x] =
                (uint8_t)(x < 32 ? (y < 24 ? 10 : 20) : (y < 24 ? 30 : x % 2 * 101));
    look_at(picture, "local l = frame:luma(2, 2) assert(#l == 4) "
                     "assert(l[1] == 10 and l[2] == 30 and l[3] == 20 and l[4] == 50.5) "
                     "local all = frame:luma(64, 48) assert(#all == 64 * 48) "
                     "assert(all[1] == 10 and all[64] == 30 and all[64 * 48] == 101) "
                     "assert(#frame:luma(7, 5) == 35) assert(frame:luma(1, 1)[1] == 27.625)");
    mr_picture_unref(&picture);
    /* a touched frame as it looks now */
    expect_payload(&host,
                   PROCESS("frame:rectangle(0, 0, 32, 48, { fill = 'white' }) return "
                           "frame:luma(2, 1)"),
                   "[255,0]");
    expect_error(&host, PROCESS("frame:luma(65, 1)"),
                 "bad argument #1 to 'luma' (columns: whole number from 1 to 64 (the width) "
                 "expected, got 65)");
    expect_error(&host, PROCESS("frame:luma(1, 0)"), "rows: whole number from 1 to 48");
    expect_error(&host, PROCESS("frame:luma(1.5, 1)"), "columns: whole number");
    expect_error(&host, PROCESS("frame:luma(0/0, 1)"), "columns: number expected, got NaN");
}

static void histograms_count_all_pixels(void **state)
{
    (void)state;
    struct mr_picture *picture = pattern(61, 47);
    look_at(picture,
            "for _, c in ipairs { 'luma', 'r', 'g', 'b' } do local h, n = frame:histogram(c), 0 "
            "for i = 0, 255 do n = n + h[i] end assert(n == 61 * 47) assert(h[256] == nil) end "
            "assert(frame:histogram()[60] == frame:histogram('luma')[60]) "
            "local red, h = {}, frame:histogram('r') for y = 0, 46 do for x = 0, 60 do local r = "
            "frame:get(x, y) red[r] = (red[r] or 0) + 1 end end "
            "for i = 0, 255 do assert(h[i] == (red[i] or 0)) end");
    mr_picture_unref(&picture);
    expect_payload(&host,
                   PROCESS("frame:rectangle(0, 0, 10, 10, { fill = '#ff8010' }) local r, g, b, l = "
                           "frame:histogram('r'), frame:histogram('g'), frame:histogram('b'), "
                           "frame:histogram('luma') return { r[255], g[128], b[16], r[0], l[0], "
                           "l[153] + l[154] }"),
                   "[100,100,100,2972,2972,100]");
    expect_error(&host, PROCESS("frame:histogram('x')"),
                 "bad argument #1 to 'histogram' (channel: 'x' is none of: b g r luma)");
}

static void differences_are_of_luma(void **state)
{
    (void)state;
    struct mr_picture *picture = pattern(61, 47);
    look_at(picture, "local c = frame:copy() assert(frame:difference(c) == 0) "
                     "assert(frame:difference(frame) == 0) "
                     "frame:get(0, 0) assert(frame:difference(c) == 0) "
                     "c:fill('black') local h, sum = frame:histogram(), 0 for i = 0, 255 do sum = "
                     "sum + i * h[i] end near(frame:difference(c), sum / (255 * 61 * 47), 0.003) "
                     "near(c:difference(frame), frame:difference(c), 0)");
    mr_picture_unref(&picture);
    expect_payload(&host,
                   PROCESS("local was = frame:copy() frame:rectangle(0, 0, 32, 48, { fill = "
                           "'white' }) return { frame:difference(was), was:difference(frame), "
                           "frame:difference(frame:copy()) }"),
                   "[0.5,0.5,0]");
    expect_error(&host, PROCESS("frame:difference(frame.new(32, 48))"),
                 "bad argument #1 to 'difference' (other: 64x48 pixels expected, got 32x48)");
    expect_error(&host, PROCESS("frame:difference(5)"), "other: frame or image expected");
}

/* Not even a canvas is made: a frame that was measured is drawn on, and differs only there. */
static void measuring_then_drawing(void **state)
{
    (void)state;
    struct mr_picture *picture = pattern(64, 48);
    struct mr_picture *measured =
        run_on(picture, PROCESS("frame:mean() frame:luma(4, 4) frame:histogram('g') "
                                "frame:set(5, 5, 1, 2, 3) local r, g, b = frame:mean(5, 5, 1, 1) "
                                "assert(r == 1 and g == 2 and b == 3)"));
    expect_color(measured, 5, 5, 0x010203);
    mr_picture_unref(&measured);
    mr_picture_unref(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_agree_with_the_pixels), cmocka_unit_test(luma_is_a_grid_of_means),
        cmocka_unit_test(histograms_count_all_pixels), cmocka_unit_test(differences_are_of_luma),
        cmocka_unit_test(measuring_then_drawing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* Blurred, pixelated, translated and laid over, by the pixels that come out. */
#include "draw_support.h"

#define RED   0xff0000
#define WHITE 0xffffff

/* What is flat stays as it is, to the last level, whatever the radius. */
static void blurring_keeps_what_is_flat(void **state)
{
    (void)state;
    static const char *const radii[] = { "0.5", "1",   "2",   "3",     "7.5",      "20",
                                         "63",  "150", "200", "1e308", "math.huge" };
    for (size_t i = 0; i < sizeof(radii) / sizeof(*radii); i++) {
        char body[128];
        snprintf(body, sizeof(body), "frame:fill('#ff8001') frame:blur(0, 0, 64, 48, %s)",
                 radii[i]);
        expect_pixels(body, { 0, 0, 0xff8001 }, { 63, 47, 0xff8001 }, { 17, 33, 0xff8001 });
        snprintf(body, sizeof(body), "frame:fill('white') frame:blur(0, 0, 64, 48, %s)", radii[i]);
        expect_pixels(body, { 0, 0, WHITE }, { 40, 20, WHITE });
    }
}

/* A white column spreads evenly to both sides, and a radius of 1 is a box of three pixels. */
static void blurring_spreads(void **state)
{
    (void)state;
    expect_pixels("frame:rectangle(30, 0, 1, 48, { fill = 'white' }) frame:blur(0, 0, 64, 48, 1)",
                  { 29, 20, 0x555555 }, { 30, 20, 0x555555 }, { 31, 20, 0x555555 }, { 28, 20, 0 },
                  { 32, 20, 0 }, { 30, 0, 0x555555 });
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_picture *drawn =
        draw_on(picture, "frame:rectangle(32, 0, 32, 48, { fill = 'white' }) "
                         "frame:blur(0, 0, 64, 48, 6)");
    for (int x = 1; x < 64; x++) /* from black to white, never back */
        assert_true(picture_pixel(drawn, x, 24) >= picture_pixel(drawn, x - 1, 24));
    for (int x = 0; x < 32; x++) { /* the same from both sides */
        int left = (int)(picture_pixel(drawn, x, 24) & 255);
        int right = (int)(picture_pixel(drawn, 63 - x, 24) & 255);
        assert_in_range(left + right, 253, 257);
    }
    expect_color(drawn, 10, 24, 0);
    expect_color(drawn, 53, 24, WHITE);
    assert_in_range(picture_pixel(drawn, 28, 24) & 255, 20, 100);
    mr_picture_unref(&drawn);
    mr_picture_unref(&picture);
}

/* Against three boxes computed the long way, in a rectangle whose sides are no multiples of
 * anything. */
static void blurring_equals_three_boxes(void **state)
{
    (void)state;
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_picture *drawn = draw_on(
        picture, PATTERN
        "local X, Y, W, H = 3, 5, 53, 37 local was = {} "
        "for y = 0, H - 1 do was[y] = {} for x = 0, W - 1 do was[y][x] = frame:get(X + x, Y "
        "+ y) end end "
        /* radius 4: the variance of 9 pixels, which boxes of 5, 5 and 5 come closest to */
        "local function box(size, length, get, set) local n = size // 2 for i = 0, length - "
        "1 do local sum = 0 for k = i - n, i + n do sum = sum + get(math.max(0, "
        "math.min(length - 1, k))) end set(i, (sum + n) // size) end end "
        "local function copy(t, n) local c = {} for i = 0, n - 1 do c[i] = t[i] end return "
        "c end "
        "for _, size in ipairs { 5, 5, 5 } do for y = 0, H - 1 do local old = copy(was[y], "
        "W) box(size, W, function(i) return old[i] end, function(i, v) was[y][i] = v end) "
        "end end "
        "for _, size in ipairs { 5, 5, 5 } do for x = 0, W - 1 do local old = {} for y = 0, "
        "H - 1 do old[y] = was[y][x] end box(size, H, function(i) return old[i] end, "
        "function(i, v) was[i][x] = v end) end end "
        "local outside = { frame:get(2, 5), frame:get(56, 5), frame:get(3, 4), frame:get(3, "
        "42) } "
        "frame:blur(X, Y, W, H, 4) "
        "for y = 0, H - 1 do for x = 0, W - 1 do local r = frame:get(X + x, Y + y) "
        "assert(r == was[y][x], x .. ',' .. y .. ': ' .. r .. ' for ' .. was[y][x]) end end "
        "assert(outside[1] == frame:get(2, 5) and outside[1] == 8)");
    mr_picture_unref(&drawn);
    mr_picture_unref(&picture);
}

static void regions_are_clipped(void **state)
{
    (void)state;
    expect_pixels(
        "frame:rectangle(0, 0, 4, 4, { fill = 'white' }) frame:blur(-100, -100, 104, 104, "
        "50) frame:blur(4, 4, 1e308, 1e308, 5) frame:blur(1e308, 0, 5, 5, 5) "
        "frame:blur(0, 0, -5, 5, 5) frame:pixelate(-4, -4, 8, 8, 3) "
        "frame:pixelate(60, 40, 1e308, 1e308, 1e308) frame:blur(2, 2, 1, 1, 9)",
        { 0, 0, WHITE }, { 3, 3, WHITE }, { 4, 4, 0 }, { 63, 47, 0 });
    expect_error(&host, PROCESS("frame:blur(0, 0, 5, 5)"), "radius: number expected, got nothing");
    expect_error(&host, PROCESS("frame:blur(0, 0, 5, 5, 0/0)"), "radius: number expected, got NaN");
    expect_error(&host, PROCESS("frame:blur(0, 0, 5, 5, -1)"),
                 "process.lua:1: bad argument #5 to 'blur' (radius: 0 or more expected, got -1)");
    expect_error(&host, PROCESS("frame:blur(0, 0, 5)"), "h: number expected, got nothing");
    expect_error(&host, PROCESS("frame:pixelate(0, 0, 5, 5, 0)"), "block: 1 or more expected");
    expect_error(&host, PROCESS("frame:pixelate(0, 0, 5, 5)"), "block: number expected");
}

static void pixelating_takes_means(void **state)
{
    (void)state;
    expect_pixels("frame:set(10, 10, 255, 0, 0) frame:set(11, 10, 255, 100, 0) "
                  "frame:pixelate(10, 10, 4, 4, 2)",
                  { 10, 10, 0x801900 }, { 11, 11, 0x801900 }, { 12, 10, 0 }, { 10, 12, 0 },
                  { 9, 10, 0 });
    /* what is left over at the edges is a smaller block */
    expect_pixels(
        "frame:rectangle(0, 0, 64, 48, { fill = '#204060' }) "
        "frame:rectangle(15, 0, 1, 48, { fill = 'white' }) frame:pixelate(0, 0, 16, 48, 5)",
        { 15, 20, WHITE }, { 14, 20, 0x204060 }, { 16, 20, 0x204060 });
    expect_pixels(PATTERN "frame:pixelate(0, 0, 64, 48, 1)", { 9, 9, 0x242db4 });
}

static void tables_are_looked_up(void **state)
{
    (void)state;
    const char *inverse = "local t = {} for i = 0, 255 do t[i] = 255 - i end ";
    char body[512];
    snprintf(body, sizeof(body), "%s frame:fill('#102030') frame:lut(t)", inverse);
    expect_pixels(body, { 5, 5, 0xefdfcf }, { 63, 47, 0xefdfcf });
    snprintf(body, sizeof(body), "%s frame:fill('#102030') frame:lut(t, 'r')", inverse);
    expect_pixels(body, { 5, 5, 0xef2030 });
    expect_pixels("local t = {} for i = 1, 256 do t[i] = 256 - i end frame:fill('#102030') "
                  "frame:lut(t, 'g')",
                  { 5, 5, 0x10df30 });
    expect_pixels("frame:fill('#102030') frame:lut(function(v) return v * 8.1 - 200 end)",
                  { 5, 5, 0x003bbd });
    expect_error(&host, PROCESS("frame:lut({})"), "lut: number expected for 1, got nil");
    expect_error(&host, PROCESS("frame:lut({[0] = 1})"), "lut: number expected for 1, got nil");
    expect_error(&host, PROCESS("frame:lut(function(v) return v / 0 * 0 end)"),
                 "lut: number expected for 0, got");
    expect_error(&host, PROCESS("frame:lut('x')"), "lut: table or function expected, got string");
    expect_error(&host, PROCESS("frame:lut(math.abs, 'x')"), "channel: 'x' is none of: b g r");
    expect_error(&host, PROCESS("frame:lut(function() error('mine') end)"), "mine");
}

static void frames_are_laid_over(void **state)
{
    (void)state;
    expect_pixels("frame:blit(frame.new(10, 8, 'red'), 5, 6)", { 5, 6, RED }, { 14, 13, RED },
                  { 15, 6, 0 }, { 4, 6, 0 }, { 5, 14, 0 });
    expect_pixels("frame:blit(frame.new(10, 8, 'red'), -5, -6)", { 4, 1, RED }, { 5, 0, 0 },
                  { 0, 2, 0 });
    expect_pixels("frame:blit(frame.new(10, 8, 'red'), 60, 44)", { 63, 47, RED }, { 59, 47, 0 });
    expect_pixels("frame:blit(frame.new(10, 8, 'white'), 5, 6, { opacity = 0.5 })",
                  { 5, 6, 0x808080 });
    expect_pixels("frame:fill('white') frame:blit(frame.new(9, 9, '#f008'), 0, 0)",
                  { 3, 3, 0xff7777 });
    expect_nothing("local i = frame.new(5, 5, 'red') for _, v in ipairs { 64, -5, 1e308, -1e308, "
                   "math.huge } do frame:blit(i, v, 0) frame:blit(i, 0, v) end");
    /* onto itself */
    expect_pixels("frame:rectangle(0, 0, 10, 10, { fill = 'red' }) frame:blit(frame, 5, 5)",
                  { 14, 14, RED }, { 15, 15, 0 }, { 4, 4, RED }, { 12, 2, 0 });
    expect_error(&host, PROCESS("frame:blit()"),
                 "bad argument #1 to 'blit' (other: frame or image expected, got nothing)");
    expect_error(&host, PROCESS("frame:blit({}, 1, 2)"),
                 "other: frame or image expected, got table");
    expect_error(&host, PROCESS("frame:blit(json.null, 1, 2)"), "other: frame or image expected");
    expect_error(&host, PROCESS("frame:blit(frame, 1, 2, { fill = 'red' })"),
                 "blit: unknown option 'fill'");
    expect_error(&host, PROCESS("frame:blit(frame, 0/0, 2)"), "x: number expected, got NaN");
}

static void images_are_drawn_at_any_size(void **state)
{
    (void)state;
    expect_pixels("frame:image(frame.new(4, 4, 'red'), 5.4, 6.4)", { 5, 6, RED }, { 8, 9, RED },
                  { 9, 9, 0 }, { 4, 6, 0 });
    expect_pixels("frame:image(frame.new(4, 4, 'red'), 10, 10, { width = 20 })", { 10, 10, RED },
                  { 29, 29, RED }, { 30, 29, 0 }, { 9, 10, 0 });
    expect_pixels("frame:image(frame.new(4, 4, 'red'), 10, 10, { height = 2 })", { 10, 10, RED },
                  { 11, 11, RED }, { 12, 10, 0 });
    expect_pixels("frame:image(frame.new(4, 4, 'red'), 10, 10, { width = 1, height = 30 })",
                  { 10, 39, RED }, { 11, 10, 0 }, { 10, 40, 0 });
    expect_pixels("frame:image(frame.new(4, 4, 'red'), 64, 48, { anchor = 'bottom-right' })",
                  { 63, 47, RED }, { 60, 44, RED }, { 59, 44, 0 });
    expect_pixels("frame:image(frame.new(8, 8, 'white'), 32, 24, { anchor = 'center', opacity = "
                  "0.5, width = 4 })",
                  { 30, 22, 0x808080 }, { 33, 25, 0x808080 }, { 34, 25, 0 }, { 29, 24, 0 });
    expect_pixels("frame:image(frame.new(2, 2, 'red'), -50000, -50000, { width = 100000 })",
                  { 0, 0, RED }, { 63, 47, RED });
    expect_nothing("local i = frame.new(5, 5, 'red') for _, v in ipairs { 64, -5, 1e308, -1e308, "
                   "math.huge } do frame:image(i, v, 0) frame:image(i, 0, v) end "
                   "frame:image(i, -100000, 0, { width = 100000 })");
    /* half of itself in its own corner */
    expect_pixels("frame:fill('red') frame:rectangle(32, 0, 32, 48, { fill = 'white' }) "
                  "frame:image(frame, 0, 0, { width = 32 })",
                  { 0, 0, RED }, { 15, 10, RED }, { 16, 10, WHITE }, { 31, 23, WHITE },
                  { 32, 10, WHITE }, { 16, 24, RED });
    expect_error(&host, PROCESS("frame:image('logo.png', 1, 2)"),
                 "img: frame or image expected, got string");
    expect_error(&host, PROCESS("frame:image(frame, 1, 2, { width = 0 })"),
                 "image: width: number from 1");
    expect_error(&host, PROCESS("frame:image(frame, 1)"), "y: number expected, got nothing");
}

static void one_picture_of_all(void **state)
{
    (void)state;
    struct mr_picture *picture = picture_make(320, 240, 60, 128, 128);
    struct mr_picture *drawn = draw_on(
        picture,
        "frame:map(function(_, _, _, x, y) local c = (x // 8 + y // 8) % 2 * 120 return c + x / 3, "
        "c "
        "+ y / 2, 128 end) frame:text('blurred and pixelated', 10, 20, { size = 26 }) "
        "local before = frame:crop(0, 0, 320, 120) frame:blit(before, 0, 120) "
        "frame:blur(10, 10, 90, 100, 6) frame:pixelate(120, 10, 90, 100, 10) "
        "frame:blur(220, 10, 90, 100, 40) "
        "frame:image(before, 10, 140, { width = 120 }) "
        "frame:blit(before:resize(100, 40), 150, 140, { opacity = 0.6 }) "
        "local c = frame.new(60, 60, 'transparent') c:circle(30, 30, 28, { fill = '#f80c', color = "
        "'white' }) frame:blit(c, 255, 130) frame:image(c, 255, 200, { width = 30 }) "
        "frame:image(before:crop(0, 15, 40, 40), 150, 190, { width = 90 })");
    write_png(drawn, "regions.png");
    mr_picture_unref(&drawn);
    mr_picture_unref(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blurring_keeps_what_is_flat),
        cmocka_unit_test(blurring_spreads),
        cmocka_unit_test(blurring_equals_three_boxes),
        cmocka_unit_test(regions_are_clipped),
        cmocka_unit_test(pixelating_takes_means),
        cmocka_unit_test(tables_are_looked_up),
        cmocka_unit_test(frames_are_laid_over),
        cmocka_unit_test(images_are_drawn_at_any_size),
        cmocka_unit_test(one_picture_of_all),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

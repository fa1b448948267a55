/* Images made of frames: what is in them, how long they live, what they take. */
#include "draw_support.h"
#include "script/engine/calls.h"

#define RED 0xff0000

static void new_images_have_a_colour(void **state)
{
    (void)state;
    expect_payload(&host,
                   "local i = frame.new(7, 5, '#102030') " PROCESS(
                       "local j = frame.new(3.7, 2) return { i.width, i.height, tostring(i), "
                       "{ i:get(6, 4) }, { j:get(0, 0) }, j.width, select('#', i:get(7, 0)), "
                       "getmetatable(i) }"),
                   "[7,5,\"image (7x5)\",[16,32,48],[0,0,0],3,0,\"image\"]");
    expect_error(&host, PROCESS("frame.new(0, 5)"),
                 "process.lua:1: bad argument #1 to 'new' (w: 1 to 16384 pixels expected, got 0)");
    expect_error(&host, PROCESS("frame.new(5, 16385)"), "h: 1 to 16384 pixels expected");
    expect_error(&host, PROCESS("frame.new(5, 0/0)"), "h: number expected, got NaN");
    expect_error(&host, PROCESS("frame.new(5)"), "h: number expected, got nothing");
    expect_error(&host, PROCESS("frame.new(5, 5, 'nocolor')"), "new: color:");
    expect_error(&host, PROCESS("return frame.new(5, 5).index"), "an image has no 'index'");
    expect_error(&host, PROCESS("frame.new(5, 5).quality = 5"), "an image has no 'quality'");
    expect_error(&host, PROCESS("frame.new(5, 5).width = 5"), "image.width is read-only");
    expect_error(&host, PROCESS("frame.new(5, 5):skip()"), "an image has no 'skip'");
}

/* All that draws, writes and measures on frames does so on images. */
static void images_are_frames(void **state)
{
    (void)state;
    expect_payload(
        &host,
        PROCESS("local i = frame.new(32, 16) i:rectangle(0, 0, 8, 8, { fill = 'red' }) i:set(9, 9, "
                "1, 2, 3) i:set_row(0, i:row(9)) i:blur(20, 0, 5, 5, 3) i:pixelate(20, 0, 5, 5, 3) "
                "i:text('x', 100, 100) i:lut(function(v) return v end) i:line(0, 15, 31, 15, { "
                "line_width = 1 }) i:map(function() return 9, 9, 9 end, 30, 0, 1, 1) "
                "return { { i:get(0, 1) }, { i:get(9, 9) }, { i:get(9, 0) }, { i:get(31, 15) }, "
                "{ i:get(30, 0) }, i:histogram('r')[255], #i:luma(2, 2) }"),
        "[[255,0,0],[1,2,3],[1,2,3],[255,255,255],[9,9,9],88,4]");
}

static void copies_are_independent(void **state)
{
    (void)state;
    expect_pixels(
        "frame:fill('red') local c = frame:copy() c:fill('blue') frame:set(0, 0, 9, 9, 9) "
        "assert(c:get(0, 0) == 0 and c.width == 64) local d = c:copy() c:fill('lime') "
        "frame:blit(d:crop(0, 0, 2, 2), 10, 10)",
        { 10, 10, 0x0000ff }, { 20, 20, RED });
    /* of an untouched frame: what its pixels would have been */
    struct mr_picture *picture = picture_make(61, 47, 100, 90, 200);
    struct mr_picture *looked = run_on(
        picture, PROCESS("local c = frame:copy() for _, i in ipairs { c, c:copy(), "
                         "frame:crop(1, 1, 9, 9), frame:resize(30, 31) } do "
                         "local r, g, b = i:get(3, 5) local r2, g2, b2 = frame:get(3, 5) "
                         "assert(r == r2 and g == g2 and b == b2) "
                         "i:rectangle(4, 2, 4, 4, { fill = 'red' }) assert(i:get(5, 3) == 255) end "
                         "assert(frame:get(5, 3) ~= 255)"));
    assert_ptr_equal(looked, picture);
    mr_picture_unref(&looked);
    mr_picture_unref(&picture);
}

/* Every pixel, for all kinds of corners, of touched and of untouched frames. */
static void crops_are_clipped(void **state)
{
    (void)state;
    const char *compare =
        "local p = frame:copy() if touch then frame:set(0, 0, frame:get(0, 0)) end "
        "for _, a in ipairs { {0, 0, 61, 47}, {1, 1, 4, 4}, {2, 3, 9, 8}, {3, 2, 1, 1}, {-5, -4, "
        "20, 20}, {50, 40, 1e308, 1e308}, {60, 46, 1, 1} } do local x, y, w, h = "
        "table.unpack(a) local c = frame:crop(x, y, w, h) local left, top = math.max(x, 0), "
        "math.max(y, 0) assert(c.width == math.min(x + w, 61) - left) assert(c.height == "
        "math.min(y "
        "+ h, 47) - top) for cy = 0, c.height - 1 do for cx = 0, c.width - 1 do "
        "local r, g, b = c:get(cx, cy) local r2, g2, b2 = p:get(left + cx, top + cy) "
        "assert(r == r2 and g == g2 and b == b2, cx .. ',' .. cy) end end "
        "c:fill('red') assert(c:get(c.width - 1, c.height - 1) == 255) end "
        "assert(frame:crop(61, 0, 5, 5) == nil and frame:crop(0, 0, 0, 5) == nil and frame:crop(5, "
        "5, -3, -3) == nil) ";
    char script[4096];
    for (int touch = 0; touch < 2; touch++) {
        struct mr_picture *picture = picture_black(61, 47);
        for (int y = 0; y < 47; y++)
            for (int x = 0; x < 61; x++)
                picture->plane[0][y * picture->stride_bytes[0] + x] = (uint8_t)(x * 3 + y * 11);
        for (int y = 0; y < 24; y++)
            for (int x = 0; x < 31; x++)
                picture->plane[1][y * picture->stride_bytes[1] + x] = (uint8_t)(x * 7 + y);
        snprintf(script, sizeof(script), "local touch = %s " PROCESS("%s"),
                 touch ? "true" : "false", compare);
        struct mr_picture *done = run_on(picture, script);
        mr_picture_unref(&done);
        mr_picture_unref(&picture);
    }
    expect_error(&host, PROCESS("frame:crop(1, 2, 3)"), "h: number expected, got nothing");
}

static void resizing_averages(void **state)
{
    (void)state;
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_picture *drawn =
        draw_on(picture,
                "frame:map(function(_, _, _, x, y) local c = (x + y) % 2 * 200 return c, c, c end) "
                "local s = frame:resize(16, 12) for y = 0, 11 do for x = 0, 15 do "
                "assert(s:get(x, y) == 100) end end "
                "assert(frame:resize(1, 1):get(0, 0) == 100) assert(math.abs(frame:resize(9, "
                "5):get(4, 4) - 100) <= 2) "
                "local big = frame.new(2, 2, 'red'):resize(1000, 3) assert(big.width == 1000 and "
                "big:get(999, 2) == 255 and select(2, big:get(500, 1)) == 0) "
                "frame:rectangle(0, 0, 32, 48, { fill = 'red' }) local h = frame:resize(2, 2) "
                "assert(h:get(0, 1) == 255 and h:get(1, 0) == 100)");
    mr_picture_unref(&drawn);
    mr_picture_unref(&picture);
    /* planes */
    picture = picture_make(61, 47, 100, 128, 128);
    struct mr_picture *looked = run_on(
        picture, PROCESS("for _, s in ipairs { {1, 1}, {7, 5}, {61, 47}, {200, 90} } do local i = "
                         "frame:resize(s[1], s[2]) assert(i.width == s[1] and i.height == s[2]) "
                         "assert(i:get(0, 0) == 100 and i:get(s[1] - 1, s[2] - 1) == 100) "
                         "assert(i:mean() == 100) end"));
    assert_ptr_equal(looked, picture);
    mr_picture_unref(&looked);
    mr_picture_unref(&picture);
    expect_error(&host, PROCESS("frame:resize(0, 5)"), "w: 1 to 16384 pixels expected, got 0");
    expect_error(&host, PROCESS("frame:resize(5, 1e308)"), "h: 1 to 16384 pixels expected");
}

/* What is written on a transparent image is opaque, what is cleared is clear again. */
static void transparency_is_kept(void **state)
{
    (void)state;
    expect_pixels(
        "local i = frame.new(20, 20, 'transparent') i:set(3, 3, 10, 20, 30) "
        "i:rectangle(5, 5, 4, 4, { fill = '#f00' }) i:rectangle(10, 10, 4, 4, { fill = "
        "'#ff000080' }) frame:fill('white') frame:blit(i, 0, 0) frame:blit(i:copy(), 20, "
        "0) frame:blit(i:crop(5, 5, 5, 5), 0, 24) frame:image(i:resize(40, 40), 20, 20, { "
        "width = 20 }) i:fill('transparent') frame:blit(i, 5, 5)",
        { 3, 3, 0x0a141e }, { 4, 4, 0xffffff }, { 5, 5, RED }, { 10, 10, 0xff7f7f }, { 25, 5, RED },
        { 24, 4, 0xffffff }, { 0, 24, RED }, { 4, 28, 0xffffff }, { 27, 27, RED });
    /* opaque onto transparent */
    expect_pixels("local i = frame.new(20, 20, '#00000000') i:blit(frame.new(5, 5, 'red'), 2, 2) "
                  "i:lut(function(v) return v == 255 and 128 or v end, 'r') "
                  "i:blit(frame:crop(0, 0, 4, 4), 10, 10) frame:fill('white') frame:blit(i, 0, 0)",
                  { 2, 2, 0x800000 }, { 7, 7, 0xffffff }, { 10, 10, 0 }, { 0, 0, 0xffffff });
}

/* ---- lives ---- */

static void images_live_from_frame_to_frame(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "local was function process(frame) local d = was and was:difference(frame) "
               "if was then was:fill('red') end was = frame:copy() "
               "collectgarbage() return { d } end");
    for (int i = 0; i < 3; i++) {
        struct mr_picture *picture = picture_make(64, 48, i * 51, 128, 128);
        struct mr_engine_result result;
        struct mr_error error = { 0 };
        assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
        assert_string_equal((char *)result.payload.data, i == 0 ? "[]" : "[0.2]");
        result_finish(&result);
        mr_picture_unref(&picture);
    }
    mr_engine_destroy(engine);
}

/* An object of the script's may be collected after the image it holds. */
static void collected_images_are_refused(void **state)
{
    (void)state;
    expect_payload(
        &host,
        PROCESS("local out = {} do local i = frame.new(8, 8) i:circle(4, 4, 2) "
                "local first = setmetatable({}, { __gc = function() out[1], out[2] = "
                "pcall(i.fill, i, 'red') end }) local i2 = i end collectgarbage() collectgarbage() "
                "return { #out > 0 and (out[1] or out[2]) }"),
        "[true]");
    expect_payload(
        &host,
        PROCESS(
            "local out = {} do local t = setmetatable({}, { __gc = function(t) out[1], out[2] "
            "= pcall(t.i.fill, t.i, 'red') end }) t.i = frame.new(8, 8) t.i:circle(4, 4, 2) end "
            "collectgarbage() collectgarbage() return out"),
        "[false,\"image used after it was collected\"]");
}

static void images_count_as_memory(void **state)
{
    (void)state;
    expect_error(&host, PROCESS("frame.new(16384, 16384)"),
                 "process.lua:1: an image of 16384x16384 pixels takes 1024 MiB; a script has at "
                 "most 32");
    expect_error(&host, "local t = {} " PROCESS("for i = 1, 1e9 do t[i] = frame.new(500, 500) end"),
                 "not enough memory");
    expect_error(&host,
                 "local t = {} " PROCESS("for i = 1, 1e9 do local m = frame.new(1, 1) "
                                         "m:circle(0, 0, 1) t[i] = m end"),
                 "not enough memory");
    expect_error(
        &host, "local t = {} " PROCESS("for i = 1, 1e9 do t[i] = frame:copy() t[i]:get(0, 0) end"),
        "not enough memory");
    /* what is not kept is collected */
    expect_payload(&host,
                   PROCESS("for i = 1, 60 do local c = frame.new(1000, 1000):crop(0, 0, 900, 900) "
                           "c:circle(1, 1, 5) end return collectgarbage('count') < 32 * 1024"),
                   "true");
}

/* A copy of a frame, used when that is long gone, does not lead to its memory. */
static void copies_outlive_their_frame(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "local c function process(frame) if not c then c = frame:copy() return end "
               "c:blit(c, 1, 1) c:image(c, 0, 0, { width = 30 }) c:text('x', 1, 1) "
               "return { c:get(40, 40) } end");
    for (int i = 0; i < 2; i++) {
        struct mr_picture *picture = picture_make(64, 48, 50 + i, 128, 128);
        struct mr_engine_result result;
        struct mr_error error = { 0 };
        assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
        if (i == 1)
            assert_string_equal((char *)result.payload.data, "[50,50,50]");
        result_finish(&result);
        mr_picture_unref(&picture);
    }
    mr_engine_destroy(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_images_have_a_colour),
        cmocka_unit_test(images_are_frames),
        cmocka_unit_test(copies_are_independent),
        cmocka_unit_test(crops_are_clipped),
        cmocka_unit_test(resizing_averages),
        cmocka_unit_test(transparency_is_kept),
        cmocka_unit_test(images_live_from_frame_to_frame),
        cmocka_unit_test(collected_images_are_refused),
        cmocka_unit_test(images_count_as_memory),
        cmocka_unit_test(copies_outlive_their_frame),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

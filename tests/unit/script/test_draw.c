/* What scripts draw, by the pixels that come out. TEST_WORK_DIR/drawing.png is everything at once,
 * for people to look at. */
#include "draw_support.h"
#include "script/engine/calls.h"

/* Draw on a black picture of 64x48; the result is the caller's. */
static struct mr_picture *draw(const char *body)
{
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_picture *drawn = draw_on(picture, body);
    mr_picture_unref(&picture);
    return drawn;
}

/* ---- the frame itself ---- */

static void fields_tell_about_the_frame(void **state)
{
    (void)state;
    expect_payload(
        &host,
        PROCESS("return { frame.width, frame.height, frame.index, frame.pts, frame.time, "
                "frame.stream, frame.viewers, frame.quality, tostring(frame) }"),
        "[64,48,7,1.5,1700000000.25,\"test\",3,80,\"frame 7 (64x48)\"]");
    expect_error(&host, PROCESS("return frame.widht"), "process.lua:1: a frame has no 'widht'");
    expect_error(&host, PROCESS("frame.width = 5"), "frame.width is read-only");
    expect_error(&host, PROCESS("frame.other = 5"), "a frame has no 'other'");
    expect_error(&host, PROCESS("frame.quality = 101"),
                 "frame.quality: whole number from 1 to 100 "
                 "expected, got 101");
    expect_error(&host, PROCESS("frame.quality = 'high'"), "frame.quality: whole number");
    expect_error(&host, PROCESS("frame.get(1, 2)"),
                 "frame expected, got number; methods are called");
    expect_payload(&host, PROCESS("return getmetatable(frame)"), "\"frame\"");
}

static void wishes_are_carried_out(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, PROCESS("frame.quality = 60 if frame.quality == 60 then frame:skip() end"));
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
    assert_int_equal(result.quality, 60);
    assert_true(result.skip);
    result_finish(&result);
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
}

static void a_frame_kept_is_over(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "local kept function process(frame) local was = kept kept = frame "
               "if was then return { tostring(was), select(2, pcall(was.get, was, 0, 0)), "
               "select(2, pcall(function() return was.width end)) } end end");
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
        if (i == 1)
            assert_string_equal((char *)result.payload.data,
                                "[\"frame (over)\",\"frame used after process returned\","
                                "\"process.lua:1: frame used after process returned\"]");
        result_finish(&result);
    }
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
}

static void looking_leaves_the_frame_as_it_came(void **state)
{
    (void)state;
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_picture *looked = run_on(picture, PROCESS("frame:get(1, 1) frame:row(0)"));
    assert_ptr_equal(looked, picture);
    mr_picture_unref(&looked);
    looked = draw_on(picture, "frame:set(1, 1, 9, 9, 9)");
    assert_ptr_not_equal(looked, picture);
    assert_int_equal(looked->seq, picture->seq);
    assert_int_equal(looked->pts_us, picture->pts_us);
    assert_int_equal(looked->captured_us, picture->captured_us);
    mr_picture_unref(&looked);
    mr_picture_unref(&picture);
}

/* ---- pixels ---- */

static void pixels_are_read_and_written(void **state)
{
    (void)state;
    expect_pixels(
        "frame:set(0, 0, 255, 0, 0) frame:set(63, 47, 0, 255, 0) frame:set(1, 0, 1, 2, 3)",
        { 0, 0, 0xff0000 }, { 63, 47, 0x00ff00 }, { 1, 0, 0x010203 }, { 2, 0, 0 });
    expect_pixels("frame:set(5.9, 6.1, 300, -5, 127.6)", { 5, 6, 0xff0080 }, { 6, 6, 0 });
    expect_pixels("for x = -2, 66 do frame:set(x, 100, 9, 9, 9) frame:set(x, -1, 9, 9, 9) end "
                  "frame:set(1e308, -1e308, 1, 1, 1) frame:set(math.huge, 0, 1, 1, 1) "
                  "frame:set(64, 0, 1, 1, 1)",
                  { 0, 0, 0 }, { 63, 0, 0 }, { 0, 1, 0 }, { 63, 47, 0 });
    expect_payload(&host, PROCESS("frame:set(3, 4, 10, 20, 30) return { frame:get(3, 4) }"),
                   "[10,20,30]");
    expect_payload(&host,
                   PROCESS("return { select('#', frame:get(64, 0)), "
                           "select('#', frame:get(0, -1)), frame:get(0, 0) }"),
                   "[0,0,0,0,0]");
    expect_error(&host, PROCESS("frame:get('a', 1)"),
                 "bad argument #1 to 'get' (x: number expected, got string)");
    expect_error(&host, PROCESS("frame:get(1)"),
                 "bad argument #2 to 'get' (y: number expected, got "
                 "nothing)");
    expect_error(&host, PROCESS("frame:set(1, 1, 0/0, 0, 0)"),
                 "bad argument #3 to 'set' (r: number expected, got NaN)");
    expect_error(&host, PROCESS("frame:set(0/0, 1, 0, 0, 0)"), "x: number expected, got NaN");
}

static void rows_are_read_and_written(void **state)
{
    (void)state;
    expect_pixels("frame:set_row(2, ('\\1\\2\\3'):rep(63) .. '\\255\\0\\0')", { 0, 2, 0x010203 },
                  { 62, 2, 0x010203 }, { 63, 2, 0xff0000 }, { 0, 3, 0 });
    expect_payload(&host,
                   PROCESS("frame:set(1, 5, 7, 8, 9) local row = frame:row(5) "
                           "return { #row, row:byte(4, 6) }"),
                   "[192,7,8,9]");
    expect_payload(&host, PROCESS("frame:set_row(48, frame:row(0)) return frame:row(48)"), "null");
    expect_error(&host, PROCESS("frame:set_row(0, 'abc')"),
                 "bad argument #2 to 'set_row' (192 bytes expected (3 for each pixel), got 3)");
}

static void map_visits_pixels(void **state)
{
    (void)state;
    expect_pixels("frame:map(function(r, g, b, x, y) return x, y, r end)", { 0, 0, 0 },
                  { 63, 47, 0x3f2f00 }, { 10, 20, 0x0a1400 });
    expect_pixels("frame:map(function() return 255, 0, 0 end, 10, 10, 5, 4)", { 10, 10, 0xff0000 },
                  { 14, 13, 0xff0000 }, { 15, 13, 0 }, { 14, 14, 0 }, { 9, 10, 0 });
    expect_pixels("frame:map(function() return 1, 1, 1 end, -5, -5, 7, 7)", { 1, 1, 0x010101 },
                  { 2, 2, 0 });
    expect_pixels("frame:map(function(r, g, b, x) if x == 3 then return 300, -1, 9.5 end end)",
                  { 3, 0, 0xff000a }, { 4, 0, 0 });
    expect_payload(&host,
                   PROCESS("local n = 0 frame:map(function() n = n + 1 end, 60, 40, 1e308, 1e308) "
                           "frame:map(function() n = n + 1 end, 5, 5, -3, 4) return n"),
                   "32");
    expect_error(&host, PROCESS("frame:map(function() return 'x', 1, 2 end)"),
                 "map: the function must return r, g, b or nil; r is x");
    expect_error(&host, PROCESS("frame:map(5)"), "function expected, got number");
}

/* ---- shapes ---- */

static void rectangles(void **state)
{
    (void)state;
    expect_pixels("frame:rectangle(10, 10, 5, 4, { fill = '#f00' })", { 10, 10, 0xff0000 },
                  { 14, 13, 0xff0000 }, { 15, 10, 0 }, { 10, 14, 0 }, { 9, 10, 0 });
    expect_pixels("frame:rectangle(10, 10, 20, 20)", { 10, 10, 0xffffff }, { 11, 11, 0xffffff },
                  { 12, 12, 0 }, { 29, 29, 0xffffff }, { 30, 30, 0 }, { 9, 9, 0 });
    expect_pixels("frame:rectangle(0, 0, 20, 20, { fill = 'blue', stroke = {255, 128, 0}, "
                  "line_width = 1 })",
                  { 0, 0, 0xff8000 }, { 19, 19, 0xff8000 }, { 1, 1, 0x0000ff },
                  { 18, 18, 0x0000ff });
    expect_pixels("frame:rectangle(0, 0, 40, 40, { fill = 'white', radius = 10 })", { 0, 0, 0 },
                  { 39, 39, 0 }, { 20, 0, 0xffffff }, { 5, 5, 0xffffff });
    expect_pixels("frame:rectangle(0, 0, 9, 9, { fill = 'white', opacity = 0.5 })",
                  { 4, 4, 0x808080 });
    expect_pixels("frame:rectangle(0, 0, 9, 9, { fill = '#ffffff80' })", { 4, 4, 0x808080 });
    expect_pixels("frame:rectangle(5, 5, 0, 5) frame:rectangle(5, 5, -4, 5, { fill = 'red' })",
                  { 5, 5, 0 }, { 4, 5, 0 });
}

static void lines(void **state)
{
    (void)state;
    expect_pixels("frame:line(0, 5, 9, 5, { line_width = 1, color = 'red' })", { 0, 5, 0xff0000 },
                  { 9, 5, 0xff0000 }, { 10, 5, 0 }, { 5, 4, 0 }, { 5, 6, 0 });
    expect_pixels("frame:line(5, 10, 5, 20)", { 4, 15, 0xffffff }, { 5, 15, 0xffffff },
                  { 6, 15, 0 }, { 3, 15, 0 });
    expect_pixels("frame:line(10, 10, 40, 40, { line_width = 3, stroke = '#0f0' })",
                  { 25, 25, 0x00ff00 }, { 25, 30, 0 });
}

static void circles(void **state)
{
    (void)state;
    expect_pixels("frame:circle(20, 20, 10, { fill = 'yellow' })", { 20, 20, 0xffff00 },
                  { 20, 11, 0xffff00 }, { 20, 9, 0 }, { 11, 12, 0 });
    expect_pixels("frame:circle(20, 20, 10)", { 20, 11, 0xffffff }, { 20, 20, 0 }, { 20, 8, 0 });
    expect_pixels("frame:circle(20, 20, -10) frame:circle(20, 20, 0, { fill = 'red' })",
                  { 20, 20, 0 });
}

static void fill_covers_the_frame(void **state)
{
    (void)state;
    expect_pixels("frame:fill('rebeccapurple')", { 0, 0, 0x663399 }, { 63, 47, 0x663399 });
    expect_pixels("frame:fill('#fff8')", { 9, 9, 0x888888 });
    expect_pixels("frame:fill({0, 0, 255, 255})", { 9, 9, 0x0000ff });
    expect_error(&host, PROCESS("frame:fill()"), "fill: color: no value is no colour");
    expect_error(&host, PROCESS("frame:fill('grean')"), "fill: color: 'grean' is no colour; write");
    expect_error(&host, PROCESS("frame:fill('#12345')"), "'#12345' is no colour");
    expect_error(&host, PROCESS("frame:fill({1, 2})"), "table is no colour");
    expect_error(&host, PROCESS("frame:fill({1, 2, 0/0})"), "table is no colour");
}

static void shapes_and_pixels_mix(void **state)
{
    (void)state;
    expect_pixels("frame:fill('red') local r = frame:get(5, 5) frame:set(5, 5, r, r, r) "
                  "frame:rectangle(6, 5, 1, 1, { fill = 'lime' }) "
                  "local a, b, c = frame:get(6, 5) frame:set(7, 5, a, b, c)",
                  { 4, 5, 0xff0000 }, { 5, 5, 0xffffff }, { 6, 5, 0x00ff00 }, { 7, 5, 0x00ff00 });
}

static void mistakes_in_options_are_named(void **state)
{
    (void)state;
    expect_error(&host,
                 "function process(frame)\n\nframe:rectangle(0, 0, 1, 1, { colour = 'red' })\n"
                 "end",
                 "process.lua:3: rectangle: unknown option 'colour'; there are: fill stroke color "
                 "line_width radius opacity");
    expect_error(&host, PROCESS("frame:circle(0, 0, 1, { radius = 5 })"),
                 "circle: unknown option 'radius'");
    expect_error(&host, PROCESS("frame:circle(0, 0, 1, { 5 })"), "circle: unknown option '1'");
    expect_error(&host, PROCESS("frame:circle(0, 0, 1, 'red')"),
                 "circle: table of options expected, got string");
    expect_error(&host, PROCESS("frame:line(0, 0, 1, 1, { line_width = 'thick' })"),
                 "line: line_width: number from 0.0 to 1000.0 expected, got string");
    expect_error(&host, PROCESS("frame:line(0, 0, 1, 1, { opacity = 1.5 })"),
                 "line: opacity: number from 0.0 to 1.0 expected, got 1.5");
    expect_error(&host, PROCESS("frame:line(0, 0, 1, 1, { opacity = 0/0 })"),
                 "line: opacity: number from 0.0 to 1.0 expected, got ");
    expect_error(&host, PROCESS("frame:line(0, 0, 1, 0/0)"),
                 "bad argument #4 to 'line' (y2: number expected, got NaN)");
    expect_error(&host, PROCESS("frame:line(0, 0, 1)"),
                 "bad argument #4 to 'line' (y2: number expected, got nothing)");
    expect_error(&host, PROCESS("frame:text('x', 0, 0, { align = 'middle' })"),
                 "text: align: 'middle' is none of: left center right");
    expect_error(&host, PROCESS("frame:text('x', 0, 0, { weight = 'heavy' })"),
                 "text: weight: 'heavy' is none of: normal bold");
    expect_error(&host, PROCESS("frame:text('x', 0, 0, { size = 0 })"),
                 "text: size: number from 1.0 to 1000.0 expected, got 0");
    expect_error(&host, PROCESS("frame:text({}, 0, 0)"),
                 "bad argument #1 to 'text' (s: string expected, got table)");
    expect_error(&host, PROCESS("frame:text(('x'):rep(1 << 20), 0, 0)"), "at most 2048 bytes");
}

static void absurd_coordinates_are_survived(void **state)
{
    (void)state;
    static const char *const values[] = { "1e308", "-1e308", "math.huge", "-math.huge",
                                          "1e9",   "-1e9",   "1e6",       "3.7e5" };
    static const char *const calls[] = {
        "frame:rectangle(%s, 5, 10, 10, { fill = 'red', stroke = 'blue' })",
        "frame:rectangle(5, 5, %s, %s, { fill = 'red', stroke = 'blue', radius = 50 })",
        "frame:line(0, 0, %s, %s, { line_width = 1000 })",
        "frame:line(%s, -5, 3, %s)",
        "frame:circle(%s, 5, 10, { fill = 'red', stroke = 'blue' })",
        "frame:circle(5, 5, %s, { fill = 'red', stroke = 'blue', line_width = 100 })",
        "frame:text('x', %s, %s, { background = 'red', outline = 'blue' })",
    };
    for (size_t c = 0; c < sizeof(calls) / sizeof(*calls); c++) {
        for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++) {
            char body[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(body, sizeof(body), calls[c], values[v], values[v]);
#pragma GCC diagnostic pop
            struct mr_picture *drawn = draw(body);
            mr_picture_unref(&drawn);
        }
    }
}

/* ---- text ---- */

static int count_pixels(const struct mr_picture *picture, int left, int top, int right, int bottom,
                        unsigned color)
{
    int count = 0;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            count += picture_pixel(picture, x, y) == color;
    return count;
}

static void text_is_drawn_in_its_box(void **state)
{
    (void)state;
    struct mr_picture *drawn =
        draw("local w, h = frame:text('Hi', 4, 4, { size = 20, color = 'red', background = "
             "'#00f', padding = 3 }) "
             "assert(w > 20 and w < 40 and h > 20 and h < 40) frame:set(w + 4, h + 4, 1, 2, 3)");
    assert_int_equal(picture_pixel(drawn, 4, 4), 0x0000ff);
    assert_int_equal(picture_pixel(drawn, 3, 3), 0);
    assert_true(count_pixels(drawn, 4, 4, 60, 44, 0xff0000) > 20);
    int corner = 0; /* the pixel that was set is the first outside of the box */
    for (int y = 5; y < 48; y++)
        for (int x = 5; x < 64; x++)
            if (picture_pixel(drawn, x, y) == 0x010203)
                corner = picture_pixel(drawn, x - 1, y - 1) == 0x0000ff;
    assert_true(corner);
    mr_picture_unref(&drawn);
}

static void anchors_place_the_box(void **state)
{
    (void)state;
    struct mr_picture *drawn =
        draw("local o = { size = 10, background = '#00f', padding = 0 } "
             "o.anchor = 'bottom-right' frame:text('x', 64, 48, o) "
             "o.anchor = 'center' o.background = '#0f0' frame:text('x', 32, 24, o)");
    assert_int_equal(picture_pixel(drawn, 63, 47), 0x0000ff);
    assert_int_equal(picture_pixel(drawn, 50, 47), 0);
    assert_true(count_pixels(drawn, 24, 14, 40, 34, 0x00ff00) > 10);
    mr_picture_unref(&drawn);
}

static void text_wraps_and_aligns(void **state)
{
    (void)state;
    expect_payload(&host,
                   PROCESS("local o = { size = 10 } local w1, h1 = frame:text('one two three', 0, "
                           "0, o) o.width = 30 local w2, h2 = frame:text('one two three', 0, 0, o) "
                           "return { w1 > 50, w2, h2 >= 3 * h1 - 3 }"),
                   "[true,30,true]");
    struct mr_picture *drawn =
        draw("frame:text('l', 0, 0, { size = 12, width = 60, align = 'right' })");
    assert_int_equal(count_pixels(drawn, 0, 0, 40, 20, 0), 40 * 20);
    assert_true(count_pixels(drawn, 40, 0, 64, 20, 0) < 24 * 20);
    mr_picture_unref(&drawn);
}

static void odd_text_is_survived(void **state)
{
    (void)state;
    expect_payload(&host,
                   PROCESS("return { frame:text('', 0, 0) >= 0, frame:text('a\\0b', 0, 0) > 0, "
                           "frame:text('\\xff\\xfe', 0, 0) > 0, frame:text(42, 0, 0) > 0, "
                           "frame:text('\xE6\x97\xA5\xF0\x9F\x98\x80\\u{10FFFF}', 0, 0) > 0, "
                           "frame:text(('long '):rep(400), 0, 0, { size = 1000 }) > 1000, "
                           "frame:text(('x'):rep(2048), 0, 0, { width = 1 }) == 1, "
                           "frame:text('x', 0, 0, { font = 'no such font', weight = 950 }) > 0 }"),
                   "[true,true,true,true,true,true,true,true]");
}

static void the_same_text_looks_the_same_from_the_cache(void **state)
{
    (void)state;
    struct mr_picture *drawn =
        draw("for i = 0, 1 do frame:text('Same', i * 32 + 2, 0, { size = 9, outline = '#00f', "
             "background = '#ff04', padding = 0, opacity = 0.7 }) end");
    for (int y = 0; y < 20; y++)
        for (int x = 0; x < 31; x++)
            assert_int_equal(picture_pixel(drawn, x, y), picture_pixel(drawn, x + 32, y));
    assert_true(count_pixels(drawn, 0, 0, 32, 20, 0) < 32 * 20);
    mr_picture_unref(&drawn);

    /* more texts than are kept, over and over */
    drawn = draw("for i = 1, 300 do frame:text('t' .. i % 100, 0, 0) end");
    mr_picture_unref(&drawn);
}

/* ---- everything at once ---- */

static void one_picture_of_everything(void **state)
{
    (void)state;
    struct mr_picture *picture = picture_make(640, 360, 90, 150, 110);
    struct mr_picture *drawn = draw_on(
        picture,
        "frame:rectangle(10, 10, 120, 80)\n"
        "frame:rectangle(140, 10, 120, 80, { fill = 'steelblue' })\n"
        "frame:rectangle(270, 10, 120, 80, { fill = '#0008', stroke = 'gold', line_width = 5, "
        "radius = 20 })\n"
        "frame:rectangle(400, 10, 120, 80, { fill = 'tomato', opacity = 0.4, radius = 1000 })\n"
        "frame:circle(70, 150, 45)\n"
        "frame:circle(170, 150, 45, { fill = {255, 200, 0}, stroke = 'black', line_width = 8 })\n"
        "frame:circle(270, 150, 45, { fill = '#f0f6' })\n"
        "for i = 0, 10 do frame:line(340 + i * 10, 110, 340 + i * 17, 195, { line_width = i / 2, "
        "color = {255 - i * 25, i * 25, 128} }) end\n"
        "frame:text('plain', 10, 210)\n"
        "frame:text('bold 24', 80, 205, { size = 24, weight = 'bold', color = 'yellow' })\n"
        "frame:text('Label', 220, 205, { size = 24, background = '#0008', radius = 6 })\n"
        "frame:text('Outline', 330, 200, { size = 32, outline = 'black', weight = 900 })\n"
        "frame:text('gr\xC3\xBC\xC3\x9F Gott \xE2\x82\xAC \xCE\xB1\xCE\xB2\xCE\xB3', 490, 210, "
        "{ font = 'monospace', size = 14 })\n"
        "local long = 'The quick brown fox jumps over the lazy dog.'\n"
        "for i, align in ipairs { 'left', 'center', 'right' } do\n"
        "  frame:text(long, i * 150 - 140, 260, { width = 140, align = align, size = 15, "
        "background = '#fff', color = '#222', padding = 5 })\n"
        "end\n"
        "for i = 0, 59 do for j = 0, 59 do frame:set(480 + i, 260 + j, i * 4, j * 4, 128) end end\n"
        "frame:map(function(r, g, b) return 255 - r, 255 - g, 255 - b end, 560, 260, 60, 60)\n"
        "frame:text('center', 590, 290, { anchor = 'center', color = 'black' })\n"
        "frame:text('corner', frame.width, frame.height, { anchor = 'bottom-right', background = "
        "'#800' })");
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        drawn->plane[0], CAIRO_FORMAT_RGB24, drawn->width, drawn->height, drawn->stride_bytes[0]);
    assert_int_equal(cairo_surface_write_to_png(surface, TEST_WORK_DIR "/drawing.png"),
                     CAIRO_STATUS_SUCCESS);
    cairo_surface_destroy(surface);
    mr_picture_unref(&drawn);
    mr_picture_unref(&picture);
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_tell_about_the_frame),
        cmocka_unit_test(wishes_are_carried_out),
        cmocka_unit_test(a_frame_kept_is_over),
        cmocka_unit_test(looking_leaves_the_frame_as_it_came),
        cmocka_unit_test(pixels_are_read_and_written),
        cmocka_unit_test(rows_are_read_and_written),
        cmocka_unit_test(map_visits_pixels),
        cmocka_unit_test(rectangles),
        cmocka_unit_test(lines),
        cmocka_unit_test(circles),
        cmocka_unit_test(fill_covers_the_frame),
        cmocka_unit_test(shapes_and_pixels_mix),
        cmocka_unit_test(mistakes_in_options_are_named),
        cmocka_unit_test(absurd_coordinates_are_survived),
        cmocka_unit_test(text_is_drawn_in_its_box),
        cmocka_unit_test(anchors_place_the_box),
        cmocka_unit_test(text_wraps_and_aligns),
        cmocka_unit_test(odd_text_is_survived),
        cmocka_unit_test(the_same_text_looks_the_same_from_the_cache),
        cmocka_unit_test(one_picture_of_everything),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* filter() and frame:apply() with what it makes, as scripts see them. */
#include "script/engine/calls.h"
#include "script_support.h"

static struct test_host host;

static int set_up(void **state)
{
    (void)state;
    host_open(&host);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    host_close(&host);
    return 0;
}

static void a_filter_changes_the_frame(void **state)
{
    (void)state;
    expect_payload(&host,
                   "local f = filter('negate')\n" PROCESS(
                       "frame:fill({ 10, 20, 30 }) frame:apply(f) return { frame:get(5, 5) }"),
                   "[245,235,225]");
    expect_payload(&host, "local f = filter('negate') function process(frame) frame:apply(f) end",
                   "null");
}

static void an_untouched_frame_is_changed_too(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, "local f = filter('negate,hflip')\n" PROCESS("frame:apply(f)"));
    static const int sizes[][2] = { { 64, 48 }, { 31, 23 }, { 64, 48 } };
    for (int i = 0; i < 3; i++) {
        struct mr_picture *picture = picture_black(sizes[i][0], sizes[i][1]);
        struct mr_engine_result result;
        struct mr_error error = { 0 };
        if (mr_calls_process(engine, picture, 0, &result, &error) < 0)
            fail_msg("%s", error.text);
        assert_int_equal(picture_pixel(result.picture, 3, 4), 0xffffff);
        assert_int_equal(picture_pixel(result.picture, sizes[i][0] - 1, 0), 0xffffff);
        result_finish(&result);
        mr_picture_unref(&picture);
    }
    mr_engine_destroy(engine);
}

static void rectangles_are_clipped(void **state)
{
    (void)state;
    static const char *const calls[] = { "frame:apply(f, nil, -10, -10, 26, 26)",
                                         "frame:apply(f, 0, 0, 16, 16)",
                                         "frame:apply(f, nil, 0.5, 0.9, 16, 16)" };
    for (int i = 0; i < 3; i++) {
        char text[256];
        snprintf(text, sizeof(text),
                 "local f = filter('negate')\n" PROCESS(
                     "%s return { (frame:get(15, 15)), (frame:get(16, 15)), (frame:get(15, 16)) }"),
                 calls[i]);
        expect_payload(&host, text, "[255,0,0]");
    }
    expect_payload(&host,
                   "local f = filter('negate')\n" PROCESS(
                       "frame:apply(f, nil, 40, 30, 100, 100) frame:apply(f, nil, 99, 0, 5, 5) "
                       "frame:apply(f, nil, 3, 3, 0, -5) "
                       "return { (frame:get(39, 47)), (frame:get(63, 47)) }"),
                   "[0,255]");
    expect_error(&host,
                 "local f = filter('negate')\n" PROCESS("frame:apply(f, nil, 60, 0, 20, 20)"),
                 "apply: filter (negate): at least 16x16 pixels expected, got 4x20");
}

static void drawing_and_filters_mix(void **state)
{
    (void)state;
    expect_payload(&host,
                   "local f = filter('hflip')\n" PROCESS(
                       "frame:rectangle(0, 0, 8, 48, { fill = 'red' }) frame:apply(f) "
                       "frame:rectangle(0, 0, 8, 48, { fill = 'lime' }) "
                       "local a, b = { frame:get(2, 2) }, { frame:get(61, 2) } return { a, b }"),
                   "[[0,255,0],[255,0,0]]");
}

static void filters_are_objects(void **state)
{
    (void)state;
    expect_payload(&host,
                   "local f = filter('gblur=sigma=4,eq=contrast=1.2')\n" PROCESS(
                       "return { tostring(f), getmetatable(f), type(f) }"),
                   "[\"filter (gblur=sigma=4,eq=contrast=1.2)\",\"filter\",\"userdata\"]");
    expect_error(&host, "local f = filter('negate') f.x = 1", "process.lua:1: attempt to index");
}

static void mistakes_are_errors_at_their_line(void **state)
{
    (void)state;
    expect_error(&host, "\n\nlocal f = filter('gblurr')",
                 "process.lua:3: filter: there is no filter 'gblurr'");
    expect_error(&host, "\nlocal f = filter('gblur=sigma=5000')",
                 "process.lua:2: filter: gblur: Value 5000");
    expect_error(&host, "local f = filter('curves=psfile=/etc/passwd')",
                 "process.lua:1: filter: curves: option 'psfile' reads a file");
    expect_error(&host, "local f = filter('scale=320:180')", "use frame:resize");
    expect_error(&host, "local f = filter()", "bad argument #1 to 'filter' (string expected");
    expect_error(&host, "local f = filter({})", "string expected, got table");
    expect_error(&host, "local f = filter('negate\\0')", "filter: a zero byte");
    expect_error(&host, "local f = filter('')", "filter: name of a filter expected");
}

static void mistakes_with_apply_are_errors(void **state)
{
    (void)state;
    expect_error(&host, "local f = filter('negate')\n" PROCESS("\nframe:apply(f, { a = 1 })"),
                 "process.lua:3: apply: a filter has no parameters; nil expected, got table");
    expect_error(&host, "local f = filter('negate')\n" PROCESS("frame:apply(f, nil, 1, 2)"),
                 "w: number expected");
    expect_error(&host, "local f = filter('negate')\n" PROCESS("frame:apply(f, nil, 0/0, 2, 3, 4)"),
                 "number expected, got NaN");
    expect_error(&host, "local f = filter('boxblur=100')\n" PROCESS("frame:apply(f)"),
                 "process.lua:2: apply: filter (boxblur=100): not for 64x48 pixels: Invalid luma");
    expect_error(&host, PROCESS("frame:apply('negate')"), "kernel or filter expected, got string");
    expect_error(&host, PROCESS("frame:apply(frame)"), "kernel or filter expected, got ");
    expect_error(&host, PROCESS("frame:apply(json.null)"), "kernel or filter expected, got ");
    expect_error(&host, "local f = filter('negate')\n" PROCESS("frame.apply(f, f)"),
                 "frame expected");
}

static void a_failed_filter_leaves_the_frame(void **state)
{
    (void)state;
    expect_payload(&host,
                   "local f = filter('negate,boxblur=100')\n" PROCESS(
                       "frame:fill({ 10, 20, 30 }) local ok = pcall(frame.apply, frame, f) "
                       "local r, g, b = frame:get(5, 5) return { ok, r, g, b }"),
                   "[false,10,20,30]");
}

static void there_are_64_at_most(void **state)
{
    (void)state;
    expect_error(&host, "kept = {} for i = 1, 65 do kept[i] = filter('negate') end",
                 "process.lua:1: filter: more than 64 filters");
    expect_payload(&host,
                   "kept = {} for i = 1, 64 do kept[i] = filter('negate') end\n" PROCESS(
                       "for i = 1, 63 do frame:apply(kept[i]) end return (frame:get(0, 0))"),
                   "255");
    /* what nobody holds does not count, wrong ones neither */
    expect_payload(&host,
                   PROCESS("for i = 1, 300 do frame:apply(filter('negate')) pcall(filter, 'x') end "
                           "return (frame:get(0, 0))"),
                   "0");
}

static void together_they_are_bounded(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host,
        "local text = ('null,'):rep(15) .. 'null'\n"
        "kept = {} for i = 1, 5 do kept[i] = filter(text) end\n" PROCESS(
            "for i = 1, 5 do local ok, why = pcall(frame.apply, frame, kept[i]) "
            "if not ok then kept = nil frame:apply(filter(text)) return { i, why } end end"));
    struct mr_picture *picture = picture_black(1024, 1024); /* 16 Mi with 16 filters */
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    if (mr_calls_process(engine, picture, 0, &result, &error) < 0)
        fail_msg("%s", error.text);
    assert_string_equal((const char *)result.payload.data,
                        "[3,\"apply: the script's filters take too much memory together for "
                        "1024x1024 pixels\"]");
    result_finish(&result);
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
}

/* Both are garbage at once: the table's __gc gets a filter that is destroyed already. */
static void collected_filters_are_harmless(void **state)
{
    (void)state;
    expect_payload(&host,
                   "do local keep = setmetatable({}, { __gc = function(t) late = t[1] end })\n"
                   "  keep[1] = filter('negate') end\n" PROCESS(
                       "collectgarbage() local ok, why = pcall(frame.apply, frame, late) "
                       "return { tostring(late), why }"),
                   "[\"filter (collected)\",\"apply: this filter has been collected\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_changes_the_frame),
        cmocka_unit_test(an_untouched_frame_is_changed_too),
        cmocka_unit_test(rectangles_are_clipped),
        cmocka_unit_test(drawing_and_filters_mix),
        cmocka_unit_test(filters_are_objects),
        cmocka_unit_test(mistakes_are_errors_at_their_line),
        cmocka_unit_test(mistakes_with_apply_are_errors),
        cmocka_unit_test(a_failed_filter_leaves_the_frame),
        cmocka_unit_test(there_are_64_at_most),
        cmocka_unit_test(together_they_are_bounded),
        cmocka_unit_test(collected_filters_are_harmless),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

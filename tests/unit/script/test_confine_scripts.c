/* What scripts do works in a process that confined itself before: each is a child that does it for
 * the first time there. */
#include "confine_support.h"
#include "script/engine/calls.h"
#include "script/lua/watchdog.h"

#include <cairo.h>

struct script_case {
    const char *text;
    const char *wanted; /* payload, or part of the error */
    bool fails;
    int deadline_ms;
};

static struct script_case script;
static struct mr_picture_pool *pool; /* made outside, as the host makes it */
static struct mr_bundle *bundle;     /* opened outside, as texts come over the socket */

/* Fonts, filters, watchdog: all for the first time in this process. */
static void run_script(void)
{
    struct test_host inner = { 0 };
    CHECK(mr_watchdog_create(&inner.watchdog) == 0);
    inner.canvases = mr_canvases_create();
    mr_canvases_lend(inner.canvases, mr_picture_pool_take(pool));
    inner.log = mr_script_log_create("test");
    inner.options = (struct mr_engine_options){ .stream = "test",
                                                .limits.deadline_ms = script.deadline_ms,
                                                .limits.memory_mib = MEMORY_MIB,
                                                .quality = 80,
                                                .owns_heap = true,
                                                .watchdog = inner.watchdog,
                                                .canvases = inner.canvases,
                                                .log = inner.log };
    struct mr_engine *engine = NULL;
    struct mr_engine_result result = { 0 };
    struct mr_error error = { 0 };
    struct mr_picture *picture = picture_black(640, 480);
    int code = mr_engine_create(&inner.options, bundle, &engine, &error);
    if (code == 0)
        code = mr_calls_process(engine, picture, 3, &result, &error);
    const char *got = code == 0 ? (const char *)result.payload.data : error.text;
    bool right = script.fails ? code < 0 && strstr(got, script.wanted) != NULL
                              : code == 0 && strcmp(got, script.wanted) == 0;
    if (!right) {
        fprintf(stderr, "%s: got '%s', wanted '%s'\n", script.text, got, script.wanted);
        _exit(1);
    }
    result_finish(&result);
    mr_engine_destroy(engine);
    mr_picture_unref(&picture);
    mr_watchdog_destroy(inner.watchdog);
    mr_canvases_destroy(inner.canvases);
    mr_script_log_destroy(inner.log);
    mr_bundle_unref(&bundle);
}

static void expect_script(struct script_case wanted)
{
    struct mr_error error = { 0 };
    script = wanted;
    if (script.deadline_ms == 0)
        script.deadline_ms = TEST_DEADLINE_MS;
    file_write("fonts/process.lua", script.text);
    assert_int_equal(mr_bundle_open(file_path("fonts/process.lua"), &bundle, &error), 0);
    expect_fine(run_script);
    mr_bundle_unref(&bundle);
}

/* A folder that children may read, as it is one of fonts, and a home without any. */
static int set_up(void **state)
{
    (void)state;
    folder_make();
    assert_int_equal(mkdir(file_path("fonts"), 0700), 0);
    assert_int_equal(setenv("HOME", test_folder, 1), 0);
    assert_int_equal(setenv("XDG_DATA_HOME", test_folder, 1), 0);
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_BGRX, 640, 480, 1, &pool), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mr_picture_pool_destroy(pool);
    folder_remove();
    return 0;
}

static void text_is_drawn(void **state)
{
    (void)state;
    expect_script((struct script_case){
        PROCESS("local w, h = frame:text('Hello Ωß', 10, 10, { size = 40, font = 'serif' }) "
                "local lit = 0 for y = 10, 60, 2 do for x = 10, 10 + w, 2 do "
                "if frame:get(x, y) > 128 then lit = lit + 1 end end end "
                "frame:text('x', 9, 99, { font = 'no such font', outline = 'red' }) "
                "frame:circle(320, 240, 50, { fill = 'red' }) "
                "return { w > 100, h > 20, lit > 100, (frame:get(320, 240)) }"),
        "[true,true,true,255]", false, 0 });
}

static void kernels_run(void **state)
{
    (void)state;
    expect_script((struct script_case){
        "local k = kernel(function(p) return p.r + 10, p.g + 20, p.b + 30 end)\n" PROCESS(
            "frame:fill({ 10, 20, 30 }) frame:apply(k) return { frame:get(5, 5) }"),
        "[20,40,60]", false, 0 });
}

static void filters_of_all_kinds_run(void **state)
{
    (void)state;
    static const char *const filters[] = {
        "gblur=sigma=8",
        "eq=contrast=1.2:gamma=1.1",
        "lutyuv=y=val*1.5",
        "hqdn3d",
        "unsharp",
        "boxblur=4",
        "hue=H=2*PI*t:s=1",
        "lenscorrection=k1=-0.2",
        "edgedetect",
        "vignette",
        "curves=preset=vintage",
        "tmix=frames=3",
        "noise=alls=20:allf=t,colorbalance",
        "perspective=x0=9:interpolation=cubic",
        "bilateral",
        "median",
        "histeq",
        "deband",
        "normalize",
        "format=gray,negate",
    };
    for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
        char text[512];
        snprintf(text, sizeof(text),
                 "local f = filter('%s')\n" PROCESS("frame:circle(9, 9, 9) frame:apply(f) "
                                                    "frame:apply(f, nil, 0, 0, 320, 240)"),
                 filters[i]);
        expect_script((struct script_case){ text, "null", false, 0 });
    }
}

static void images_are_decoded(void **state)
{
    (void)state;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 9, 5);
    assert_int_equal(cairo_surface_write_to_png(surface, file_path("fonts/i.png")), 0);
    cairo_surface_destroy(surface);
    expect_script((struct script_case){
        "local i = image('i.png')\n" PROCESS("frame:image(i, 5, 5) return { i.width, i.height }"),
        "[9,5]", false, 0 });
}

static void time_zones_are_known(void **state)
{
    (void)state;
    const char *text = PROCESS("return { os.date('*t', 0).hour, os.date('%H:%M', 3600), "
                               "os.time() > 1600000000, os.clock() >= 0 }");
    assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
    expect_script((struct script_case){ text, "[9,\"10:00\",true,true]", false, 0 });
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    expect_script((struct script_case){ text, "[0,\"01:00\",true,true]", false, 0 });
    assert_int_equal(unsetenv("TZ"), 0);
}

static void endless_loops_are_stopped(void **state)
{
    (void)state;
    expect_script((struct script_case){ PROCESS("while true do pcall(function() end) end"),
                                        "stopped after 200 ms (deadline)", true, 200 });
    expect_script(
        (struct script_case){ PROCESS("coroutine.wrap(function() while true do end end)()"),
                              "stopped after 200 ms (deadline)", true, 200 });
}

static void coroutines_and_garbage_work(void **state)
{
    (void)state;
    expect_script((struct script_case){
        PROCESS("local c = coroutine.wrap(function() for i = 1, 9 do coroutine.yield(i) end end) "
                "local n = 0 for i in c do n = n + i end "
                "for i = 1, 2000 do local s = string.rep('x', 100000) .. i end return n"),
        "45", false, 0 });
}

static void too_much_memory_is_luas_error(void **state)
{
    (void)state;
    expect_script((struct script_case){
        PROCESS("local ok, why = pcall(function() local t = {} "
                "while true do t[#t + 1] = { #t, string.rep('x', 1000) .. #t } end end) "
                "collectgarbage() frame:text('still here', 1, 1) return { ok, why }"),
        "[false,\"not enough memory\"]", false, 0 });
    expect_script((struct script_case){
        PROCESS("local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end"),
        "not enough memory", true, 0 });
}

#if !CONFINE_SANITIZED /* their allocators tell mallinfo2 nothing */
static const char many_pictures[] =
    "local f, g, refused = filter(('tmix=frames=8,'):rep(7) .. 'null'), filter('gblur'), 0\n";

static void what_filters_keep_counts_as_the_scripts_memory(void **state)
{
    (void)state;
    char text[512];
    snprintf(text, sizeof(text), "%s%s", many_pictures,
             PROCESS("frame:circle(9, 9, 9) for i = 1, 100 do frame:apply(f) end"));
    expect_script((struct script_case){ text, "=8,null) holds 3", true, 0 });
}

static void a_filter_refused_for_its_memory_begins_anew(void **state)
{
    (void)state;
    char text[512];
    snprintf(
        text, sizeof(text), "%s%s", many_pictures,
        PROCESS("frame:circle(9, 9, 9) for i = 1, 100 do "
                "refused = refused + (pcall(frame.apply, frame, f) and 0 or 1) frame:apply(g) end "
                "return refused > 2 and refused < 50"));
    expect_script((struct script_case){ text, "true", false, 0 });
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_drawn),
        cmocka_unit_test(kernels_run),
        cmocka_unit_test(filters_of_all_kinds_run),
        cmocka_unit_test(images_are_decoded),
        cmocka_unit_test(time_zones_are_known),
        cmocka_unit_test(endless_loops_are_stopped),
        cmocka_unit_test(coroutines_and_garbage_work),
        cmocka_unit_test(too_much_memory_is_luas_error),
#if !CONFINE_SANITIZED
        cmocka_unit_test(what_filters_keep_counts_as_the_scripts_memory),
        cmocka_unit_test(a_filter_refused_for_its_memory_begins_anew),
#endif
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

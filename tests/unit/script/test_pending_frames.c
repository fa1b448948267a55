/* Frames that are decoded only when the script looks at them, here and in a process of its own. */
#include "script_support.h"

#include "base/clock.h"
#include "media/picture/picture.h"
#include "script/runner/runner.h"

#include <pthread.h>
#include <stdatomic.h>

#define WIDTH       64
#define HEIGHT      48
#define GREY        77 /* of the frame, once it is decoded */
#define PATIENCE_US 20000000

static atomic_int filled;

static int set_up(void **state)
{
    (void)state;
    folder_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove();
    return 0;
}

static void fill(void *opaque, struct mr_picture *picture)
{
    (void)opaque;
    for (int i = 0; i < 3; i++)
        memset(picture->plane[i], i == 0 ? GREY : 128,
               (size_t)picture->stride_bytes[i] * (size_t)(i == 0 ? HEIGHT : HEIGHT / 2));
    atomic_fetch_add(&filled, 1);
}

static struct mr_picture *make_pending(struct mr_picture_pool *pool)
{
    static const struct mr_pending_options options = { .fill = fill };
    struct mr_picture *picture = mr_picture_pool_take(pool);
    assert_non_null(picture);
    memset(picture->plane[0], 0, (size_t)picture->stride_bytes[0] * HEIGHT);
    assert_int_equal(mr_picture_postpone(picture, &options), 0);
    return picture;
}

static struct mr_picture_pool *make_pool(void)
{
    struct mr_picture_pool *pool;
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_I420, WIDTH, HEIGHT, 8, &pool), 0);
    return pool;
}

static struct mr_runner *make_runner(const char *text, enum mr_on_error on_error)
{
    const struct mr_runner_options options = {
        .stream = "test",
        .path = file_path("process.lua"),
        .on_error = on_error,
        .limits.deadline_ms = TEST_DEADLINE_MS,
        .limits.memory_mib = 32,
        .quality = 75,
        .host = test_program,
        .patient = true,
    };
    struct mr_runner *runner;
    struct mr_error error = { 0 };
    file_write("process.lua", text);
    if (mr_runner_create(&options, &runner, &error) < 0)
        fail_msg("%s", error.text);
    return runner;
}

struct use {
    const char *body;
    bool decodes, changes;
    const char *payload;
};

/* One script for all, which takes the use of the frame's number. */
static struct mr_runner *make_user(const struct use *uses, size_t count)
{
    static char text[4096];
    size_t size = (size_t)snprintf(text, sizeof(text),
                                   "local k = kernel(function(p) return 255 - p.r, p.g, p.b end)\n"
                                   "local f = filter('negate')\nlocal last\nlocal uses = {}\n");
    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size,
                                 "uses[%zu] = function(frame) %s end\n", i, uses[i].body);
    assert_true(size + 64 < sizeof(text));
    snprintf(text + size, sizeof(text) - size, PROCESS("return uses[frame.index](frame)"));
    return make_runner(text, MR_ON_ERROR_PASS);
}

static void run(struct mr_runner *runner, struct mr_picture *picture, const struct use *use)
{
    struct mr_script_result result;
    filled = 0;
    mr_runner_process(runner, picture, 1, &result);
    if (result.error != NULL)
        fail_msg("%s: %s", use->body, result.error);
    if (filled != use->decodes || (result.picture != picture) != use->changes)
        fail_msg("%s: decoded %d times, %s", use->body, filled,
                 result.picture != picture ? "changed" : "as it was");
    if (use->payload != NULL)
        assert_string_equal(result.payload, use->payload);
    assert_false(result.quality_set);
    mr_script_result_finish(&result);
}

static void pixels_are_decoded_when_they_are_touched(void **state)
{
    (void)state;
    static const struct use uses[] = {
        { "return { frame.width, frame.height, frame.index }", false, false, "[64,48,0]" },
        { "frame:get(-1, 0) return 1", false, false, "1" },
        { "return { frame:get(5, 5) }", true, false, "[77,77,77]" },
        { "return { frame:mean() }", true, false, "[77,77,77]" },
        { "return #frame:histogram('luma')", true, false, NULL },
        { "return #frame:row(3)", true, false, "192" },
        { "local c = frame:copy() return { c:get(1, 1) }", true, false, "[77,77,77]" },
        { "local c = frame:crop(3, 3, 9, 9) return { c:get(1, 1) }", true, false, "[77,77,77]" },
        { "local c = frame:resize(9, 9) return { c:get(1, 1) }", true, false, "[77,77,77]" },
        { "local d = last and frame:difference(last) or 0 last = frame:copy() return d", true,
          false, "0" },
        { "frame:rectangle(1, 1, 5, 5, { fill = 'red' })", true, true, NULL },
        { "frame:text('hello', 1, 1)", true, true, NULL },
        { "frame:set(1, 1, 9, 9, 9) return { frame:get(2, 1) }", true, true, "[77,77,77]" },
        { "frame:apply(k) return { frame:get(1, 1) }", true, true, "[178,77,77]" },
        { "frame:apply(f)", true, true, NULL },
        { "frame:blur(0, 0, 64, 48, 3) return { frame:get(30, 30) }", true, true, "[77,77,77]" },
        { "frame:pixelate(0, 0, 9, 9, 3)", true, true, NULL },
    };
    size_t count = sizeof(uses) / sizeof(*uses);
    struct mr_runner *runner = make_user(uses, count);
    struct mr_picture_pool *pool = make_pool();
    for (size_t i = 0; i < count; i++) {
        struct mr_picture *picture = make_pending(pool);
        picture->seq = i;
        run(runner, picture, &uses[i]);
        mr_picture_unref(&picture);
    }
    mr_picture_pool_destroy(pool);
    mr_runner_destroy(runner);
}

static void asking_for_a_quality_shows(void **state)
{
    (void)state;
    struct mr_runner *runner = make_runner(PROCESS("frame.quality = 75"), MR_ON_ERROR_PASS);
    struct mr_picture_pool *pool = make_pool();
    struct mr_picture *picture = make_pending(pool);
    struct mr_script_result result;
    mr_runner_process(runner, picture, 1, &result);
    assert_true(result.quality_set);
    assert_int_equal(result.quality, 75);
    mr_script_result_finish(&result);
    mr_picture_unref(&picture);
    mr_picture_pool_destroy(pool);
    mr_runner_destroy(runner);
}

/* What is sent for a frame on which the script failed before it touched it. */
static void a_failing_script_fails_closed(void **state)
{
    (void)state;
    static const char text[] = PROCESS("if frame.index > 0 then error('no') end");
    for (int on_error = MR_ON_ERROR_PASS; on_error <= MR_ON_ERROR_BLANK; on_error++) {
        struct mr_runner *runner = make_runner(text, (enum mr_on_error)on_error);
        struct mr_picture_pool *pool = make_pool();
        for (uint64_t i = 0; i < 3; i++) {
            struct mr_picture *picture = make_pending(pool);
            struct mr_script_result result;
            picture->seq = i;
            mr_runner_process(runner, picture, 1, &result);
            assert_int_equal(result.error != NULL, i > 0);
            assert_false(result.skip);
            if (i == 0 || on_error == MR_ON_ERROR_PASS)
                assert_ptr_equal(result.picture, picture);
            else
                assert_int_equal(result.picture->format, MR_PICTURE_BGRX);
            if (i > 0 && on_error == MR_ON_ERROR_HOLD)
                assert_int_equal(picture_pixel(result.picture, 9, 9), GREY * 0x10101);
            if (i > 0 && on_error == MR_ON_ERROR_BLANK)
                assert_int_equal(picture_pixel(result.picture, 1, 1), 0x333333);
            mr_script_result_finish(&result);
            mr_picture_unref(&picture);
        }
        mr_picture_pool_destroy(pool);
        mr_runner_destroy(runner);
    }
}

/* New versions are tried on a frame while the live one works on the next: both look at pixels. */
static void versions_share_the_decoding(void **state)
{
    (void)state;
    struct mr_runner *runner =
        make_runner("version = 0\n" PROCESS("return version"), MR_ON_ERROR_PASS);
    struct mr_picture_pool *pool = make_pool();
    int64_t deadline_us = mr_clock_now_us() + PATIENCE_US;
    for (uint32_t version = 1; version <= 6; version++) {
        char text[256], wanted[64] = "";
        snprintf(text, sizeof(text),
                 "version = %u\n" PROCESS("return { version, (frame:get(3, 3)) }"), version);
        snprintf(wanted, sizeof(wanted), "[%u,77]", version);
        file_save("process.lua", text);
        for (bool seen = false; !seen;) {
            struct mr_picture *picture = make_pending(pool);
            struct mr_script_result result;
            filled = 0;
            mr_runner_process(runner, picture, 1, &result);
            assert_null(result.error);
            seen = strcmp(result.payload, wanted) == 0;
            mr_script_result_finish(&result);
            mr_picture_unref(&picture);
            assert_true(mr_clock_now_us() < deadline_us);
        }
    }
    struct mr_runner_state now;
    mr_runner_get_state(runner, &now);
    assert_int_equal(now.rejected, 0);
    mr_runner_destroy(runner);
    mr_picture_pool_destroy(pool);
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR - 1); /* what fails here is meant to */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_are_decoded_when_they_are_touched),
        cmocka_unit_test(asking_for_a_quality_shows),
        cmocka_unit_test(a_failing_script_fails_closed),
        cmocka_unit_test(versions_share_the_decoding),
    };
    return run_in_both_places(tests, sizeof(tests) / sizeof(*tests), set_up, tear_down);
}

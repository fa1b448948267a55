/* The host's side of scripts without memory: at worst a frame goes without its script, or the script is started again;
 * the runner always answers. */
#include "alloc/failing.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/picture/picture.h"
#include "script/runner/runner.h"
#include "support/check.h"
#include "support/clip.h"

#include <stdio.h>
#include <string.h>

#define FRAMES 4

static char script[CLIP_PATH];
static struct mr_picture *picture;

static void live(void)
{
    struct mr_error error = { 0 };
    struct mr_runner *runner = NULL;
    struct mr_runner_options options = {
        .stream = "alloc",
        .path = script,
        .on_error = MR_ON_ERROR_HOLD,
        .limits.deadline_ms = 5000,
        .limits.memory_mib = 64,
        .quality = 80,
        .host = TEST_BINARY,
        .settings = "{\"label\":\"x\"}",
    };
    if (mr_runner_create(&options, &runner, &error) < 0) {
        assert_true(failing_has_failed());
        assert_null(runner);
        assert_true(error.text[0] != '\0');
        return;
    }
    struct mr_buffer settings = { 0 };
    mr_runner_get_settings(runner, &settings, &error);
    mr_buffer_finish(&settings);
    mr_runner_change_settings(runner, "{\"label\":\"y\"}", 13, &error);
    struct mr_script_event join = { .kind = MR_SCRIPT_JOIN, .client = 1 };
    mr_runner_post(runner, &join);
    mr_runner_tend(runner);
    for (int i = 0; i < FRAMES; i++) {
        struct mr_script_result result;
        mr_runner_process(runner, picture, 1, &result);
        if (!failing_has_failed())
            assert_null(result.error);
        assert_true(result.payload != NULL || result.skip);
        mr_script_result_finish(&result);
    }
    mr_runner_destroy(runner);
}

static void the_host_survives(void **state)
{
    (void)state;
    struct mr_picture_pool *pool;
    mr_log_set_level(MR_LOG_ERROR);
    clip_path("process.lua", script);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fputs("settings = { label = 'a' }\n"
          "function on_client(event, client) broadcast({ event, client }) end\n"
          "function process(frame, state)\n"
          "  state.n = (state.n or 0) + 1\n"
          "  frame:text(settings.label, 2, 2)\n"
          "  return { n = state.n }\n"
          "end\n",
          file);
    fclose(file);
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_I420, 64, 48, 2, &pool), 0);
    picture = mr_picture_pool_take(pool);
    failing_each("script, the host's side", NULL, live, NULL);
    mr_picture_unref(&picture);
    mr_picture_pool_destroy(pool);
}

RUN_TESTS(cmocka_unit_test(the_host_survives))

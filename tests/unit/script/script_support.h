/* What the tests of the script layer share: files in a folder of their own, an engine from a text,
 * a picture of one colour. */
#ifndef TEST_SCRIPT_SUPPORT_H
#define TEST_SCRIPT_SUPPORT_H

#include "base/log.h"
#include "media/pixels/layers.h"
#include "script/draw/canvas.h"
#include "script/engine/calls.h"
#include "script/engine/engine.h"
#include "script/lua/script_log.h"
#include "script/lua/watchdog.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"

#define UNUSED __attribute__((unused))

/* ---- files ---- */

static char test_folder[256];

UNUSED static void folder_make(void)
{
    snprintf(test_folder, sizeof(test_folder), "%s/script-XXXXXX", TEST_WORK_DIR);
    assert_non_null(mkdtemp(test_folder));
}

UNUSED static void folder_remove(void)
{
    char command[512];
    snprintf(command, sizeof(command), "rm -rf '%s'", test_folder);
    assert_int_equal(system(command), 0);
}

UNUSED static const char *file_path(const char *name)
{
    static char path[4][512];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof(path[next]), "%s/%s", test_folder, name);
    return path[next];
}

UNUSED static void file_write(const char *name, const char *text)
{
    FILE *file = fopen(file_path(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* As most editors save: a new file, renamed over the old one. */
UNUSED static void file_save(const char *name, const char *text)
{
    char swap[64];
    snprintf(swap, sizeof(swap), ".%s.swp", name);
    file_write(swap, text);
    assert_int_equal(rename(file_path(swap), file_path(name)), 0);
}

/* ---- an engine ---- */

struct test_host {
    struct mr_watchdog *watchdog;
    struct mr_canvases *canvases;
    struct mr_script_log *log;
    struct mr_engine_options options;
};

/* For what is not about deadlines: ample, since sanitizers make some calls a hundred times slower. */
#define TEST_DEADLINE_MS 20000

UNUSED static void host_open(struct test_host *host)
{
    folder_make();
    assert_int_equal(mr_watchdog_create(&host->watchdog), 0);
    host->canvases = mr_canvases_create();
    host->log = mr_script_log_create("test");
    host->options = (struct mr_engine_options){
        .stream = "test",
        .limits.deadline_ms = TEST_DEADLINE_MS,
        .limits.memory_mib = 32,
        .quality = 80,
        .watchdog = host->watchdog,
        .canvases = host->canvases,
        .log = host->log,
    };
}

UNUSED static void host_close(struct test_host *host)
{
    mr_watchdog_destroy(host->watchdog);
    mr_canvases_destroy(host->canvases);
    mr_script_log_destroy(host->log);
    folder_remove();
}

UNUSED static int engine_try(struct test_host *host, const char *text, struct mr_engine **engine,
                             struct mr_error *error)
{
    struct mr_bundle *bundle;
    file_write("process.lua", text);
    assert_int_equal(mr_bundle_open(file_path("process.lua"), &bundle, error), 0);
    int result = mr_engine_create(&host->options, bundle, engine, error);
    mr_bundle_unref(&bundle);
    return result;
}

UNUSED static struct mr_engine *engine_make(struct test_host *host, const char *text)
{
    struct mr_engine *engine;
    struct mr_error error = { 0 };
    if (engine_try(host, text, &engine, &error) < 0)
        fail_msg("%s", error.text);
    return engine;
}

/* ---- pictures ---- */

/* An I420 picture of one colour, given as Y, Cb, Cr. */
UNUSED static struct mr_picture *picture_make(int width, int height, int y, int cb, int cr)
{
    struct mr_picture_pool *pool;
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_I420, width, height, 1, &pool), 0);
    struct mr_picture *picture = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool);
    assert_non_null(picture);
    int value[3] = { y, cb, cr };
    for (int i = 0; i < 3; i++)
        memset(picture->plane[i], value[i],
               (size_t)picture->stride_bytes[i] * (size_t)(i == 0 ? height : (height + 1) / 2));
    picture->seq = 7;
    picture->pts_us = 1500000;
    picture->captured_us = 1700000000250000;
    return picture;
}

UNUSED static struct mr_picture *picture_black(int width, int height)
{
    return picture_make(width, height, 0, 128, 128);
}

/* 0xrrggbb of a BGRX picture */
UNUSED static unsigned picture_pixel(const struct mr_picture *picture, int x, int y)
{
    assert_int_equal(picture->format, MR_PICTURE_BGRX);
    mr_layers_complete((struct mr_picture *)picture);
    const uint8_t *pixel = picture->plane[0] + y * picture->stride_bytes[0] + x * 4;
    return (unsigned)(pixel[2] << 16 | pixel[1] << 8 | pixel[0]);
}

/* ---- where the script runs ---- */

/* For struct mr_runner_options. */
UNUSED static const char *test_program;

/* Run the tests with scripts in this process, then with each in one of its own. */
UNUSED static int run_in_both_places(const struct CMUnitTest *tests, size_t count,
                                     CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
    test_program = NULL;
    int failed = _cmocka_run_group_tests("in this process", tests, count, set_up, tear_down);
    test_program = TEST_BINARY;
    return failed +
           _cmocka_run_group_tests("in a process of its own", tests, count, set_up, tear_down);
}

/* ---- one frame ---- */

UNUSED static void result_finish(struct mr_engine_result *result)
{
    mr_picture_unref(&result->picture);
    mr_buffer_finish(&result->payload);
}

/* Run a script once on a picture and give back the payload's text, malloc'd. */
UNUSED static char *payload_of(struct test_host *host, const char *text)
{
    struct mr_engine *engine = engine_make(host, text);
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    if (mr_calls_process(engine, picture, 3, &result, &error) < 0)
        fail_msg("%s", error.text);
    char *payload = strdup((const char *)result.payload.data);
    assert_int_equal(strlen(payload), result.payload.size);
    result_finish(&result);
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
    return payload;
}

/* Run one frame and compare its payload. */
UNUSED static void expect_frame_at(struct mr_engine *engine, const char *wanted, int line)
{
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    if (mr_calls_process(engine, picture, 3, &result, &error) < 0)
        fail_msg("line %d: %s", line, error.text);
    if (strcmp((const char *)result.payload.data, wanted) != 0)
        fail_msg("line %d: got %s, wanted %s", line, (char *)result.payload.data, wanted);
    result_finish(&result);
    mr_picture_unref(&picture);
}

/* Run a script once and give back the error that comes of it, malloc'd. */
UNUSED static char *error_of(struct test_host *host, const char *text)
{
    struct mr_engine *engine;
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    if (engine_try(host, text, &engine, &error) == 0) {
        struct mr_picture *picture = picture_black(64, 48);
        if (mr_calls_process(engine, picture, 3, &result, &error) == 0)
            fail_msg("no error: %s", (char *)result.payload.data);
        mr_picture_unref(&picture);
        mr_engine_destroy(engine);
    }
    return strdup(error.text);
}

UNUSED static void expect_payload_at(struct test_host *host, const char *text, const char *wanted,
                                     int line)
{
    char *got = payload_of(host, text);
    if (strcmp(got, wanted) != 0)
        fail_msg("line %d: %s: got %s, wanted %s", line, text, got, wanted);
    free(got);
}

/* `wanted` is part of the message. */
UNUSED static void expect_error_at(struct test_host *host, const char *text, const char *wanted,
                                   int line)
{
    char *got = error_of(host, text);
    if (strstr(got, wanted) == NULL)
        fail_msg("line %d: %s: got '%s', wanted '%s'", line, text, got, wanted);
    free(got);
}

#define expect_payload(host, text, wanted) expect_payload_at(host, text, wanted, __LINE__)
#define expect_error(host, text, wanted)   expect_error_at(host, text, wanted, __LINE__)

#define expect_frame(engine, wanted) expect_frame_at(engine, wanted, __LINE__)

/* The body of process as a whole script. */
#define PROCESS(body) "function process(frame, state) " body " end"

#endif

/* Kernels on 1280x720, one thread, CPU nanoseconds a pixel: against the same done with get and set
 * and against LuaJIT's FFI over as many bytes, in turn, so that a machine that changes its speed
 * does so for all:
 *
 *     kernel ROUNDS SCRIPT LUAJIT-SCRIPT
 */
#include "script/draw/canvas.h"
#include "script/engine/calls.h"
#include "script/engine/engine.h"
#include "script/lua/script_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH      1280
#define HEIGHT     720
#define MAX_ROUNDS 99

enum measure {
    INVERT,
    VIGNETTE,
    GET_SET,
    LUAJIT_INVERT,
    LUAJIT_VIGNETTE,
    MAKE_US,
    MEASURES,
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "kernel: %s: %s\n", what, why);
    exit(1);
}

static struct mr_picture *make_picture(void)
{
    struct mr_picture_pool *pool;
    if (mr_picture_pool_create(MR_PICTURE_I420, WIDTH, HEIGHT, 1, &pool) < 0)
        fail("picture", "no memory");
    struct mr_picture *picture = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool);
    picture->captured_us = 1700000000250000;
    for (int i = 0; i < 3; i++)
        for (int n = 0; n < picture->stride_bytes[i] * (i == 0 ? HEIGHT : HEIGHT / 2); n++)
            picture->plane[i][n] = (uint8_t)(n * 7 + n / 1280 * 3);
    return picture;
}

static struct mr_engine *make_engine(const char *path, const struct mr_engine_options *options)
{
    struct mr_error error = { 0 };
    struct mr_bundle *bundle;
    struct mr_engine *engine;
    if (mr_bundle_open(path, &bundle, &error) < 0 ||
        mr_engine_create(options, bundle, &engine, &error) < 0)
        fail(path, error.text);
    mr_bundle_unref(&bundle);
    return engine;
}

static double number_of(const char *json, const char *name)
{
    char key[64];
    snprintf(key, sizeof(key), "\"%s\":", name);
    const char *at = strstr(json, key);
    if (at == NULL)
        fail(name, json);
    return atof(at + strlen(key));
}

static void measure_kernels(struct mr_engine *engine, struct mr_picture *picture, double *values,
                            char *others, size_t others_size)
{
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    if (mr_calls_process(engine, picture, 0, &result, &error) < 0)
        fail("process", error.text);
    const char *json = (const char *)result.payload.data;
    values[INVERT] = number_of(json, "invert");
    values[VIGNETTE] = number_of(json, "vignette");
    values[GET_SET] = number_of(json, "get_set");
    values[MAKE_US] = number_of(json, "make_us");
    const char *text = strstr(json, "\"others\":\"");
    if (text != NULL)
        snprintf(others, others_size, "%.*s", (int)strcspn(text + 10, "\""), text + 10);
    mr_picture_unref(&result.picture);
    mr_buffer_finish(&result.payload);
}

static void measure_luajit(const char *script, double *values)
{
    char command[512];
    snprintf(command, sizeof(command), "luajit '%s'", script);
    FILE *output = popen(command, "r");
    if (output == NULL ||
        fscanf(output, "%lf %lf", &values[LUAJIT_INVERT], &values[LUAJIT_VIGNETTE]) != 2)
        fail(command, "no result");
    pclose(output);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double values[MAX_ROUNDS][MEASURES], int rounds, int of, int by)
{
    double sorted[MAX_ROUNDS];
    for (int i = 0; i < rounds; i++)
        sorted[i] = values[i][of] / (by >= 0 ? values[i][by] : 1);
    qsort(sorted, (size_t)rounds, sizeof(*sorted), ascending);
    return sorted[rounds / 2];
}

static void report(double values[MAX_ROUNDS][MEASURES], int rounds, const char *others)
{
    printf("invert %.3f ns: %.1f times as fast as get and set (%.1f ns), %.2f times as LuaJIT "
           "(%.2f ns)\n",
           median(values, rounds, INVERT, -1), median(values, rounds, GET_SET, INVERT),
           median(values, rounds, GET_SET, -1), median(values, rounds, LUAJIT_INVERT, INVERT),
           median(values, rounds, LUAJIT_INVERT, -1));
    printf("vignette %.3f ns: %.2f times as fast as LuaJIT (%.2f ns)\n",
           median(values, rounds, VIGNETTE, -1), median(values, rounds, LUAJIT_VIGNETTE, VIGNETTE),
           median(values, rounds, LUAJIT_VIGNETTE, -1));
    printf("others, ns: %s\n", others);
    printf("making the vignette's kernel: %.0f us\n", median(values, rounds, MAKE_US, -1));
}

int main(int argc, char **argv)
{
    int rounds = argc == 4 ? atoi(argv[1]) : 0;
    if (rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "usage: kernel ROUNDS SCRIPT LUAJIT-SCRIPT\n");
        return 2;
    }
    struct mr_engine_options options = {
        .stream = "bench",
        .limits.memory_mib = 256,
        .quality = 80,
        .canvases = mr_canvases_create(),
        .log = mr_script_log_create("bench"),
    };
    struct mr_engine *engine = make_engine(argv[2], &options);
    struct mr_picture *picture = make_picture();
    static double values[MAX_ROUNDS][MEASURES];
    char others[1024] = "";
    for (int i = 0; i < rounds; i++) {
        measure_kernels(engine, picture, values[i], others, sizeof(others));
        measure_luajit(argv[3], values[i]);
    }
    report(values, rounds, others);
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
    mr_canvases_destroy(options.canvases);
    mr_script_log_destroy(options.log);
    return 0;
}

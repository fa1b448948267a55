/* What the tests of drawing share: run the body of process, look at the pixels that come out. */
#ifndef TEST_DRAW_SUPPORT_H
#define TEST_DRAW_SUPPORT_H

#include "script_support.h"

#include <cairo.h>

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

/* Run a whole script on a picture; the result's picture is the caller's. */
UNUSED static struct mr_picture *run_on(struct mr_picture *picture, const char *script)
{
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    struct mr_engine *engine = engine_make(&host, script);
    if (mr_calls_process(engine, picture, 0, &result, &error) < 0)
        fail_msg("%s: %s", script, error.text);
    mr_buffer_finish(&result.payload);
    mr_engine_destroy(engine);
    mr_layers_complete(result.picture);
    return result.picture;
}

/* Run the body of process on a picture, touching it in any case. */
UNUSED static struct mr_picture *draw_on(struct mr_picture *picture, const char *body)
{
    static char text[16384];
    snprintf(text, sizeof(text), PROCESS("frame:set(frame.width - 1, 0, frame:get(0, 0))\n%s\n"),
             body);
    return run_on(picture, text);
}

UNUSED static void expect_color_at(const struct mr_picture *picture, int x, int y, unsigned wanted,
                                   int line)
{
    unsigned got = picture_pixel(picture, x, y);
    if (got != wanted)
        fail_msg("line %d: %06x at %d,%d, wanted %06x", line, got, x, y, wanted);
}

#define expect_color(picture, x, y, wanted) expect_color_at(picture, x, y, wanted, __LINE__)

/* The channels of a pixel, each within `tolerance`. */
UNUSED static void expect_near_at(const struct mr_picture *picture, int x, int y, unsigned wanted,
                                  int tolerance, int line)
{
    unsigned got = picture_pixel(picture, x, y);
    for (int shift = 0; shift < 24; shift += 8)
        if (abs((int)(got >> shift & 255) - (int)(wanted >> shift & 255)) > tolerance)
            fail_msg("line %d: %06x at %d,%d, wanted about %06x", line, got, x, y, wanted);
}

#define expect_near(picture, x, y, wanted, tolerance)                                              \
    expect_near_at(picture, x, y, wanted, tolerance, __LINE__)

struct spot {
    int x, y;
    unsigned color;
};

/* Draw on a black picture of 64x48. */
UNUSED static void expect_pixels_at(const char *body, const struct spot *spots, int count, int line)
{
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_picture *drawn = draw_on(picture, body);
    for (int i = 0; i < count; i++)
        expect_color_at(drawn, spots[i].x, spots[i].y, spots[i].color, line);
    mr_picture_unref(&drawn);
    mr_picture_unref(&picture);
}

#define expect_pixels(body, ...)                                                                   \
    expect_pixels_at(body, (const struct spot[]){ __VA_ARGS__ },                                   \
                     sizeof((const struct spot[]){ __VA_ARGS__ }) / sizeof(struct spot), __LINE__)

/* Nothing but black on 64x48. */
UNUSED static void expect_nothing(const char *body)
{
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_picture *drawn = draw_on(picture, body);
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++)
            if (picture_pixel(drawn, x, y) != 0)
                fail_msg("%s: %06x at %d,%d", body, picture_pixel(drawn, x, y), x, y);
    mr_picture_unref(&drawn);
    mr_picture_unref(&picture);
}

/* Lua that fills the frame with a pattern every pixel of which is different. */
#define PATTERN                                                                                    \
    "frame:map(function(_, _, _, x, y) return x * 4, y * 5, (x * 7 + y * 13) % 256 end) "

/* Write a BGRX picture for people to look at. */
UNUSED static void write_png(const struct mr_picture *picture, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", TEST_WORK_DIR, name);
    mr_layers_complete((struct mr_picture *)picture);
    cairo_surface_t *surface =
        cairo_image_surface_create_for_data(picture->plane[0], CAIRO_FORMAT_RGB24, picture->width,
                                            picture->height, picture->stride_bytes[0]);
    assert_int_equal(cairo_surface_write_to_png(surface, path), CAIRO_STATUS_SUCCESS);
    cairo_surface_destroy(surface);
}

#endif

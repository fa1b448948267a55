/* The picture that says that there is no signal. */
#include "script/runner/notice.h"

#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mr_notice_painter *painter;
static struct mr_canvases *canvases;

static struct mr_picture *paint(int width, int height, const char *reason)
{
    struct mr_notice notice = {
        .width = width, .height = height, .seq = 7, .pts_us = 8, .captured_us = 9
    };
    snprintf(notice.reason, sizeof(notice.reason), "%s", reason);
    struct mr_picture *picture = mr_notice_paint(painter, canvases, &notice);
    assert_non_null(picture);
    assert_int_equal(picture->width, width);
    assert_int_equal(picture->height, height);
    assert_int_equal(picture->seq, 7);
    assert_int_equal(picture->pts_us, 8);
    assert_int_equal(picture->captured_us, 9);
    return picture;
}

/* How many pixels of some rows differ from the ground in the corner. */
static int count_painted(const struct mr_picture *picture, int from, int to)
{
    const uint8_t *ground = picture->plane[0];
    int painted = 0;
    for (int y = from; y < to; y++)
        for (int x = 0; x < picture->width; x++)
            painted += memcmp(picture->plane[0] + (ptrdiff_t)y * picture->stride_bytes[0] + 4 * x,
                              ground, 3) != 0;
    return painted;
}

/* Nothing touches the edge, so that nothing is cut. */
static void check_edges(const struct mr_picture *picture)
{
    int last = picture->height - 1;
    assert_int_equal(count_painted(picture, 0, 1), 0);
    assert_int_equal(count_painted(picture, last, last + 1), 0);
    for (int y = 0; y < picture->height; y++) {
        const uint8_t *row = picture->plane[0] + (ptrdiff_t)y * picture->stride_bytes[0];
        assert_memory_equal(row, picture->plane[0], 3);
        assert_memory_equal(row + 4 * (picture->width - 1), picture->plane[0], 3);
    }
}

static void fits_whatever_the_size(void **state)
{
    (void)state;
    static const struct {
        int width, height;
    } sizes[] = {
        { 160, 120 }, { 1280, 720 }, { 640, 360 }, { 400, 300 }, { 108, 192 }, { 96, 64 }
    };
    char longest[600] = "cannot open \"";
    memset(longest + strlen(longest), 'w', 500);
    static const char usual[] =
        "cannot open \"rtsp://user:***@camera.example.com/Streaming/101\": Connection refused";
    const char *const reasons[] = { "", "the source has ended", usual, longest };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        for (int k = 0; k < 4; k++) {
            struct mr_picture *picture = paint(sizes[i].width, sizes[i].height, reasons[k]);
            check_edges(picture);
            assert_true(count_painted(picture, 0, picture->height) > 50);
            assert_true(picture->plane[0][0] < 64);
            mr_picture_unref(&picture);
        }
}

static void says_the_reason(void **state)
{
    (void)state;
    struct mr_picture *without = paint(320, 240, ""), *with = paint(320, 240, "it rains");
    assert_true(count_painted(with, 0, 240) > count_painted(without, 0, 240) + 50);
    mr_picture_unref(&without);
    mr_picture_unref(&with);
}

static void takes_any_size_and_text(void **state)
{
    (void)state;
    struct mr_picture *picture = paint(1, 1, "\xff\xfe <b>&");
    mr_picture_unref(&picture);
    picture = paint(3, 200, "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3");
    mr_picture_unref(&picture);
    picture = paint(4096, 2, "x");
    mr_picture_unref(&picture);
}

static int set_up(void **state)
{
    (void)state;
    painter = mr_notice_painter_create();
    canvases = mr_canvases_create();
    return painter != NULL && canvases != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    mr_notice_painter_destroy(painter);
    mr_canvases_destroy(canvases);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_whatever_the_size),
        cmocka_unit_test(says_the_reason),
        cmocka_unit_test(takes_any_size_and_text),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

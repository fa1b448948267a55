/* Filter graphs on pictures made here: what they do to pixels, and which are refused. */
#include "media/filter/filter.h"

#include "support/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct mr_picture *make_picture(int width, int height)
{
    struct mr_picture_pool *pool;
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_BGRX, width, height, 1, &pool), 0);
    struct mr_picture *picture = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool);
    assert_non_null(picture);
    return picture;
}

static uint8_t *pixel_at(const struct mr_picture *picture, int x, int y)
{
    return picture->plane[0] + y * picture->stride_bytes[0] + x * 4;
}

static void set_pixel(struct mr_picture *picture, int x, int y, unsigned color)
{
    uint8_t *pixel = pixel_at(picture, x, y);
    pixel[0] = (uint8_t)color;
    pixel[1] = (uint8_t)(color >> 8);
    pixel[2] = (uint8_t)(color >> 16);
}

static unsigned get_pixel(const struct mr_picture *picture, int x, int y)
{
    const uint8_t *pixel = pixel_at(picture, x, y);
    return (unsigned)(pixel[2] << 16 | pixel[1] << 8 | pixel[0]);
}

/* Another colour at each place. */
static unsigned pattern(int x, int y)
{
    return (unsigned)((x * 5 & 255) << 16 | (y * 3 & 255) << 8 | ((x ^ y) & 255));
}

static struct mr_picture *make_pattern(int width, int height)
{
    struct mr_picture *picture = make_picture(width, height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            set_pixel(picture, x, y, pattern(x, y));
    return picture;
}

static struct mr_picture *make_plain(int width, int height, unsigned color)
{
    struct mr_picture *picture = make_picture(width, height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            set_pixel(picture, x, y, color);
    return picture;
}

static struct mr_filter *make_filter(const char *text)
{
    struct mr_filter *filter;
    struct mr_error error = { 0 };
    if (mr_filter_create(text, &filter, &error) != 0)
        fail_msg("%s: %s", text, error.text);
    return filter;
}

static struct mr_area whole(const struct mr_picture *picture)
{
    return (struct mr_area){ 0, 0, picture->width, picture->height };
}

static void run_on(struct mr_filter *filter, struct mr_picture *picture, struct mr_area area)
{
    struct mr_error error = { 0 };
    if (mr_filter_run(filter, picture, &area, &error) != 0)
        fail_msg("%s: %s", mr_filter_text(filter), error.text);
}

static void run(const char *text, struct mr_picture *picture, struct mr_area area)
{
    struct mr_filter *filter = make_filter(text);
    run_on(filter, picture, area);
    mr_filter_destroy(filter);
}

static bool is_near(unsigned a, unsigned b, int tolerance)
{
    for (int shift = 0; shift < 24; shift += 8)
        if (abs((int)(a >> shift & 255) - (int)(b >> shift & 255)) > tolerance)
            return false;
    return true;
}

static void check_pixel(const struct mr_picture *picture, int x, int y, unsigned wanted,
                        int tolerance)
{
    unsigned got = get_pixel(picture, x, y);
    if (!is_near(got, wanted, tolerance))
        fail_msg("%06x at %d,%d, wanted %06x", got, x, y, wanted);
}

/* ---- pixels ---- */

static void negate_inverts_every_pixel(void **state)
{
    (void)state;
    struct mr_picture *picture = make_pattern(157, 61);
    run("negate", picture, whole(picture));
    for (int y = 0; y < 61; y++)
        for (int x = 0; x < 157; x++)
            check_pixel(picture, x, y, pattern(x, y) ^ 0xffffff, 0);
    mr_picture_unref(&picture);
}

/* Its result is the pixels it was lent, upside down. */
static void vflip_turns_the_picture_over(void **state)
{
    (void)state;
    struct mr_picture *picture = make_pattern(64, 48);
    run("vflip", picture, whole(picture));
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++)
            check_pixel(picture, x, y, pattern(x, 47 - y), 0);
    mr_picture_unref(&picture);
}

static void a_rectangle_is_changed_and_nothing_around_it(void **state)
{
    (void)state;
    struct mr_picture *picture = make_pattern(64, 48);
    run("hflip", picture, (struct mr_area){ 5, 7, 42, 30 });
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++) {
            bool inside = x >= 5 && x < 42 && y >= 7 && y < 30;
            check_pixel(picture, x, y, pattern(inside ? 46 - x : x, y), 0);
        }
    mr_picture_unref(&picture);
}

static void gblur_smooths_an_edge(void **state)
{
    (void)state;
    struct mr_picture *picture = make_plain(96, 32, 0x000000);
    for (int y = 0; y < 32; y++)
        for (int x = 48; x < 96; x++)
            set_pixel(picture, x, y, 0xffffff);
    run("gblur=sigma=4", picture, whole(picture));
    check_pixel(picture, 4, 16, 0x000000, 2);
    check_pixel(picture, 91, 16, 0xffffff, 2);
    check_pixel(picture, 48, 16, 0x909090, 16);
    for (int x = 1; x < 96; x++)
        assert_true(get_pixel(picture, x, 16) >= get_pixel(picture, x - 1, 16));
    mr_picture_unref(&picture);
}

/* Through YUV and back: neighbours keep their own colours. */
static void conversions_keep_colours(void **state)
{
    (void)state;
    struct mr_picture *picture = make_picture(64, 48);
    static const unsigned colors[] = { 0xff0000, 0x00ff00, 0x0000ff, 0xffffff, 0x808080, 0x123456 };
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++)
            set_pixel(picture, x, y, colors[(x + y) % 6]);
    run("format=yuv444p", picture, whole(picture));
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++)
            check_pixel(picture, x, y, colors[(x + y) % 6], 3);
    mr_picture_unref(&picture);
}

static void chains_run_in_order(void **state)
{
    (void)state;
    struct mr_picture *picture = make_plain(64, 48, 0x204060);
    run(" negate , format=yuv444p, hue=s=0 ", picture, whole(picture));
    unsigned got = get_pixel(picture, 20, 20); /* the grey of 0xdfbf9f */
    assert_true(is_near(got, 0xc5c5c5, 4));
    run("eq=brightness=-0.2", picture, whole(picture));
    assert_true((get_pixel(picture, 20, 20) & 255) < (got & 255) - 20);
    mr_picture_unref(&picture);
}

static void options_may_be_named_or_in_order(void **state)
{
    (void)state;
    static const char *const texts[] = { "drawbox=8:8:16:16:red:fill",
                                         "drawbox=x=8:y=8:w=16:h=16:color=red:t=fill",
                                         "drawbox=8:8:w=16:h='8+8':color=red:t=fill" };
    for (int i = 0; i < 3; i++) {
        struct mr_picture *picture = make_plain(64, 48, 0x000000);
        run(texts[i], picture, whole(picture));
        check_pixel(picture, 7, 12, 0x000000, 3);
        check_pixel(picture, 16, 16, 0xff0000, 3);
        check_pixel(picture, 24, 12, 0x000000, 3);
        mr_picture_unref(&picture);
    }
}

static void time_is_the_pictures(void **state)
{
    (void)state;
    struct mr_filter *filter = make_filter("negate=enable='gte(t,2)'");
    struct mr_picture *picture = make_plain(64, 48, 0x000000);
    picture->pts_us = 1900000;
    run_on(filter, picture, whole(picture));
    check_pixel(picture, 3, 3, 0x000000, 0);
    picture->pts_us = 2100000;
    run_on(filter, picture, whole(picture));
    check_pixel(picture, 3, 3, 0xffffff, 0);
    mr_picture_unref(&picture);
    mr_filter_destroy(filter);
}

static void sizes_may_change_between_runs(void **state)
{
    (void)state;
    static const int sizes[][2] = { { 64, 48 }, { 33, 17 }, { 320, 200 }, { 16, 16 }, { 64, 48 } };
    struct mr_filter *filter = make_filter("negate,hflip");
    for (int i = 0; i < 5; i++) {
        int width = sizes[i][0], height = sizes[i][1];
        struct mr_picture *picture = make_pattern(width, height);
        run_on(filter, picture, whole(picture));
        for (int x = 0; x < width; x++)
            check_pixel(picture, x, height - 1, pattern(width - 1 - x, height - 1) ^ 0xffffff, 0);
        mr_picture_unref(&picture);
    }
    mr_filter_destroy(filter);
}

/* tmix holds on to what it was given: from the second run on it has to get copies, for the pictures
 * here are gone when it looks at them. */
static void filters_with_a_memory_get_pictures_of_their_own(void **state)
{
    (void)state;
    static const unsigned colors[] = { 0x000000, 0x000000, 0xffffff, 0xffffff };
    static const unsigned wanted[] = { 0x000000, 0x000000, 0x808080, 0xffffff };
    struct mr_filter *filter = make_filter("tmix=frames=2");
    for (int i = 0; i < 4; i++) {
        struct mr_picture *picture = make_plain(64, 48, colors[i]);
        picture->pts_us = i * 40000;
        run_on(filter, picture, whole(picture));
        check_pixel(picture, 9, 9, wanted[i], 2);
        mr_picture_unref(&picture);
    }
    mr_filter_destroy(filter);
}

static void a_size_that_does_not_suit_leaves_the_picture(void **state)
{
    (void)state;
    struct mr_filter *filter = make_filter("negate,boxblur=100");
    struct mr_picture *picture = make_pattern(64, 48);
    struct mr_area area = whole(picture);
    struct mr_error error = { 0 };
    assert_true(mr_filter_run(filter, picture, &area, &error) < 0);
    assert_non_null(strstr(error.text, "not for 64x48 pixels: Invalid luma_param radius"));
    check_pixel(picture, 30, 30, pattern(30, 30), 0);
    mr_picture_unref(&picture);
    picture = make_plain(640, 480, 0);
    run_on(filter, picture, whole(picture));
    check_pixel(picture, 30, 30, 0xffffff, 1);
    mr_picture_unref(&picture);
    mr_filter_destroy(filter);
}

/* FFmpeg's own guard is missing in some filters: gblur destroys the heap at 1x1. */
static void tiny_areas_are_refused(void **state)
{
    (void)state;
    static const struct mr_area areas[] = { { 3, 3, 4, 4 }, { 0, 0, 15, 48 }, { 0, 0, 64, 15 } };
    struct mr_filter *filter = make_filter("gblur");
    struct mr_picture *picture = make_pattern(64, 48);
    for (int i = 0; i < 3; i++) {
        struct mr_error error = { 0 };
        assert_int_equal(mr_filter_run(filter, picture, &areas[i], &error), -EINVAL);
        assert_non_null(strstr(error.text, "at least 16x16 pixels expected, got "));
        check_pixel(picture, 3, 3, pattern(3, 3), 0);
    }
    run_on(filter, picture, (struct mr_area){ 48, 32, 64, 48 });
    mr_picture_unref(&picture);
    mr_filter_destroy(filter);
}

/* ---- refused ---- */

static void check_refused(const char *text, int code, const char *reason)
{
    struct mr_filter *filter;
    struct mr_error error = { 0 };
    int result = mr_filter_create(text, &filter, &error);
    if (result == 0)
        fail_msg("not refused: %s", text);
    assert_null(filter);
    if (result != code || strstr(error.text, reason) == NULL)
        fail_msg("%s: %d: %s; wanted %d: %s", text, result, error.text, code, reason);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    check_refused("", -EINVAL, "name of a filter expected");
    check_refused("  ", -EINVAL, "name of a filter expected");
    check_refused("negate,", -EINVAL, "name of a filter expected");
    check_refused("negate,,hflip", -EINVAL, "name of a filter expected");
    check_refused("gblurr", -EINVAL, "there is no filter 'gblurr'");
    check_refused("gblur=sgma=3", -EINVAL, "gblur has no option 'sgma'");
    check_refused("gblur=sigma=5000", -ERANGE, "out of range [0 - 1024]");
    check_refused("gblur=sigma=abc", -EINVAL, "Unable to parse option value \"abc\"");
    check_refused("eq=contrast=1+", -EINVAL, "eq: ");
    check_refused("curves=preset=foo", -EINVAL, "curves: ");
    check_refused("hflip=1", -EINVAL, "hflip: name=value expected at '1'");
    check_refused("hflip=threads=8", -EINVAL, "hflip has no option 'threads'");
    check_refused("boxblur=500", -EINVAL, "Invalid luma_param radius value 500");
    check_refused("negate;hflip", -EINVAL, "simple chain");
    check_refused("[in]negate[out]", -EINVAL, "simple chain");
    check_refused("split[a][b];[a][b]overlay", -EINVAL, "simple chain");
    check_refused("overlay", -EINVAL, "not exactly one input and one output");
    check_refused("split", -EINVAL, "not exactly one input and one output");
    check_refused("negate,negate,negate,negate,negate,negate,negate,negate,negate,negate,negate,"
                  "negate,negate,negate,negate,negate,negate",
                  -EINVAL, "more than 16 filters");
    char text[MR_FILTER_MAX_TEXT + 2];
    memset(text, ' ', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    check_refused(text, -EINVAL, "more than 2048 bytes");
}

static void files_are_out_of_reach(void **state)
{
    (void)state;
    check_refused("movie=/etc/passwd", -EPERM, "movie reads or writes files");
    check_refused("curves=psfile=/etc/passwd", -EPERM, "option 'psfile' reads a file");
    check_refused("curves=none::::::::/etc/passwd", -EPERM, "option 'psfile' reads a file");
    check_refused("curves=preset=none:plot=/tmp/x", -EPERM, "option 'plot' writes a file");
    check_refused("curves=p\\sfile=/etc/passwd", -EPERM, "option 'psfile'");
    check_refused("curves='psfile=/etc/passwd'", -EPERM, "option 'psfile'");
    check_refused("selectivecolor=psfile=/etc/passwd", -EPERM, "option 'psfile' reads a file");
    check_refused("negate,drawtext=textfile=/etc/passwd", -EPERM, "use frame:text");
    check_refused("lut3d=file=/etc/passwd", -EPERM, "lut3d");
    check_refused("sendcmd=f=/etc/passwd", -EPERM, "sendcmd");
    check_refused("metadata=print:file=/tmp/x", -EPERM, "metadata");
    check_refused("subtitles=/etc/passwd", -EPERM, "subtitles");
}

static void what_is_no_picture_filter_is_refused(void **state)
{
    (void)state;
    check_refused("scale=320:180", -EPERM, "scale changes the picture's size; use frame:resize");
    check_refused("rotate=PI/4:ow=10", -EPERM, "option 'ow' changes the picture's size");
    check_refused("fps=1", -EPERM, "fps delays or drops frames");
    check_refused("minterpolate", -EPERM, "minterpolate delays or drops frames");
    check_refused("tblend", -EPERM, "tblend delays or drops frames");
    check_refused("showinfo", -EPERM, "not one of the filters that scripts may use");
    check_refused("nlmeans", -EPERM, "not one of the filters that scripts may use");
    check_refused("anull", -EPERM, "not one of the filters that scripts may use");
}

static void nothing_runs_for_ever(void **state)
{
    (void)state;
    check_refused("lutrgb=r='while(1,1)'", -EPERM, "may not use while(…)");
    check_refused("gblur=sigma='whi le (1,1)'", -EPERM, "may not use while(…)");
    check_refused("negate=enable='taylor(taylor(1,1),1)'", -EPERM, "may not use taylor(…)");
    check_refused("boxblur=2:1000000000", -EPERM, "option 'luma_power': at most 16");
    check_refused("tmix=frames=1000", -EPERM, "option 'frames': at most 8");
    check_refused("normalize=smoothing=200000000", -EPERM, "option 'smoothing': at most 1000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(negate_inverts_every_pixel),
        cmocka_unit_test(vflip_turns_the_picture_over),
        cmocka_unit_test(a_rectangle_is_changed_and_nothing_around_it),
        cmocka_unit_test(gblur_smooths_an_edge),
        cmocka_unit_test(conversions_keep_colours),
        cmocka_unit_test(chains_run_in_order),
        cmocka_unit_test(options_may_be_named_or_in_order),
        cmocka_unit_test(time_is_the_pictures),
        cmocka_unit_test(sizes_may_change_between_runs),
        cmocka_unit_test(filters_with_a_memory_get_pictures_of_their_own),
        cmocka_unit_test(a_size_that_does_not_suit_leaves_the_picture),
        cmocka_unit_test(tiny_areas_are_refused),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(files_are_out_of_reach),
        cmocka_unit_test(what_is_no_picture_filter_is_refused),
        cmocka_unit_test(nothing_runs_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

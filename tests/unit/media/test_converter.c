/* The converter on frames made here: where pixels go. */
#include "media/convert/converter.h"

#include "support/check.h"
#include "support/frames.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <string.h>

static struct mr_converter *make_converter(int width, int height, enum mr_fit fit)
{
    struct mr_converter_options options = { .size = { width, height }, .fit = fit, .slots = 2 };
    struct mr_converter *converter;
    assert_int_equal(mr_converter_create(&options, &converter), 0);
    return converter;
}

static struct mr_picture *run(struct mr_converter *converter, const struct mr_decoded *decoded)
{
    struct mr_picture *picture;
    struct mr_error error = { 0 };
    int result = mr_converter_run(converter, decoded, &picture, &error);
    if (result != 0)
        fail_msg("%d: %s", result, error.text);
    return picture;
}

/* With a converter of its own, gone before the picture is. */
static struct mr_picture *convert(const struct mr_decoded *decoded, int width, int height,
                                  enum mr_fit fit)
{
    struct mr_converter *converter = make_converter(width, height, fit);
    struct mr_picture *picture = run(converter, decoded);
    mr_converter_destroy(converter);
    return picture;
}

static struct mr_picture *convert_frame(AVFrame *frame, int width, int height, enum mr_fit fit)
{
    struct mr_decoded decoded = { .frame = frame };
    struct mr_picture *picture = convert(&decoded, width, height, fit);
    av_frame_free(&frame);
    return picture;
}

static void check_quarters(const struct mr_picture *picture, unsigned top_left, unsigned top_right,
                           unsigned bottom_left, unsigned bottom_right)
{
    int x = picture->width / 4, y = picture->height / 4;
    picture_check_colour(picture, x, y, top_left);
    picture_check_colour(picture, picture->width - 1 - x, y, top_right);
    picture_check_colour(picture, x, picture->height - 1 - y, bottom_left);
    picture_check_colour(picture, picture->width - 1 - x, picture->height - 1 - y, bottom_right);
}

static void check_size(const struct mr_picture *picture, int width, int height)
{
    assert_int_equal(picture->format, MR_PICTURE_I420);
    assert_int_equal(picture->width, width);
    assert_int_equal(picture->height, height);
}

static void carries_the_times_over(void **state)
{
    (void)state;
    AVFrame *frame = frame_of_quarters(16, 16);
    struct mr_decoded decoded = { .frame = frame, .pts_us = 123, .captured_us = 456 };
    struct mr_picture *picture = convert(&decoded, 0, 0, MR_FIT_CONTAIN);
    assert_int_equal(picture->pts_us, 123);
    assert_int_equal(picture->captured_us, 456);
    mr_picture_unref(&picture);
    av_frame_free(&frame);
}

static void turns_pictures_upright(void **state)
{
    (void)state;
    const struct {
        int rotation;
        bool mirrored;
        unsigned quarters[4];
    } cases[] = {
        { 0, false, { RED, GREEN, BLUE, WHITE } },   { 90, false, { BLUE, RED, WHITE, GREEN } },
        { 180, false, { WHITE, BLUE, GREEN, RED } }, { 270, false, { GREEN, WHITE, RED, BLUE } },
        { 0, true, { GREEN, RED, WHITE, BLUE } },    { 90, true, { WHITE, GREEN, BLUE, RED } },
        { 180, true, { BLUE, WHITE, RED, GREEN } },  { 270, true, { RED, BLUE, GREEN, WHITE } },
    };
    const int sizes[][2] = { { 64, 32 }, { 97, 43 } };
    for (size_t i = 0; i < 16; i++) {
        int width = sizes[i / 8][0], height = sizes[i / 8][1];
        const unsigned *quarters = cases[i % 8].quarters;
        AVFrame *frame = frame_of_quarters(width, height);
        struct mr_decoded decoded = { .frame = frame,
                                      .rotation = cases[i % 8].rotation,
                                      .mirrored = cases[i % 8].mirrored };
        bool on_its_side = decoded.rotation % 180 != 0;
        struct mr_picture *picture = convert(&decoded, 0, 0, MR_FIT_CONTAIN);
        check_size(picture, on_its_side ? height : width, on_its_side ? width : height);
        check_quarters(picture, quarters[0], quarters[1], quarters[2], quarters[3]);
        mr_picture_unref(&picture);

        picture = convert(&decoded, 200, 200, MR_FIT_STRETCH);
        check_quarters(picture, quarters[0], quarters[1], quarters[2], quarters[3]);
        mr_picture_unref(&picture);
        av_frame_free(&frame);
    }
}

static void check_black(const struct mr_picture *picture, int x, int y, int width, int height)
{
    for (int row = y; row < y + height; row++)
        for (int column = x; column < x + width; column++)
            assert_int_equal(picture_colour(picture, column, row), BLACK);
}

static void puts_black_bars_around(void **state)
{
    (void)state;
    struct mr_picture *picture = convert_frame(frame_of_quarters(64, 64), 200, 100, MR_FIT_CONTAIN);
    check_black(picture, 0, 0, 50, 100);
    check_black(picture, 150, 0, 50, 100);
    picture_check_colour(picture, 52, 2, RED);
    picture_check_colour(picture, 147, 2, GREEN);
    picture_check_colour(picture, 52, 97, BLUE);
    picture_check_colour(picture, 147, 97, WHITE);
    mr_picture_unref(&picture);

    picture = convert_frame(frame_of_quarters(64, 64), 51, 101, MR_FIT_CONTAIN);
    check_black(picture, 0, 0, 51, 24);
    check_black(picture, 0, 76, 51, 25);
    picture_check_colour(picture, 2, 27, RED);
    picture_check_colour(picture, 48, 72, WHITE);
    mr_picture_unref(&picture);
}

/* The bars are there again when a slot is used again after another geometry. */
static void keeps_bars_black_from_frame_to_frame(void **state)
{
    (void)state;
    struct mr_converter *converter = make_converter(100, 100, MR_FIT_CONTAIN);
    AVFrame *square = frame_of_yuv(AV_PIX_FMT_YUV444P, 40, 40, 235, 128, 128);
    AVFrame *wide = frame_of_yuv(AV_PIX_FMT_YUV444P, 80, 40, 235, 128, 128);
    for (int i = 0; i < 6; i++) {
        struct mr_decoded decoded = { .frame = i % 2 == 0 ? square : wide };
        struct mr_picture *picture = run(converter, &decoded);
        picture_check_colour(picture, 50, 2, i % 2 == 0 ? WHITE : BLACK);
        picture_check_colour(picture, 50, 97, i % 2 == 0 ? WHITE : BLACK);
        picture_check_colour(picture, 50, 50, WHITE);
        mr_picture_unref(&picture);
    }
    av_frame_free(&square);
    av_frame_free(&wide);
    mr_converter_destroy(converter);
}

static void covers_by_cropping(void **state)
{
    (void)state;
    /* 120x40 at 40x40: the middle third, with the seam in its middle */
    struct mr_picture *picture = convert_frame(frame_of_quarters(120, 40), 40, 40, MR_FIT_COVER);
    check_size(picture, 40, 40);
    check_quarters(picture, RED, GREEN, BLUE, WHITE);
    picture_check_colour(picture, 16, 0, RED);
    picture_check_colour(picture, 23, 0, GREEN);
    mr_picture_unref(&picture);
}

static void squares_the_pixels(void **state)
{
    (void)state;
    AVFrame *frame = frame_of_quarters(32, 48);
    frame->sample_aspect_ratio = (AVRational){ 2, 1 };
    struct mr_picture *picture = convert_frame(frame, 0, 0, MR_FIT_CONTAIN);
    check_size(picture, 64, 48);
    check_quarters(picture, RED, GREEN, BLUE, WHITE);
    mr_picture_unref(&picture);
}

/* No edge, padding or rounding shows: every pixel of a plain frame has its colour. */
static void fills_pictures_of_every_size(void **state)
{
    (void)state;
    const enum AVPixelFormat formats[] = { AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV411P,
                                           AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV440P };
    for (int i = 0; i < 9 * 9 * 9 * 9; i += 7) {
        int width = 1 + i % 9, height = 1 + i / 9 % 9;
        AVFrame *frame = frame_of_yuv(formats[i % 4], width, height, 63, 102, 240);
        frame->colorspace = AVCOL_SPC_BT709;
        struct mr_decoded decoded = { .frame = frame, .rotation = i % 4 * 90, .mirrored = i % 3 };
        struct mr_picture *picture =
            convert(&decoded, 1 + i / 81 % 9, 1 + i / 729, i % 2 ? MR_FIT_STRETCH : MR_FIT_COVER);
        check_size(picture, 1 + i / 81 % 9, 1 + i / 729);
        picture_check_even(picture, RED);
        mr_picture_unref(&picture);
        av_frame_free(&frame);
    }
}

static void reads_frames_stored_upside_down(void **state)
{
    (void)state;
    AVFrame *frame = frame_of_quarters(30, 20);
    frame->data[0] += 19 * frame->linesize[0];
    frame->linesize[0] = -frame->linesize[0];
    struct mr_picture *picture = convert_frame(frame, 0, 0, MR_FIT_CONTAIN);
    check_quarters(picture, BLUE, WHITE, RED, GREEN);
    mr_picture_unref(&picture);

    frame = frame_of_yuv(AV_PIX_FMT_YUV420P, 64, 64, 235, 128, 128);
    memset(frame->data[0], 16, (size_t)frame->linesize[0] * 32);
    frame->data[0] += 63 * frame->linesize[0];
    frame->linesize[0] = -frame->linesize[0];
    picture = convert_frame(frame, 0, 0, MR_FIT_CONTAIN);
    check_quarters(picture, WHITE, WHITE, BLACK, BLACK);
    mr_picture_unref(&picture);
}

static void says_when_all_pictures_are_in_use(void **state)
{
    (void)state;
    struct mr_converter *converter = make_converter(0, 0, MR_FIT_CONTAIN);
    AVFrame *frame = frame_of_quarters(8, 8);
    struct mr_decoded decoded = { .frame = frame };
    struct mr_picture *a = run(converter, &decoded), *b = run(converter, &decoded), *c;
    assert_int_equal(mr_converter_run(converter, &decoded, &c, NULL), -EAGAIN);
    assert_null(c);
    mr_picture_unref(&a);
    c = run(converter, &decoded);
    mr_picture_unref(&b);
    mr_picture_unref(&c);
    av_frame_free(&frame);
    mr_converter_destroy(converter);
    mr_converter_destroy(NULL);
}

static void follows_changes_of_the_input(void **state)
{
    (void)state;
    struct mr_converter *converter = make_converter(0, 0, MR_FIT_CONTAIN);
    AVFrame *first = frame_of_quarters(40, 40);
    AVFrame *second = frame_of_yuv(AV_PIX_FMT_YUV420P, 80, 60, 235, 128, 128);
    struct mr_picture *before = run(converter, &(struct mr_decoded){ .frame = first });
    struct mr_picture *after = run(converter, &(struct mr_decoded){ .frame = second });
    check_size(before, 40, 40);
    check_quarters(before, RED, GREEN, BLUE, WHITE);
    check_size(after, 80, 60);
    picture_check_even(after, WHITE);
    mr_picture_unref(&after);

    second->color_range = AVCOL_RANGE_JPEG;
    after = run(converter, &(struct mr_decoded){ .frame = second });
    picture_check_even(after, 0xebebeb);
    mr_picture_unref(&before);
    mr_picture_unref(&after);
    av_frame_free(&first);
    av_frame_free(&second);
    mr_converter_destroy(converter);
}

static void names_formats_it_cannot_read(void **state)
{
    (void)state;
    struct mr_converter *converter = make_converter(0, 0, MR_FIT_CONTAIN);
    AVFrame *frame = av_frame_alloc();
    frame->format = AV_PIX_FMT_VAAPI;
    frame->width = frame->height = 64;
    struct mr_picture *picture;
    struct mr_error error = { 0 };
    struct mr_decoded decoded = { .frame = frame };
    assert_int_equal(mr_converter_run(converter, &decoded, &picture, &error), -ENOTSUP);
    assert_null(picture);
    assert_non_null(strstr(error.text, "vaapi"));
    av_frame_free(&frame);
    mr_converter_destroy(converter);
}

RUN_TESTS(cmocka_unit_test(carries_the_times_over), cmocka_unit_test(turns_pictures_upright),
          cmocka_unit_test(puts_black_bars_around),
          cmocka_unit_test(keeps_bars_black_from_frame_to_frame),
          cmocka_unit_test(covers_by_cropping), cmocka_unit_test(squares_the_pixels),
          cmocka_unit_test(fills_pictures_of_every_size),
          cmocka_unit_test(reads_frames_stored_upside_down),
          cmocka_unit_test(says_when_all_pictures_are_in_use),
          cmocka_unit_test(follows_changes_of_the_input),
          cmocka_unit_test(names_formats_it_cannot_read))

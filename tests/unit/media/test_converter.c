/* The converter on frames made here: where pixels go, and what colour they have. */
#include "media/converter.h"

#include "support/check.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

enum { RED = 0xff0000, GREEN = 0x00ff00, BLUE = 0x0000ff, WHITE = 0xffffff, BLACK = 0 };

/* RED GREEN
 * BLUE WHITE */
static AVFrame *paint_quarters(int width, int height)
{
    const unsigned colours[] = { RED, GREEN, BLUE, WHITE };
    AVFrame *frame = av_frame_alloc();
    frame->format = AV_PIX_FMT_RGB24;
    frame->width = width;
    frame->height = height;
    assert_int_equal(av_frame_get_buffer(frame, 1), 0);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            unsigned colour = colours[(x * 2 >= width) + 2 * (y * 2 >= height)];
            uint8_t *pixel = frame->data[0] + y * frame->linesize[0] + x * 3;
            pixel[0] = (uint8_t)(colour >> 16);
            pixel[1] = (uint8_t)(colour >> 8);
            pixel[2] = (uint8_t)colour;
        }
    }
    return frame;
}

static AVFrame *fill_yuv(enum AVPixelFormat format, int width, int height, int y, int cb, int cr)
{
    AVFrame *frame = av_frame_alloc();
    frame->format = format;
    frame->width = width;
    frame->height = height;
    assert_int_equal(av_frame_get_buffer(frame, 1), 0);
    const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(format);
    const int values[3] = { y, cb, cr };
    for (int i = 0; i < descriptor->nb_components; i++) {
        int rows = i == 0 ? height : AV_CEIL_RSHIFT(height, descriptor->log2_chroma_h);
        memset(frame->data[i], values[i], (size_t)frame->linesize[i] * (size_t)rows);
    }
    return frame;
}

static struct mr_converter *make_converter(int width, int height, enum mr_fit fit)
{
    struct mr_converter_options options = { { width, height }, fit, 2 };
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

static uint8_t clamp(double value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + 0.5);
}

static unsigned colour_at(const struct mr_picture *picture, int x, int y)
{
    double luma = picture->plane[0][y * picture->stride_bytes[0] + x];
    double cb = picture->plane[1][y / 2 * picture->stride_bytes[1] + x / 2] - 128.0;
    double cr = picture->plane[2][y / 2 * picture->stride_bytes[2] + x / 2] - 128.0;
    unsigned r = clamp(luma + 1.402 * cr), b = clamp(luma + 1.772 * cb);
    unsigned g = clamp(luma - 0.344136 * cb - 0.714136 * cr);
    return r << 16 | g << 8 | b;
}

static void check_colour(const struct mr_picture *picture, int x, int y, unsigned wanted)
{
    unsigned colour = colour_at(picture, x, y);
    for (int shift = 0; shift < 24; shift += 8)
        if (abs((int)(colour >> shift & 255) - (int)(wanted >> shift & 255)) > 3)
            fail_msg("%06x at %d,%d, not %06x", colour, x, y, wanted);
}

static void check_quarters(const struct mr_picture *picture, unsigned top_left, unsigned top_right,
                           unsigned bottom_left, unsigned bottom_right)
{
    int x = picture->width / 4, y = picture->height / 4;
    check_colour(picture, x, y, top_left);
    check_colour(picture, picture->width - 1 - x, y, top_right);
    check_colour(picture, x, picture->height - 1 - y, bottom_left);
    check_colour(picture, picture->width - 1 - x, picture->height - 1 - y, bottom_right);
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
    AVFrame *frame = paint_quarters(16, 16);
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
        AVFrame *frame = paint_quarters(width, height);
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
            assert_int_equal(colour_at(picture, column, row), BLACK);
}

static void puts_black_bars_around(void **state)
{
    (void)state;
    struct mr_picture *picture = convert_frame(paint_quarters(64, 64), 200, 100, MR_FIT_CONTAIN);
    check_black(picture, 0, 0, 50, 100);
    check_black(picture, 150, 0, 50, 100);
    check_colour(picture, 52, 2, RED);
    check_colour(picture, 147, 2, GREEN);
    check_colour(picture, 52, 97, BLUE);
    check_colour(picture, 147, 97, WHITE);
    mr_picture_unref(&picture);

    picture = convert_frame(paint_quarters(64, 64), 51, 101, MR_FIT_CONTAIN);
    check_black(picture, 0, 0, 51, 24);
    check_black(picture, 0, 76, 51, 25);
    check_colour(picture, 2, 27, RED);
    check_colour(picture, 48, 72, WHITE);
    mr_picture_unref(&picture);
}

/* The bars are there again when a slot is used again after another geometry. */
static void keeps_bars_black_from_frame_to_frame(void **state)
{
    (void)state;
    struct mr_converter *converter = make_converter(100, 100, MR_FIT_CONTAIN);
    AVFrame *square = fill_yuv(AV_PIX_FMT_YUV444P, 40, 40, 235, 128, 128);
    AVFrame *wide = fill_yuv(AV_PIX_FMT_YUV444P, 80, 40, 235, 128, 128);
    for (int i = 0; i < 6; i++) {
        struct mr_decoded decoded = { .frame = i % 2 == 0 ? square : wide };
        struct mr_picture *picture = run(converter, &decoded);
        check_colour(picture, 50, 2, i % 2 == 0 ? WHITE : BLACK);
        check_colour(picture, 50, 97, i % 2 == 0 ? WHITE : BLACK);
        check_colour(picture, 50, 50, WHITE);
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
    struct mr_picture *picture = convert_frame(paint_quarters(120, 40), 40, 40, MR_FIT_COVER);
    check_size(picture, 40, 40);
    check_quarters(picture, RED, GREEN, BLUE, WHITE);
    check_colour(picture, 16, 0, RED);
    check_colour(picture, 23, 0, GREEN);
    mr_picture_unref(&picture);
}

static void squares_the_pixels(void **state)
{
    (void)state;
    AVFrame *frame = paint_quarters(32, 48);
    frame->sample_aspect_ratio = (AVRational){ 2, 1 };
    struct mr_picture *picture = convert_frame(frame, 0, 0, MR_FIT_CONTAIN);
    check_size(picture, 64, 48);
    check_quarters(picture, RED, GREEN, BLUE, WHITE);
    mr_picture_unref(&picture);
}

static void check_even_colour(const struct mr_picture *picture, unsigned colour)
{
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            check_colour(picture, x, y, colour);
}

/* No edge, padding or rounding shows: every pixel of a plain frame has its colour. */
static void fills_pictures_of_every_size(void **state)
{
    (void)state;
    const enum AVPixelFormat formats[] = { AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV411P,
                                           AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV440P };
    for (int i = 0; i < 9 * 9 * 9 * 9; i += 7) {
        int width = 1 + i % 9, height = 1 + i / 9 % 9;
        AVFrame *frame = fill_yuv(formats[i % 4], width, height, 63, 102, 240);
        frame->colorspace = AVCOL_SPC_BT709;
        struct mr_decoded decoded = { .frame = frame, .rotation = i % 4 * 90, .mirrored = i % 3 };
        struct mr_picture *picture =
            convert(&decoded, 1 + i / 81 % 9, 1 + i / 729, i % 2 ? MR_FIT_STRETCH : MR_FIT_COVER);
        check_size(picture, 1 + i / 81 % 9, 1 + i / 729);
        check_even_colour(picture, RED);
        mr_picture_unref(&picture);
        av_frame_free(&frame);
    }
}

static void check_yuv(enum AVPixelFormat format, int width, int height, enum AVColorSpace matrix,
                      enum AVColorRange range, const int yuv[3], unsigned colour)
{
    AVFrame *frame = fill_yuv(format, width, height, yuv[0], yuv[1], yuv[2]);
    frame->colorspace = matrix;
    frame->color_range = range;
    struct mr_picture *picture = convert_frame(frame, 32, 32, MR_FIT_STRETCH);
    check_even_colour(picture, colour);
    mr_picture_unref(&picture);
}

static void honours_matrix_and_range(void **state)
{
    (void)state;
    const int red_601[] = { 81, 90, 240 }, red_709[] = { 63, 102, 240 };
    const int red_601_full[] = { 76, 85, 255 }, red_709_full[] = { 54, 99, 255 };
    const int white[] = { 235, 128, 128 }, black[] = { 16, 128, 128 };
    const int white_full[] = { 255, 128, 128 };
    const enum AVPixelFormat p420 = AV_PIX_FMT_YUV420P, j420 = AV_PIX_FMT_YUVJ420P;
    const enum AVColorRange tv = AVCOL_RANGE_MPEG, pc = AVCOL_RANGE_JPEG;
    check_yuv(p420, 64, 64, AVCOL_SPC_SMPTE170M, tv, red_601, RED);
    check_yuv(p420, 64, 64, AVCOL_SPC_BT470BG, tv, red_601, RED);
    check_yuv(p420, 64, 64, AVCOL_SPC_BT709, tv, red_709, RED);
    check_yuv(p420, 64, 64, AVCOL_SPC_BT470BG, pc, red_601_full, RED);
    check_yuv(p420, 64, 64, AVCOL_SPC_BT709, pc, red_709_full, RED);
    check_yuv(j420, 64, 64, AVCOL_SPC_BT470BG, AVCOL_RANGE_UNSPECIFIED, red_601_full, RED);
    check_yuv(p420, 64, 64, AVCOL_SPC_BT709, tv, white, WHITE);
    check_yuv(p420, 64, 64, AVCOL_SPC_BT709, tv, black, BLACK);
    check_yuv(p420, 64, 64, AVCOL_SPC_SMPTE170M, pc, white_full, WHITE);
    /* unsaid: limited, BT.601 when small and BT.709 when large */
    check_yuv(p420, 720, 576, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, red_601, RED);
    check_yuv(p420, 1280, 544, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, red_709, RED);
    check_yuv(p420, 960, 720, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, red_709, RED);
}

/* Luma of the right size is not resampled: each level goes where it belongs, next to its opposite.
 */
static void keeps_luma_of_the_same_size_sharp(void **state)
{
    (void)state;
    AVFrame *frame = fill_yuv(AV_PIX_FMT_YUV420P, 440, 2, 0, 128, 128);
    for (int x = 0; x < 440; x++)
        frame->data[0][x] = frame->data[0][frame->linesize[0] + x] =
            (uint8_t)(x % 2 == 0 ? 16 + x / 2 : 235 - x / 2);
    struct mr_picture *picture = convert_frame(frame, 0, 0, MR_FIT_CONTAIN);
    for (int x = 0; x < 440; x++) {
        int level = x % 2 == 0 ? x / 2 : 219 - x / 2;
        assert_int_equal(picture->plane[0][x], (level * 255 * 2 + 219) / (219 * 2));
    }
    mr_picture_unref(&picture);
}

static void passes_jpeg_planes_through(void **state)
{
    (void)state;
    for (int odd = 0; odd < 2; odd++) {
        AVFrame *frame = fill_yuv(AV_PIX_FMT_YUVJ420P, 50 + odd, 30 + odd, 0, 0, 0);
        for (int i = 0; i < 3; i++)
            for (int at = 0; at < frame->linesize[i] * (i == 0 ? 30 + odd : 15 + odd); at++)
                frame->data[i][at] = (uint8_t)rand();
        frame->chroma_location = AVCHROMA_LOC_CENTER;
        struct mr_decoded decoded = { .frame = frame };
        struct mr_picture *picture = convert(&decoded, 0, 0, MR_FIT_CONTAIN);
        for (int i = 0; i < 3; i++)
            for (int y = 0; y < (i == 0 ? 30 + odd : 15 + odd); y++)
                assert_memory_equal(picture->plane[i] + y * picture->stride_bytes[i],
                                    frame->data[i] + y * frame->linesize[i],
                                    i == 0 ? 50 + odd : 25 + odd);
        mr_picture_unref(&picture);
        av_frame_free(&frame);
    }
}

static void reads_frames_stored_upside_down(void **state)
{
    (void)state;
    AVFrame *frame = paint_quarters(30, 20);
    frame->data[0] += 19 * frame->linesize[0];
    frame->linesize[0] = -frame->linesize[0];
    struct mr_picture *picture = convert_frame(frame, 0, 0, MR_FIT_CONTAIN);
    check_quarters(picture, BLUE, WHITE, RED, GREEN);
    mr_picture_unref(&picture);

    frame = fill_yuv(AV_PIX_FMT_YUV420P, 64, 64, 235, 128, 128);
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
    AVFrame *frame = paint_quarters(8, 8);
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
    AVFrame *first = paint_quarters(40, 40);
    AVFrame *second = fill_yuv(AV_PIX_FMT_YUV420P, 80, 60, 235, 128, 128);
    struct mr_picture *before = run(converter, &(struct mr_decoded){ .frame = first });
    struct mr_picture *after = run(converter, &(struct mr_decoded){ .frame = second });
    check_size(before, 40, 40);
    check_quarters(before, RED, GREEN, BLUE, WHITE);
    check_size(after, 80, 60);
    check_even_colour(after, WHITE);
    mr_picture_unref(&after);

    second->color_range = AVCOL_RANGE_JPEG;
    after = run(converter, &(struct mr_decoded){ .frame = second });
    check_even_colour(after, 0xebebeb);
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

RUN_TESTS(
    cmocka_unit_test(carries_the_times_over), cmocka_unit_test(turns_pictures_upright),
    cmocka_unit_test(puts_black_bars_around),
    cmocka_unit_test(keeps_bars_black_from_frame_to_frame), cmocka_unit_test(covers_by_cropping),
    cmocka_unit_test(squares_the_pixels), cmocka_unit_test(fills_pictures_of_every_size),
    cmocka_unit_test(honours_matrix_and_range), cmocka_unit_test(keeps_luma_of_the_same_size_sharp),
    cmocka_unit_test(passes_jpeg_planes_through), cmocka_unit_test(reads_frames_stored_upside_down),
    cmocka_unit_test(says_when_all_pictures_are_in_use),
    cmocka_unit_test(follows_changes_of_the_input), cmocka_unit_test(names_formats_it_cannot_read))

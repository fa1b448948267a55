/* The converter on frames made here: what becomes of levels and colours. */
#include "media/convert/converter.h"

#include "support/check.h"
#include "support/frames.h"

#include <stdlib.h>

static struct mr_picture *convert(AVFrame *frame, int width, int height)
{
    struct mr_converter_options options = { .size = { width, height },
                                            .fit = MR_FIT_STRETCH,
                                            .slots = 1 };
    struct mr_decoded decoded = { .frame = frame };
    struct mr_converter *converter;
    struct mr_picture *picture;
    assert_int_equal(mr_converter_create(&options, &converter), 0);
    assert_int_equal(mr_converter_run(converter, &decoded, &picture, NULL), 0);
    mr_converter_destroy(converter);
    return picture;
}

static void check_yuv(enum AVPixelFormat format, int width, int height, enum AVColorSpace matrix,
                      enum AVColorRange range, const int yuv[3], unsigned colour)
{
    AVFrame *frame = frame_of_yuv(format, width, height, yuv[0], yuv[1], yuv[2]);
    frame->colorspace = matrix;
    frame->color_range = range;
    struct mr_picture *picture = convert(frame, 32, 32);
    picture_check_even(picture, colour);
    mr_picture_unref(&picture);
    av_frame_free(&frame);
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
    AVFrame *frame = frame_of_yuv(AV_PIX_FMT_YUV420P, 440, 2, 0, 128, 128);
    for (int x = 0; x < 440; x++)
        frame->data[0][x] = frame->data[0][frame->linesize[0] + x] =
            (uint8_t)(x % 2 == 0 ? 16 + x / 2 : 235 - x / 2);
    struct mr_picture *picture = convert(frame, 0, 0);
    for (int x = 0; x < 440; x++) {
        int level = x % 2 == 0 ? x / 2 : 219 - x / 2;
        assert_int_equal(picture->plane[0][x], (level * 255 * 2 + 219) / (219 * 2));
    }
    mr_picture_unref(&picture);
    av_frame_free(&frame);
}

/* MPEG's chroma lies on the left pixel of a pair, a picture's between the two: half a pixel on. */
static void moves_chroma_to_where_jpeg_has_it(void **state)
{
    (void)state;
    for (int centered = 0; centered < 2; centered++) {
        AVFrame *frame = frame_of_yuv(AV_PIX_FMT_YUV420P, 80, 8, 128, 128, 128);
        for (int y = 0; y < 4; y++)
            for (int x = 0; x < 40; x++)
                frame->data[1][y * frame->linesize[1] + x] = (uint8_t)(40 + 4 * x);
        frame->colorspace = AVCOL_SPC_SMPTE170M;
        frame->color_range = AVCOL_RANGE_JPEG;
        frame->chroma_location = centered ? AVCHROMA_LOC_CENTER : AVCHROMA_LOC_LEFT;
        struct mr_picture *picture = convert(frame, 0, 0);
        for (int x = 1; x < 39; x++)
            assert_int_equal(picture->plane[1][x], 40 + 4 * x + !centered);
        mr_picture_unref(&picture);
        av_frame_free(&frame);
    }
}

static void passes_jpeg_planes_through(void **state)
{
    (void)state;
    for (int odd = 0; odd < 2; odd++) {
        AVFrame *frame = frame_of_yuv(AV_PIX_FMT_YUVJ420P, 50 + odd, 30 + odd, 0, 0, 0);
        for (int i = 0; i < 3; i++)
            for (int at = 0; at < frame->linesize[i] * (i == 0 ? 30 + odd : 15 + odd); at++)
                frame->data[i][at] = (uint8_t)rand();
        frame->chroma_location = AVCHROMA_LOC_CENTER;
        struct mr_picture *picture = convert(frame, 0, 0);
        for (int i = 0; i < 3; i++)
            for (int y = 0; y < (i == 0 ? 30 + odd : 15 + odd); y++)
                assert_memory_equal(picture->plane[i] + y * picture->stride_bytes[i],
                                    frame->data[i] + y * frame->linesize[i],
                                    i == 0 ? 50 + odd : 25 + odd);
        mr_picture_unref(&picture);
        av_frame_free(&frame);
    }
}

RUN_TESTS(cmocka_unit_test(honours_matrix_and_range),
          cmocka_unit_test(keeps_luma_of_the_same_size_sharp),
          cmocka_unit_test(moves_chroma_to_where_jpeg_has_it),
          cmocka_unit_test(passes_jpeg_planes_through))

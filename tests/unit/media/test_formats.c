/* Every pixel format that libswscale can write is read back right: no channel swapped, no plane
 * shifted, no range forgotten. */
#include "media/convert/converter.h"

#include "support/check.h"

#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <stdlib.h>

static const uint8_t colours[4][3] = {
    { 200, 60, 30 }, { 40, 180, 90 }, { 20, 50, 220 }, { 230, 210, 120 }
};

static AVFrame *make_frame(enum AVPixelFormat format, int width, int height)
{
    AVFrame *frame = av_frame_alloc();
    frame->format = format;
    frame->width = width;
    frame->height = height;
    assert_int_equal(av_frame_get_buffer(frame, 1), 0);
    return frame;
}

static AVFrame *paint(int width, int height)
{
    AVFrame *frame = make_frame(AV_PIX_FMT_RGB24, width, height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++)
                frame->data[0][y * frame->linesize[0] + x * 3 + c] =
                    colours[(x * 2 >= width) + 2 * (y * 2 >= height)][c];
    return frame;
}

/* What the frame would be had a camera delivered it in `format`. */
static AVFrame *repaint(const AVFrame *rgb, enum AVPixelFormat format)
{
    struct SwsContext *sws =
        sws_getContext(rgb->width, rgb->height, rgb->format, rgb->width, rgb->height, format,
                       SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, NULL, NULL, NULL);
    if (sws == NULL)
        return NULL;
    AVFrame *frame = make_frame(format, rgb->width, rgb->height);
    sws_scale(sws, (const uint8_t *const *)rgb->data, rgb->linesize, 0, rgb->height, frame->data,
              frame->linesize);
    sws_freeContext(sws);
    return frame;
}

static int clamp(double value)
{
    return value < 0 ? 0 : value > 255 ? 255 : (int)(value + 0.5);
}

static void read_colour(const struct mr_picture *picture, int x, int y, int rgb[3])
{
    double luma = picture->plane[0][y * picture->stride_bytes[0] + x];
    double cb = picture->plane[1][y / 2 * picture->stride_bytes[1] + x / 2] - 128.0;
    double cr = picture->plane[2][y / 2 * picture->stride_bytes[2] + x / 2] - 128.0;
    rgb[0] = clamp(luma + 1.402 * cr);
    rgb[1] = clamp(luma - 0.344136 * cb - 0.714136 * cr);
    rgb[2] = clamp(luma + 1.772 * cb);
}

/* How far the coarsest component's levels lie apart, plus rounding on the way there and back. */
static int tolerance_of(const AVPixFmtDescriptor *descriptor)
{
    int depth = 8;
    for (int i = 0; i < descriptor->nb_components && i < 3; i++)
        if (descriptor->comp[i].depth < depth)
            depth = descriptor->comp[i].depth;
    return 4 + (255 >> depth);
}

static bool is_grey(const AVPixFmtDescriptor *descriptor)
{
    return descriptor->nb_components < 3 && !(descriptor->flags & AV_PIX_FMT_FLAG_PAL);
}

static void check_quarter(const struct mr_picture *picture, int quarter, const char *name,
                          bool grey, int tolerance)
{
    int x = quarter % 2 == 0 ? picture->width / 4 : picture->width - 1 - picture->width / 4;
    int y = quarter / 2 == 0 ? picture->height / 4 : picture->height - 1 - picture->height / 4;
    const uint8_t *colour = colours[quarter];
    int luma = clamp(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]);
    int rgb[3];
    read_colour(picture, x, y, rgb);
    for (int c = 0; c < 3; c++) {
        int wanted = grey ? luma : colour[c];
        if (abs(rgb[c] - wanted) > tolerance)
            fail_msg("%s %dx%d: %d,%d,%d at %d,%d; channel %d should be %d", name, picture->width,
                     picture->height, rgb[0], rgb[1], rgb[2], x, y, c, wanted);
    }
}

static void check_format(enum AVPixelFormat format, const AVFrame *rgb)
{
    const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(format);
    AVFrame *frame = repaint(rgb, format);
    if (frame == NULL)
        return;
    if (is_grey(descriptor) && (descriptor->flags & AV_PIX_FMT_FLAG_FLOAT))
        frame->color_range = AVCOL_RANGE_MPEG; /* a quirk of libswscale's, for grey floats only */
    struct mr_converter_options options = { .fit = MR_FIT_CONTAIN, .slots = 1 };
    struct mr_converter *converter;
    assert_int_equal(mr_converter_create(&options, &converter), 0);
    struct mr_picture *picture;
    struct mr_error error = { 0 };
    struct mr_decoded decoded = { .frame = frame };
    if (mr_converter_run(converter, &decoded, &picture, &error) != 0)
        fail_msg("%s: %s", descriptor->name, error.text);

    int tolerance = tolerance_of(descriptor);
    bool dithered = tolerance > 30; /* too few levels to tell colours from single pixels */
    for (int quarter = 0; quarter < 4 && !dithered; quarter++)
        check_quarter(picture, quarter, descriptor->name, is_grey(descriptor), tolerance);
    mr_picture_unref(&picture);
    mr_converter_destroy(converter);
    av_frame_free(&frame);
}

static int check_all_formats(int width, int height)
{
    AVFrame *rgb = paint(width, height);
    int formats = 0;
    const AVPixFmtDescriptor *descriptor = NULL;
    while ((descriptor = av_pix_fmt_desc_next(descriptor)) != NULL) {
        enum AVPixelFormat format = av_pix_fmt_desc_get_id(descriptor);
        if (!sws_isSupportedOutput(format) || !sws_isSupportedInput(format))
            continue;
        check_format(format, rgb);
        formats++;
    }
    av_frame_free(&rgb);
    return formats;
}

static void reads_all_formats(void **state)
{
    (void)state;
    assert_true(check_all_formats(64, 48) > 150);
}

static void reads_all_formats_in_odd_sizes(void **state)
{
    (void)state;
    assert_true(check_all_formats(67, 45) > 150);
}

RUN_TESTS(cmocka_unit_test(reads_all_formats), cmocka_unit_test(reads_all_formats_in_odd_sizes))

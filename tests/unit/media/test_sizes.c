/* Sizes and fits in all combinations, from 1x1 to 8K: where the bars are, what is cropped, and what
 * size comes out. */
#include "media/convert/converter.h"
#include "media/jpeg/jpeg.h"

#include "support/check.h"
#include "support/frames.h"
#include "support/picture_compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* From a pixel's exact place to where it is: chroma is shared by pairs, and bars of one are none. */
#define SLACK 2

struct shape {
    int width, height;
    int sar_num, sar_den;
    int rotation;
    bool mirrored;
    struct mr_size wish;
    enum mr_fit fit;
};

static const char *describe(const struct shape *shape)
{
    static char text[200];
    static const char *const fits[] = { "contain", "cover", "stretch" };
    snprintf(text, sizeof(text), "%dx%d, pixels of %d:%d, turned by %d%s, %s in %dx%d",
             shape->width, shape->height, shape->sar_num, shape->sar_den, shape->rotation,
             shape->mirrored ? ", mirrored" : "", fits[shape->fit], shape->wish.width,
             shape->wish.height);
    return text;
}

static struct mr_picture *convert(const struct shape *shape, AVFrame *frame)
{
    struct mr_converter_options options = { .size = shape->wish, .fit = shape->fit, .slots = 1 };
    struct mr_converter *converter;
    struct mr_picture *picture;
    struct mr_error error = { 0 };
    frame->sample_aspect_ratio = (AVRational){ shape->sar_num, shape->sar_den };
    struct mr_decoded decoded = { .frame = frame,
                                  .rotation = shape->rotation,
                                  .mirrored = shape->mirrored };
    assert_int_equal(mr_converter_create(&options, &converter), 0);
    if (mr_converter_run(converter, &decoded, &picture, &error) != 0)
        fail_msg("%s: %s", describe(shape), error.text);
    mr_converter_destroy(converter);
    av_frame_free(&frame);
    return picture;
}

/* What a viewer with a ruler would see: upright, square pixels. */
static void natural(const struct shape *shape, double *width, double *height)
{
    double wide = (double)shape->width * shape->sar_num / shape->sar_den;
    bool on_its_side = shape->rotation % 180 != 0;
    *width = on_its_side ? shape->height : wide;
    *height = on_its_side ? wide : shape->height;
}

struct box {
    int left, top, right, bottom; /* right and bottom: the first that do not belong to it */
};

/* The sides of the image in the picture as they would be with pixels as small as one likes. */
static void ideal(const struct shape *shape, double *width, double *height)
{
    natural(shape, width, height);
    double scale = fmin(shape->wish.width / *width, shape->wish.height / *height);
    *width = shape->fit == MR_FIT_CONTAIN ? *width * scale : shape->wish.width;
    *height = shape->fit == MR_FIT_CONTAIN ? *height * scale : shape->wish.height;
}

static bool is_bar(const struct mr_picture *picture, int x, int y)
{
    return picture->plane[0][y * picture->stride_bytes[0] + x] == 0 &&
           picture->plane[1][y / 2 * picture->stride_bytes[1] + x / 2] == 128 &&
           picture->plane[2][y / 2 * picture->stride_bytes[2] + x / 2] == 128;
}

/* Where the image is, which nowhere is black. */
static struct box find_image(const struct mr_picture *picture)
{
    struct box box = { picture->width, picture->height, 0, 0 };
    for (int y = 0; y < picture->height; y++) {
        for (int x = 0; x < picture->width; x++) {
            if (is_bar(picture, x, y))
                continue;
            box.left = x < box.left ? x : box.left;
            box.top = y < box.top ? y : box.top;
            box.right = x >= box.right ? x + 1 : box.right;
            box.bottom = y + 1;
        }
    }
    return box;
}

static void check_side(const struct shape *shape, int first, int end, int whole, double wanted)
{
    double length = end - first, fault = fabs(length - fmax(wanted, 1));
    int middle = abs(first - (whole - end));
    if (fault > SLACK || middle > SLACK)
        fail_msg("%s: an image from %d to %d of %d, which is to be %.1f long", describe(shape),
                 first, end, whole, wanted);
}

/* Nothing but the colour in the box, nothing but black around it. */
static void check_plain(const struct shape *shape)
{
    AVFrame *frame = frame_of_yuv(AV_PIX_FMT_YUV444P, shape->width, shape->height, 63, 102, 240);
    frame->colorspace = AVCOL_SPC_BT709;
    struct mr_picture *picture = convert(shape, frame);
    assert_int_equal(picture->width, shape->wish.width);
    assert_int_equal(picture->height, shape->wish.height);
    struct box box = find_image(picture);
    double width, height;
    ideal(shape, &width, &height);
    check_side(shape, box.left, box.right, picture->width, width);
    check_side(shape, box.top, box.bottom, picture->height, height);
    for (int y = 0; y < picture->height; y++) {
        for (int x = 0; x < picture->width; x++) {
            bool inside = x >= box.left && x < box.right && y >= box.top && y < box.bottom;
            if (is_bar(picture, x, y) == inside)
                fail_msg("%s: %d,%d is %s", describe(shape), x, y, inside ? "black" : "not black");
            if (inside)
                picture_check_colour(picture, x, y, RED);
        }
    }
    mr_picture_unref(&picture);
}

/* Which share of the upright image is seen along each axis. */
static void visible(const struct shape *shape, double *across, double *down)
{
    double width, height;
    natural(shape, &width, &height);
    double scale = fmax(shape->wish.width / width, shape->wish.height / height);
    *across = shape->fit == MR_FIT_COVER ? shape->wish.width / (width * scale) : 1;
    *down = shape->fit == MR_FIT_COVER ? shape->wish.height / (height * scale) : 1;
}

static AVFrame *frame_of_ramp(const struct shape *shape, bool along_rows)
{
    AVFrame *frame = frame_of_yuv(AV_PIX_FMT_YUV444P, shape->width, shape->height, 0, 128, 128);
    frame->color_range = AVCOL_RANGE_JPEG;
    for (int y = 0; y < shape->height; y++)
        for (int x = 0; x < shape->width; x++)
            frame->data[0][y * frame->linesize[0] + x] = (uint8_t)lround(
                40 + 200 * (along_rows ? (x + 0.5) / shape->width : (y + 0.5) / shape->height));
    return frame;
}

/* A ramp along an axis of what is stored lies along one of the picture, and may run backwards; it
 * tells what is at each end of the image. */
static void check_ramp(const struct shape *shape, bool along_rows)
{
    struct mr_picture *picture = convert(shape, frame_of_ramp(shape, along_rows));
    struct box box = find_image(picture);
    bool across = along_rows == (shape->rotation % 180 == 0);
    bool backwards = along_rows ? (shape->rotation >= 180) != shape->mirrored
                                : shape->rotation == 90 || shape->rotation == 180;
    double share_across, share_down;
    visible(shape, &share_across, &share_down);
    double share = across ? share_across : share_down;
    int first = across ? box.left : box.top, end = across ? box.right : box.bottom;
    int other = across ? (box.top + box.bottom) / 2 : (box.left + box.right) / 2;
    double step =
        200.0 * share / (end - first) + 200.0 / (along_rows ? shape->width : shape->height);
    for (int i = first; i < end; i++) {
        double place = (i + 0.5 - first) / (end - first) * share + (1 - share) / 2;
        double wanted = 40 + 200 * (backwards ? 1 - place : place);
        int x = across ? i : other, y = across ? other : i;
        double level = picture->plane[0][y * picture->stride_bytes[0] + x];
        if (fabs(level - wanted) > 1 + step)
            fail_msg("%s: %.0f at %d,%d, not %.0f", describe(shape), level, x, y, wanted);
    }
    mr_picture_unref(&picture);
}

static void check_every_turn(struct shape shape)
{
    for (int turn = 0; turn < 8; turn++) {
        shape.rotation = turn / 2 * 90;
        shape.mirrored = turn % 2 == 1;
        for (int fit = MR_FIT_CONTAIN; fit <= MR_FIT_STRETCH; fit++) {
            shape.fit = (enum mr_fit)fit;
            check_plain(&shape);
            check_ramp(&shape, true);
            check_ramp(&shape, false);
        }
    }
}

static void fits_every_shape_into_every_size(void **state)
{
    (void)state;
    const struct mr_size inputs[] = { { 64, 48 }, { 97, 43 }, { 33, 100 }, { 1, 1 },
                                      { 2, 50 },  { 50, 1 },  { 120, 120 } };
    const struct mr_size wishes[] = { { 200, 100 }, { 101, 101 }, { 51, 120 }, { 1, 1 },
                                      { 3, 90 },    { 64, 48 },   { 130, 2 } };
    const int aspects[][2] = { { 1, 1 }, { 2, 1 }, { 8, 15 } };
    for (size_t input = 0; input < 7; input++) {
        for (size_t wish = 0; wish < 7; wish++) {
            const int *aspect = aspects[(input + wish) % 3];
            check_every_turn((struct shape){ .width = inputs[input].width,
                                             .height = inputs[input].height,
                                             .sar_num = aspect[0],
                                             .sar_den = aspect[1],
                                             .wish = wishes[wish] });
        }
    }
}

RUN_TESTS(cmocka_unit_test(fits_every_shape_into_every_size))

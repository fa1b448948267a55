#include "media/convert/flatten.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <stdbool.h>
#include <stdlib.h>

#define PALETTE_COLORS 256
#define OPAQUE         255
#define NEARLY_OPAQUE  253 /* what conversions make of it */

struct mr_flatten {
    uint8_t background[3]; /* blue, green, red, as in BGRA */
    struct SwsContext *scaler;
    AVFrame *flat; /* BGRA, then BGR0; no buffer before the first transparent frame */
};

struct mr_flatten *mr_flatten_create(uint32_t background)
{
    struct mr_flatten *flatten = calloc(1, sizeof(*flatten));
    if (flatten == NULL)
        return NULL;
    for (int i = 0; i < 3; i++)
        flatten->background[i] = (uint8_t)(background >> 8 * i);
    flatten->flat = av_frame_alloc();
    if (flatten->flat == NULL) {
        free(flatten);
        return NULL;
    }
    return flatten;
}

void mr_flatten_destroy(struct mr_flatten *flatten)
{
    if (flatten == NULL)
        return;
    sws_freeContext(flatten->scaler);
    av_frame_free(&flatten->flat);
    free(flatten);
}

/* The smallest and the largest alpha of a frame. */
struct span {
    uint8_t least, most;
};

static void widen_span(struct span *span, const uint8_t *alpha, int count)
{
    uint8_t least = span->least, most = span->most;
    for (int i = 0; i < count; i++) {
        uint8_t value = alpha[4 * i];
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    *span = (struct span){ least, most };
}

/* in: frame: four bytes a pixel; alpha: the byte among them */
static struct span measure(const AVFrame *frame, int alpha)
{
    struct span span = { OPAQUE, 0 };
    for (int y = 0; y < frame->height; y++)
        widen_span(&span, frame->data[0] + y * frame->linesize[0] + alpha, frame->width);
    return span;
}

static bool is_mixed(struct span span)
{
    return span.least < NEARLY_OPAQUE && span.most > OPAQUE - NEARLY_OPAQUE;
}

/* Whether a frame may be transparent somewhere, found without converting it. */
static bool may_be_transparent(const AVFrame *frame)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
    if (format == NULL || !(format->flags & AV_PIX_FMT_FLAG_ALPHA) ||
        (format->flags & AV_PIX_FMT_FLAG_HWACCEL))
        return false;
    if (format->flags & AV_PIX_FMT_FLAG_PAL) {
        struct span span = { OPAQUE, 0 };
        widen_span(&span, frame->data[1] + 3,
                   PALETTE_COLORS); /* words of 0xAARRGGBB, little-endian */
        return span.least < OPAQUE;
    }
    bool bytes = format->nb_components == 4 && format->comp[3].step == 4 &&
                 format->comp[3].plane == 0 && format->comp[3].depth == 8;
    return !bytes || is_mixed(measure(frame, format->comp[3].offset));
}

static int give_buffer(AVFrame *flat, const AVFrame *frame)
{
    bool fits =
        flat->buf[0] != NULL && flat->width == frame->width && flat->height == frame->height;
    if (!fits)
        av_frame_unref(flat);
    flat->format = AV_PIX_FMT_BGRA;
    if (fits)
        return 0;
    flat->width = frame->width;
    flat->height = frame->height;
    return av_frame_get_buffer(flat, 0) < 0 ? -ENOMEM : 0;
}

/* To BGRA, with the frame's own matrix and range. */
static int convert_to_bgra(struct mr_flatten *flatten, const AVFrame *frame)
{
    AVFrame *flat = flatten->flat;
    const int *matrix = sws_getCoefficients(frame->colorspace);
    flatten->scaler = sws_getCachedContext(
        flatten->scaler, frame->width, frame->height, frame->format, frame->width, frame->height,
        AV_PIX_FMT_BGRA, SWS_POINT | SWS_ACCURATE_RND, NULL, NULL, NULL);
    if (flatten->scaler == NULL)
        return -ENOTSUP;
    sws_setColorspaceDetails(flatten->scaler, matrix, frame->color_range == AVCOL_RANGE_JPEG,
                             matrix, 1, 0, 1 << 16, 1 << 16);
    int rows = sws_scale(flatten->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0,
                         frame->height, flat->data, flat->linesize);
    return rows == frame->height ? 0 : -ENOTSUP;
}

/* Straight alpha: the colour counts by its share, the background by the rest. */
static void lay_on(uint8_t *pixels, int count, const uint8_t background[3])
{
    for (int i = 0; i < count; i++, pixels += 4)
        for (int channel = 0; channel < 3; channel++) {
            int sum = pixels[channel] * pixels[3] + background[channel] * (OPAQUE - pixels[3]);
            pixels[channel] = (uint8_t)((sum + OPAQUE / 2) / OPAQUE);
        }
}

int mr_flatten_run(struct mr_flatten *flatten, const AVFrame *frame, const AVFrame **result)
{
    AVFrame *flat = flatten->flat;
    *result = frame;
    if (!may_be_transparent(frame))
        return 0;
    int failed = give_buffer(flat, frame);
    if (!failed)
        failed = convert_to_bgra(flatten, frame);
    if (failed || !is_mixed(measure(flat, 3)))
        return failed;
    for (int y = 0; y < flat->height; y++)
        lay_on(flat->data[0] + y * flat->linesize[0], flat->width, flatten->background);
    if (av_frame_copy_props(flat, frame) < 0)
        return -ENOMEM;
    flat->format = AV_PIX_FMT_BGR0;
    flat->color_range = AVCOL_RANGE_JPEG;
    flat->colorspace = AVCOL_SPC_RGB;
    *result = flat;
    return 0;
}

#include "media/convert/unpacker.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <libyuv/planar_functions.h>

/* Where component i (Y Cb Cr or R G B) begins in a frame. */
static uint8_t *component(const AVFrame *frame, int i, ptrdiff_t *stride_bytes)
{
    const AVComponentDescriptor *comp = &av_pix_fmt_desc_get(frame->format)->comp[i];
    *stride_bytes = frame->linesize[comp->plane];
    return frame->data[comp->plane] + comp->offset;
}

static int configure_sws(struct mr_unpacker *unpacker)
{
    const struct mr_layout *layout = &unpacker->layout;
    sws_freeContext(unpacker->sws);
    unpacker->sws = sws_getContext(
        layout->width, layout->height, layout->format, layout->width, layout->height,
        layout->planar, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, NULL, NULL, NULL);
    if (unpacker->sws == NULL)
        return -ENOTSUP;
    /* matrix and range stay as they are: the rest of the way is zimg's */
    const int *same = sws_getCoefficients(SWS_CS_DEFAULT);
    int full = layout->range == ZIMG_RANGE_FULL;
    sws_setColorspaceDetails(unpacker->sws, same, full, same, full, 0, 1 << 16, 1 << 16);
    return 0;
}

int mr_unpacker_configure(struct mr_unpacker *unpacker, const struct mr_layout *layout)
{
    unpacker->layout = *layout;
    int width_bytes[3], rows[3];
    for (int i = 0; i < layout->planes; i++) {
        width_bytes[i] = mr_layout_plane_width(layout, i, true) * layout->bytes;
        rows[i] = mr_layout_plane_height(layout, i, true);
    }
    int failed = mr_planes_shape_scratch(&unpacker->scratch, layout->planes, width_bytes, rows);
    if (failed || layout->storage != MR_STORAGE_FOREIGN)
        return failed;
    return configure_sws(unpacker);
}

void mr_unpacker_finish(struct mr_unpacker *unpacker)
{
    sws_freeContext(unpacker->sws);
    mr_planes_finish_scratch(&unpacker->scratch);
    *unpacker = (struct mr_unpacker){ 0 };
}

/* The padding of plane i, once its samples are in scratch memory. */
static void extend(const struct mr_unpacker *unpacker, int i)
{
    const struct mr_layout *layout = &unpacker->layout;
    const struct mr_planes *to = &unpacker->scratch.planes;
    mr_planes_extend(
        to->data[i], to->stride_bytes[i], layout->bytes, mr_layout_plane_width(layout, i, false),
        mr_layout_plane_height(layout, i, false), mr_layout_plane_width(layout, i, true),
        mr_layout_plane_height(layout, i, true));
}

static bool needs_padding(const struct mr_layout *layout, int i)
{
    return mr_layout_plane_width(layout, i, true) != mr_layout_plane_width(layout, i, false) ||
           mr_layout_plane_height(layout, i, true) != mr_layout_plane_height(layout, i, false);
}

/* A plane as the frame has it, copied only if it lies badly. */
static void take_plane(struct mr_unpacker *unpacker, const AVFrame *frame, int i,
                       struct mr_planes *planes)
{
    const struct mr_layout *layout = &unpacker->layout;
    const struct mr_planes *scratch = &unpacker->scratch.planes;
    int width = mr_layout_plane_width(layout, i, false);
    planes->data[i] = component(frame, i, &planes->stride_bytes[i]);
    if (mr_planes_aligned(planes, i) && width >= MR_PLANES_NARROW && !needs_padding(layout, i))
        return;
    CopyPlane(planes->data[i], (int)planes->stride_bytes[i], scratch->data[i],
              (int)scratch->stride_bytes[i], width * layout->bytes,
              mr_layout_plane_height(layout, i, false));
    extend(unpacker, i);
    planes->data[i] = scratch->data[i];
    planes->stride_bytes[i] = scratch->stride_bytes[i];
}

static void split_pairs(struct mr_unpacker *unpacker, const AVFrame *frame)
{
    const struct mr_layout *layout = &unpacker->layout;
    const struct mr_planes *to = &unpacker->scratch.planes;
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
    int first = format->comp[1].offset < format->comp[2].offset ? 1 : 2, second = 3 - first;
    int width = mr_layout_plane_width(layout, 1, false);
    int height = mr_layout_plane_height(layout, 1, false);
    if (layout->bytes == 1) {
        SplitUVPlane(frame->data[1], frame->linesize[1], to->data[first],
                     (int)to->stride_bytes[first], to->data[second], (int)to->stride_bytes[second],
                     width, height);
        return;
    }
    SplitUVPlane_16((const uint16_t *)frame->data[1], frame->linesize[1] / 2,
                    (uint16_t *)to->data[first], (int)to->stride_bytes[first] / 2,
                    (uint16_t *)to->data[second], (int)to->stride_bytes[second] / 2, width, height,
                    16);
}

static void split_422(struct mr_unpacker *unpacker, const AVFrame *frame)
{
    const struct mr_layout *layout = &unpacker->layout;
    const struct mr_planes *to = &unpacker->scratch.planes;
    int first = layout->format == AV_PIX_FMT_YVYU422 ? 2 : 1, second = 3 - first;
    int (*split)(const uint8_t *, int, uint8_t *, int, uint8_t *, int, uint8_t *, int, int, int) =
        layout->format == AV_PIX_FMT_UYVY422 ? UYVYToI422 : YUY2ToI422;
    split(frame->data[0], frame->linesize[0], to->data[0], (int)to->stride_bytes[0],
          to->data[first], (int)to->stride_bytes[first], to->data[second],
          (int)to->stride_bytes[second], layout->width, layout->height);
}

/* The three colours are neighbours in every packed format; the fourth byte may come before them,
 * and then the last pixel's fourth byte is read from the padding that FFmpeg's buffers have. */
static void split_rgb(struct mr_unpacker *unpacker, const AVFrame *frame)
{
    const struct mr_layout *layout = &unpacker->layout;
    const struct mr_planes *to = &unpacker->scratch.planes;
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
    int first_byte =
        format->comp[0].step == 4 && format->comp[0].offset != 0 && format->comp[2].offset != 0;
    int order[3] = { 0, 1, 2 }; /* the component in each byte */
    for (int i = 0; i < 3; i++)
        order[format->comp[i].offset - first_byte] = i;

    const uint8_t *from = frame->data[0] + first_byte;
    uint8_t *a = to->data[order[0]], *b = to->data[order[1]], *c = to->data[order[2]];
    int stride = (int)to->stride_bytes[0]; /* one size, one stride */
    if (format->comp[0].step == 3)
        SplitRGBPlane(from, frame->linesize[0], a, stride, b, stride, c, stride, layout->width,
                      layout->height);
    else
        SplitARGBPlane(from, frame->linesize[0], c, stride, b, stride, a, stride, NULL, 0,
                       layout->width, layout->height);
}

static int convert_foreign(struct mr_unpacker *unpacker, const AVFrame *frame)
{
    const struct mr_layout *layout = &unpacker->layout;
    const struct mr_planes *to = &unpacker->scratch.planes;
    const AVPixFmtDescriptor *planar = av_pix_fmt_desc_get(layout->planar);
    uint8_t *data[4] = { NULL };
    int stride_bytes[4] = { 0 };
    for (int i = 0; i < layout->planes; i++) {
        data[planar->comp[i].plane] = to->data[i];
        stride_bytes[planar->comp[i].plane] = (int)to->stride_bytes[i];
    }
    int rows = sws_scale(unpacker->sws, (const uint8_t *const *)frame->data, frame->linesize, 0,
                         layout->height, data, stride_bytes);
    return rows == layout->height ? 0 : -EIO;
}

int mr_unpacker_run(struct mr_unpacker *unpacker, const AVFrame *frame, struct mr_planes *planes)
{
    int failed = 0;
    *planes = unpacker->scratch.planes;
    switch (unpacker->layout.storage) {
    case MR_STORAGE_PLANAR:
        for (int i = 0; i < unpacker->layout.planes; i++)
            take_plane(unpacker, frame, i, planes);
        return 0;
    case MR_STORAGE_SEMIPLANAR:
        take_plane(unpacker, frame, 0, planes);
        split_pairs(unpacker, frame);
        return 0;
    case MR_STORAGE_PACKED_422:
        split_422(unpacker, frame);
        break;
    case MR_STORAGE_PACKED_RGB:
        split_rgb(unpacker, frame);
        break;
    case MR_STORAGE_FOREIGN:
        failed = convert_foreign(unpacker, frame);
        break;
    }
    if (!failed && needs_padding(&unpacker->layout, 0))
        extend(unpacker, 0);
    return failed;
}

#include "media/convert/layout.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#define HD_WIDTH  1280
#define HD_HEIGHT 720

static bool is_yuvj(enum AVPixelFormat format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ411P:
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ444P:
        return true;
    default:
        return false;
    }
}

/* Component i alone in a plane, in samples of whole bytes, low bits used. */
static bool is_plain_plane(const AVPixFmtDescriptor *format, int i)
{
    const AVComponentDescriptor *component = &format->comp[i];
    int bytes = component->depth > 8 ? 2 : 1;
    for (int other = 0; other < i; other++)
        if (format->comp[other].plane == component->plane)
            return false;
    return component->step == bytes && component->offset == 0 && component->shift == 0 &&
           component->depth >= 8 && component->depth <= 16;
}

static bool is_planar(const AVPixFmtDescriptor *format)
{
    int colours = format->nb_components < 3 ? 1 : 3;
    for (int i = 0; i < colours; i++)
        if (!is_plain_plane(format, i))
            return false;
    return true;
}

static bool is_semiplanar(const AVPixFmtDescriptor *format)
{
    const AVComponentDescriptor *y = &format->comp[0], *u = &format->comp[1], *v = &format->comp[2];
    int bytes = y->depth > 8 ? 2 : 1;
    return format->nb_components == 3 && y->plane == 0 && u->plane == 1 && v->plane == 1 &&
           y->step == bytes && u->step == 2 * bytes && v->step == 2 * bytes &&
           y->depth + y->shift == 8 * bytes;
}

static bool is_packed_422(enum AVPixelFormat format)
{
    return format == AV_PIX_FMT_YUYV422 || format == AV_PIX_FMT_YVYU422 ||
           format == AV_PIX_FMT_UYVY422;
}

static bool is_packed_rgb(const AVPixFmtDescriptor *format)
{
    if (!(format->flags & AV_PIX_FMT_FLAG_RGB) || (format->flags & AV_PIX_FMT_FLAG_PLANAR))
        return false;
    for (int i = 0; i < format->nb_components; i++)
        if (format->comp[i].depth != 8 || format->comp[i].shift != 0)
            return false;
    return format->nb_components >= 3 && (format->comp[0].step == 3 || format->comp[0].step == 4);
}

static enum mr_storage storage_of(enum AVPixelFormat format, const AVPixFmtDescriptor *descriptor)
{
    const uint64_t strange = AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                             AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER |
                             AV_PIX_FMT_FLAG_FLOAT;
    if (descriptor->flags & strange || format == AV_PIX_FMT_XYZ12LE)
        return MR_STORAGE_FOREIGN;
    if (is_packed_422(format))
        return MR_STORAGE_PACKED_422;
    if (is_packed_rgb(descriptor))
        return MR_STORAGE_PACKED_RGB;
    if (is_planar(descriptor))
        return MR_STORAGE_PLANAR;
    if (is_semiplanar(descriptor))
        return MR_STORAGE_SEMIPLANAR;
    return MR_STORAGE_FOREIGN;
}

/* The planar format with as much colour, resolution and depth as the foreign one. */
static enum AVPixelFormat planar_substitute(enum AVPixelFormat format)
{
    static const enum AVPixelFormat known[] = {
        AV_PIX_FMT_YUV420P,     AV_PIX_FMT_YUV422P,     AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV420P16LE,
        AV_PIX_FMT_YUV422P16LE, AV_PIX_FMT_YUV444P16LE, AV_PIX_FMT_GRAY8,   AV_PIX_FMT_GRAY16LE,
        AV_PIX_FMT_GBRP,        AV_PIX_FMT_GBRP16LE,    AV_PIX_FMT_NONE,
    };
    return avcodec_find_best_pix_fmt_of_list(known, format, 0, NULL);
}

static zimg_matrix_coefficients_e matrix_of(const AVFrame *frame)
{
    switch (frame->colorspace) {
    case AVCOL_SPC_BT709:
        return ZIMG_MATRIX_BT709;
    case AVCOL_SPC_FCC:
        return ZIMG_MATRIX_FCC;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
        return ZIMG_MATRIX_ST170_M;
    case AVCOL_SPC_SMPTE240M:
        return ZIMG_MATRIX_ST240_M;
    case AVCOL_SPC_YCGCO:
        return ZIMG_MATRIX_YCGCO;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return ZIMG_MATRIX_BT2020_NCL;
    default:
        return frame->width >= HD_WIDTH || frame->height >= HD_HEIGHT ? ZIMG_MATRIX_BT709
                                                                      : ZIMG_MATRIX_ST170_M;
    }
}

static zimg_pixel_range_e range_of(const AVFrame *frame, zimg_color_family_e family)
{
    if (family == ZIMG_COLOR_RGB || is_yuvj(frame->format) ||
        frame->color_range == AVCOL_RANGE_JPEG)
        return ZIMG_RANGE_FULL;
    if (family == ZIMG_COLOR_GREY && frame->color_range == AVCOL_RANGE_UNSPECIFIED)
        return ZIMG_RANGE_FULL;
    return ZIMG_RANGE_LIMITED;
}

static zimg_chroma_location_e chroma_location_of(const AVFrame *frame)
{
    /* zimg's numbers are FFmpeg's, less one */
    if (frame->chroma_location > AVCHROMA_LOC_UNSPECIFIED &&
        frame->chroma_location < AVCHROMA_LOC_NB)
        return (zimg_chroma_location_e)(frame->chroma_location - 1);
    return is_yuvj(frame->format) ? ZIMG_CHROMA_CENTER : ZIMG_CHROMA_LEFT;
}

static zimg_color_family_e family_of(const AVPixFmtDescriptor *descriptor)
{
    if (descriptor->flags & AV_PIX_FMT_FLAG_RGB)
        return ZIMG_COLOR_RGB;
    return descriptor->nb_components < 3 ? ZIMG_COLOR_GREY : ZIMG_COLOR_YUV;
}

int mr_layout_of(const AVFrame *frame, struct mr_layout *layout)
{
    const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(frame->format);
    if (descriptor == NULL || frame->width < 1 || frame->height < 1)
        return -ENOTSUP;
    *layout = (struct mr_layout){
        .storage = storage_of(frame->format, descriptor),
        .format = frame->format,
        .planar = frame->format,
        .width = frame->width,
        .height = frame->height,
    };
    if (layout->storage == MR_STORAGE_FOREIGN) {
        layout->planar = planar_substitute(frame->format);
        if (!sws_isSupportedInput(frame->format) || layout->planar == AV_PIX_FMT_NONE)
            return -ENOTSUP;
        descriptor = av_pix_fmt_desc_get(layout->planar);
    }

    unsigned depth = (unsigned)descriptor->comp[0].depth;
    layout->bytes = depth > 8 ? 2 : 1;
    /* the pairs' samples lie in the high bits: to be read as numbers of all bits */
    layout->depth = layout->storage == MR_STORAGE_SEMIPLANAR ? 8 * (unsigned)layout->bytes : depth;
    layout->family = family_of(descriptor);
    layout->planes = layout->family == ZIMG_COLOR_GREY ? 1 : 3;
    layout->chroma_w = descriptor->log2_chroma_w;
    layout->chroma_h = descriptor->log2_chroma_h;
    layout->matrix = layout->family == ZIMG_COLOR_RGB ? ZIMG_MATRIX_RGB : matrix_of(frame);
    layout->range = range_of(frame, layout->family);
    layout->chroma_location = chroma_location_of(frame);
    return 0;
}

static int plane_side(int side, int log2_chroma, int plane, bool padded)
{
    int chroma = (side + (1 << log2_chroma) - 1) >> log2_chroma;
    if (plane > 0)
        return chroma;
    return padded ? chroma << log2_chroma : side;
}

int mr_layout_plane_width(const struct mr_layout *layout, int plane, bool padded)
{
    return plane_side(layout->width, layout->chroma_w, plane, padded);
}

int mr_layout_plane_height(const struct mr_layout *layout, int plane, bool padded)
{
    return plane_side(layout->height, layout->chroma_h, plane, padded);
}

bool mr_layout_is_jpeg(const struct mr_layout *layout)
{
    return layout->storage == MR_STORAGE_PLANAR && layout->family == ZIMG_COLOR_YUV &&
           layout->bytes == 1 && layout->chroma_w == 1 && layout->chroma_h == 1 &&
           layout->matrix == ZIMG_MATRIX_ST170_M && layout->range == ZIMG_RANGE_FULL &&
           layout->chroma_location == ZIMG_CHROMA_CENTER;
}

#include "media/jpeg/jpeg_planes.h"

#include "media/picture/picture.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <stdlib.h>
#include <turbojpeg.h>

struct mr_jpeg_planes {
    tjhandle handle;
    AVFrame *frame;
};

/* By enum mr_jpeg_sampling. */
static const struct {
    int turbo;
    enum AVPixelFormat format;
} samplings[] = {
    [MR_JPEG_444] = { TJSAMP_444, AV_PIX_FMT_YUVJ444P },
    [MR_JPEG_422] = { TJSAMP_422, AV_PIX_FMT_YUVJ422P },
    [MR_JPEG_420] = { TJSAMP_420, AV_PIX_FMT_YUVJ420P },
    [MR_JPEG_440] = { TJSAMP_440, AV_PIX_FMT_YUVJ440P },
    [MR_JPEG_411] = { TJSAMP_411, AV_PIX_FMT_YUVJ411P },
    [MR_JPEG_GREY] = { TJSAMP_GRAY, AV_PIX_FMT_GRAY8 },
};

int mr_jpeg_planes_create(struct mr_jpeg_planes **decoder)
{
    struct mr_jpeg_planes *made = calloc(1, sizeof(*made));
    *decoder = NULL;
    if (made == NULL)
        return -ENOMEM;
    made->handle = tjInitDecompress();
    made->frame = av_frame_alloc();
    if (made->handle == NULL || made->frame == NULL) {
        mr_jpeg_planes_destroy(made);
        return -ENOMEM;
    }
    *decoder = made;
    return 0;
}

void mr_jpeg_planes_destroy(struct mr_jpeg_planes *decoder)
{
    if (decoder == NULL)
        return;
    if (decoder->handle != NULL)
        tjDestroy(decoder->handle);
    av_frame_free(&decoder->frame);
    free(decoder);
}

int mr_jpeg_planes_divisor(const struct mr_rect *from, struct mr_size to)
{
    int divisor = 8;
    while (divisor > 1 && (from->width / divisor < to.width || from->height / divisor < to.height))
        divisor /= 2;
    return divisor;
}

void mr_jpeg_planes_describe(const struct mr_jpeg_header *header, int divisor, int num, int den,
                             AVFrame *frame)
{
    bool said = header->aspect_num > 0 && header->aspect_den > 0;
    frame->format = samplings[header->sampling].format;
    frame->width = (header->width + divisor - 1) / divisor;
    frame->height = (header->height + divisor - 1) / divisor;
    frame->color_range = AVCOL_RANGE_JPEG;
    frame->colorspace = AVCOL_SPC_BT470BG;
    frame->chroma_location = AVCHROMA_LOC_CENTER;
    frame->sample_aspect_ratio =
        said ? (AVRational){ header->aspect_num, header->aspect_den } : (AVRational){ num, den };
}

/* Memory for planes of this size, kept while the size stays. */
static int shape(AVFrame *frame, const struct mr_jpeg_header *header, int divisor)
{
    int format = frame->format, width = frame->width, height = frame->height;
    bool there = frame->buf[0] != NULL;
    mr_jpeg_planes_describe(header, divisor, 0, 1, frame);
    if (there && frame->format == format && frame->width == width && frame->height == height)
        return 0;
    av_frame_unref(frame);
    mr_jpeg_planes_describe(header, divisor, 0, 1, frame);
    return av_frame_get_buffer(frame, MR_PICTURE_ALIGNMENT) < 0 ? -ENOMEM : 0;
}

/* A limit on scans: a progressive file of a few KB can have thousands, each as long as a picture. */
static int decompress(struct mr_jpeg_planes *decoder, const uint8_t *bytes, size_t size,
                      const struct mr_jpeg_header *header, bool *damaged)
{
    AVFrame *frame = decoder->frame;
    int width, height, sampling, colours;
    if (tjDecompressHeader3(decoder->handle, bytes, size, &width, &height, &sampling, &colours) <
            0 ||
        width != header->width || height != header->height ||
        sampling != samplings[header->sampling].turbo)
        return -EBADMSG;
    int failed = tjDecompressToYUVPlanes(decoder->handle, bytes, size, frame->data, frame->width,
                                         frame->linesize, frame->height,
                                         TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS);
    *damaged = failed != 0;
    return failed != 0 && tjGetErrorCode(decoder->handle) != TJERR_WARNING ? -EBADMSG : 0;
}

int mr_jpeg_planes_decode(struct mr_jpeg_planes *decoder, const struct mr_jpeg_frame *jpeg,
                          int divisor, const AVFrame **frame, bool *damaged)
{
    const struct mr_jpeg_header *header = &jpeg->header;
    *frame = decoder->frame;
    *damaged = false;
    int result = shape(decoder->frame, header, divisor);
    if (result < 0)
        return result;
    if (header->tables_at == 0)
        return decompress(decoder, jpeg->bytes, header->size_bytes, header, damaged);
    struct mr_blob *whole = mr_jpeg_header_blob(jpeg);
    if (whole == NULL)
        return -ENOMEM;
    result = decompress(decoder, whole->data, whole->size, header, damaged);
    mr_blob_unref(&whole);
    return result;
}

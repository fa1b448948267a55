/* From a decoded frame, whatever its format, to a picture of the output's size: I420, full range,
 * BT.601, upright, square pixels. Scaling, matrix, range, depth and chroma happen in one zimg
 * graph; packed formats are unpacked by libyuv first, and libswscale serves only formats that
 * neither knows.
 *
 * One a stream, used by its source thread only. Graph, scratch memory and the pool of output
 * pictures are kept and made anew when geometry or format of the input change. */
#ifndef MR_MEDIA_CONVERTER_H
#define MR_MEDIA_CONVERTER_H

#include "base/error.h"
#include "media/convert/decoded.h"
#include "media/picture/geometry.h"
#include "media/picture/picture.h"

struct mr_converter;

struct mr_converter_options {
    struct mr_size size; /* wish, see mr_geometry_solve */
    enum mr_fit fit;
    uint32_t background; /* 0xRRGGBB, under transparent places */
    unsigned slots;      /* pictures in the pool */
    bool keep_jpeg;      /* frames that come as JPEG of the output's size become pending pictures
                       (pending.h), whose JPEG may be sent as it is */
};

/* in:     options, copied
 * out:    *converter, to be destroyed; NULL on error
 * return: 0; -ENOMEM */
int mr_converter_create(const struct mr_converter_options *options,
                        struct mr_converter **converter);

/* Free; pictures that others hold stay valid. Takes NULL. */
void mr_converter_destroy(struct mr_converter *converter);

/* Convert one frame; pts_us and captured_us are carried over.
 * in:     decoded, borrowed for this call
 * out:    *picture, one reference, the caller's; NULL on error
 * return: 0; -EAGAIN all pictures are in use; -ENOMEM; -ENOTSUP with *error naming the format;
 *         -EBADMSG TurboJPEG cannot decode decoded->jpeg: see mr_source_jpeg_decode */
int mr_converter_run(struct mr_converter *converter, const struct mr_decoded *decoded,
                     struct mr_picture **picture, struct mr_error *error);

/* return: how many frames could be decoded in part only, here or when their pictures were asked for
 * thread: the source thread */
uint64_t mr_converter_damaged(const struct mr_converter *converter);

/* Fill `bgrx` with `i420`, both of one size; numbers and times are carried over.
 * thread: any; the caller holds the only reference to bgrx */
void mr_bgrx_from_picture(const struct mr_picture *i420, struct mr_picture *bgrx);

#endif

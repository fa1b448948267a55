#include "media/convert/converter.h"
#include "media/picture/picture.h"

#include <assert.h>
#include <libyuv/convert_argb.h>

/* Each chroma sample is repeated for its 2x2 pixels, not blended with its neighbours: averaged
 * again by the JPEG encoder, an untouched region comes out as it went in. libyuv's "ARGB" is B G R
 * A in memory. */
void mr_bgrx_from_picture(const struct mr_picture *i420, struct mr_picture *bgrx)
{
    assert(i420->format == MR_PICTURE_I420 && bgrx->format == MR_PICTURE_BGRX);
    assert(i420->width == bgrx->width && i420->height == bgrx->height);
    mr_picture_need(i420);
    J420ToARGB(i420->plane[0], i420->stride_bytes[0], i420->plane[1], i420->stride_bytes[1],
               i420->plane[2], i420->stride_bytes[2], bgrx->plane[0], bgrx->stride_bytes[0],
               i420->width, i420->height);
    bgrx->seq = i420->seq;
    bgrx->pts_us = i420->pts_us;
    bgrx->captured_us = i420->captured_us;
}

/* A frame as a source hands it out and a converter takes it. Plain data; what it points at is lent. */
#ifndef MR_MEDIA_DECODED_H
#define MR_MEDIA_DECODED_H

#include "base/blob.h"

#include <stdbool.h>
#include <stdint.h>

struct AVFrame;
struct mr_jpeg_frame;

/* One decoded frame: lent by the source until the next call that takes the source. */
struct mr_decoded {
    const struct AVFrame *frame;
    /* Not NULL: the frame as it came; `frame` then says its format, size and colours only. */
    const struct mr_jpeg_frame *jpeg;
    int64_t pts_us;      /* media time from the source's start; never decreases, loops included */
    int64_t captured_us; /* wall clock when it left the decoder */
    int rotation;  /* degrees clockwise the picture must be turned to be upright: 0 90 180 270 */
    bool mirrored; /* flipped left to right, before the rotation */
    struct mr_blob
        *recorded; /* JSON of the payload that moonreel recorded with it; NULL: none; lent */
};

#endif

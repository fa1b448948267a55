/* The header of a JPEG file, read by walking its markers: whether TurboJPEG decodes it to
 * planes as FFmpeg's decoder would, and whether it may be shown as it is. Pure functions, any thread.
 */
#ifndef MR_MEDIA_JPEG_HEADER_H
#define MR_MEDIA_JPEG_HEADER_H

#include "base/blob.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MR_JPEG_PASS_MAX_BYTES (8 * 1024 * 1024) /* larger ones are never shown as they are */

enum mr_jpeg_sampling {
    MR_JPEG_444,
    MR_JPEG_422,
    MR_JPEG_420,
    MR_JPEG_440,
    MR_JPEG_411,
    MR_JPEG_GREY,
};

struct mr_jpeg_header {
    int width, height;
    enum mr_jpeg_sampling sampling;
    int aspect_num,
        aspect_den;    /* JFIF's density, which FFmpeg takes for the sample aspect ratio; 0/0:
                                   not said */
    bool passes;       /* every browser shows it, and it holds a picture and nothing else */
    size_t tables_at;  /* where the standard Huffman tables are missing; 0: it has its own */
    size_t size_bytes; /* with the end marker, without what follows */
};

/* A frame that is not decoded yet. */
struct mr_jpeg_frame {
    const uint8_t *bytes; /* header.size_bytes of them; lent */
    struct mr_jpeg_header header;
};

/* Walk one frame's bytes.
 * out:    *header, when 0 is returned
 * return: 0: 8-bit baseline or progressive, YCbCr or grey, full range, upright, one whole picture, all
 *         tables there (or none for the entropy code, as cameras have it);
 *         -ENOTSUP: something else that FFmpeg may decode; -EBADMSG: cut off, or no JPEG */
int mr_jpeg_header_read(const uint8_t *bytes, size_t size, struct mr_jpeg_header *header);

/* The file itself: cut to its size, with the standard Huffman tables where they are missing.
 * return: a reference; NULL when out of memory */
struct mr_blob *mr_jpeg_header_blob(const struct mr_jpeg_frame *frame);

#endif

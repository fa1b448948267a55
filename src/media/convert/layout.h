/* The layout of a decoded frame, as far as conversion depends on it: how its samples are stored,
 * and what zimg must know about them once they lie in planes. Private to src/media. */
#ifndef MR_MEDIA_LAYOUT_H
#define MR_MEDIA_LAYOUT_H

#include <libavutil/pixfmt.h>
#include <stdbool.h>
#include <zimg.h>

struct AVFrame;

enum mr_storage {
    MR_STORAGE_PLANAR,     /* zimg takes it as it is */
    MR_STORAGE_SEMIPLANAR, /* NV12 and its kin: chroma samples in pairs */
    MR_STORAGE_PACKED_422, /* YUYV and its kin */
    MR_STORAGE_PACKED_RGB, /* 3 or 4 bytes a pixel */
    MR_STORAGE_FOREIGN,    /* libswscale must make `planar` of it */
};

struct mr_layout {
    enum mr_storage storage;
    enum AVPixelFormat format; /* the frame's */
    enum AVPixelFormat planar; /* what libswscale shall make of a foreign frame */
    int width, height;

    /* of the planes, in the order Y Cb Cr or R G B; alpha is ignored */
    int planes;             /* 1 or 3 */
    int bytes;              /* a sample: 1 or 2 */
    unsigned depth;         /* bits a sample */
    int chroma_w, chroma_h; /* log2 of the subsampling */
    zimg_color_family_e family;
    zimg_matrix_coefficients_e matrix;
    zimg_pixel_range_e range;
    zimg_chroma_location_e chroma_location;
};

/* Where the frame does not say: YUV is limited range, but full range in FFmpeg's "yuvj" formats;
 * the matrix is BT.709 from 1280 columns or 720 rows on, else BT.601; chroma lies to the left as in
 * MPEG, in the middle in "yuvj". RGB is full range. Other matrices than zimg's are taken for the
 * default. return: 0; -ENOTSUP a format that not even libswscale reads */
int mr_layout_of(const struct AVFrame *frame, struct mr_layout *layout);

/* return: the size of a plane in samples. With `padded`, sides grow to a whole number of chroma samples */
int mr_layout_plane_width(const struct mr_layout *layout, int plane, bool padded);
int mr_layout_plane_height(const struct mr_layout *layout, int plane, bool padded);

/* Whether the frame is already what a picture is, apart from size and position. */
bool mr_layout_is_jpeg(const struct mr_layout *layout);

#endif

/* One zimg graph: from a rectangle of planar input to an I420 image of a given size, doing scale,
 * matrix, range, depth and chroma in a single pass. Private to src/media; one thread. */
#ifndef MR_MEDIA_SCALER_H
#define MR_MEDIA_SCALER_H

#include "base/error.h"
#include "media/convert/layout.h"
#include "media/picture/geometry.h"
#include "media/picture/planes.h"

/* Zero-initialised is empty. */
struct mr_scaler {
    zimg_filter_graph *graph;
    void *work;   /* zimg's own scratch memory */
    bool is_grey; /* zimg makes luma only: chroma is filled in */
    struct mr_size output;
};

/* Where an odd side is made even: before the image or, if false, behind it. */
struct mr_scaler_padding {
    bool left, top;
};

/* Prepare the way from `from` of an input to the whole of an image of `output` pixels, not turned.
 * in:     padding: where the column and the row go that make odd sides of the image even
 * return: 0; -ENOMEM; -ENOTSUP with *error what zimg says */
int mr_scaler_configure(struct mr_scaler *scaler, const struct mr_layout *layout,
                        const struct mr_rect *from, struct mr_size output,
                        struct mr_scaler_padding padding, struct mr_error *error);
void mr_scaler_finish(struct mr_scaler *scaler);

/* in:     from, of the configured layout, padded and aligned, with the margins of planes.h
 * out:    to: aligned; sides are written up to the next even number, padding included
 * return: 0; -EIO when zimg fails */
int mr_scaler_run(const struct mr_scaler *scaler, const struct mr_planes *from,
                  const struct mr_planes *to);

#endif

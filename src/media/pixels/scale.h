/* Pictures at another size, or a part of one: what scripts ask for. Whole streams are scaled by the
 * converter.
 *
 * Plain functions without state; any thread. */
#ifndef MR_MEDIA_SCALE_H
#define MR_MEDIA_SCALE_H

#include "media/pixels/region.h"

/* Fill `target` with `source`, both of one format: bilinear, after averaging whole pixels when it
 * shrinks to half or less.
 * return: 0, -ENOMEM */
int mr_scale_picture(const struct mr_picture *source, struct mr_picture *target);

/* Convert a part of an I420 picture to BGRX.
 * in:     area, inside of the picture, its left and top even; pixels: room for its size */
void mr_scale_part_to_bgrx(const struct mr_picture *i420, const struct mr_area *area,
                           uint8_t *pixels, int stride_bytes);

#endif

/* Rectangles of pixels with four bytes each, BGRX or premultiplied BGRA, worked on where they lie:
 * blurred, pixelated, translated by a table, laid over each other.
 *
 * Plain functions without state; any thread. What they change is the rectangle and nothing around
 * it, and what they read is the rectangle, too. */
#ifndef MR_MEDIA_REGION_H
#define MR_MEDIA_REGION_H

#include "media/picture/picture.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MR_REGION_MAX_RADIUS 200 /* of a blur; more counts as this */

/* Borrowed memory; width and height may be 0. */
struct mr_region {
    uint8_t *pixels;
    ptrdiff_t stride_bytes;
    int width, height;
};

/* return: the part of a BGRX picture inside `area`, which lies in it */
struct mr_region mr_region_of(const struct mr_picture *picture, const struct mr_area *area);

/* Blur with three boxes a direction, which come close to a Gaussian with the variance of one box of
 * 2 * radius + 1 pixels. What lies outside counts as the pixel at the edge. The time taken does not
 * depend on the radius.
 * in:     radius > 0, fractions welcome
 * return: 0, -ENOMEM */
int mr_blur_region(const struct mr_region *region, double radius);

/* Give squares of block x block pixels, from the top left corner on, the mean of their pixels.
 * in:     block ≥ 1
 * return: 0, -ENOMEM */
int mr_region_pixelate(const struct mr_region *region, int block);

/* Look blue, green and red up in tables of their own.
 * in:     alpha: the pixels are premultiplied BGRA; what is looked up is their colour */
void mr_region_lut(const struct mr_region *region, const uint8_t table[3][256], bool alpha);

/* Set the byte that BGRX leaves unused to what is opaque in BGRA. */
void mr_region_make_opaque(const struct mr_region *region);

/* Lay `source` over `target`, both of one size and apart in memory.
 * in:     alpha: the source is premultiplied BGRA; opacity: 0 … 256 */
void mr_region_blit(const struct mr_region *target, const struct mr_region *source, bool alpha,
                    int opacity);

#endif

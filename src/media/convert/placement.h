/* Where an image goes in a picture: turned upright, between black bars. Private to src/media. */
#ifndef MR_MEDIA_PLACEMENT_H
#define MR_MEDIA_PLACEMENT_H

#include "media/convert/orientation.h"
#include "media/picture/geometry.h"
#include "media/picture/picture.h"
#include "media/picture/planes.h"

/* return: the planes of a rectangle with even x and y of an I420 picture */
struct mr_planes mr_placement_planes(const struct mr_picture *picture, const struct mr_rect *to);

/* Turn the I420 image `from`, of `size` pixels as stored, and put it into the rectangle `to`, which
 * has the size of the turned image, or a pixel less where that is padding. */
void mr_placement_put(const struct mr_planes *from, struct mr_size size,
                      struct mr_orientation orientation, const struct mr_picture *picture,
                      const struct mr_rect *to);

/* Black around the rectangle. */
void mr_placement_bars(const struct mr_picture *picture, const struct mr_rect *to);

#endif

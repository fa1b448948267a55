/* Layered pictures: a BGRX picture that was drawn on in parts only, over the picture it is a copy
 * of. What was not drawn on is never converted, neither to BGRX nor back. */
#ifndef MR_MEDIA_LAYERS_H
#define MR_MEDIA_LAYERS_H

#include "media/picture/picture.h"
#include "media/picture/planes.h"

/* Copy the tiles in `wanted` from a picture of either format into a BGRX one of its size. */
void mr_layers_fetch(const struct mr_picture *from, struct mr_picture *bgrx,
                     const struct mr_tiles *wanted);

/* Fetch what is missing, and let go of the picture under it: from then on it is a whole one. The
 * caller may write to it. Nothing is done to pictures that are no layer. */
void mr_layers_complete(struct mr_picture *picture);

/* Make planes of a BGRX picture, I420 as picture.h describes it.
 * out:    scratch: shaped for it
 * return: 0; -ENOMEM */
int mr_layers_flatten(const struct mr_picture *picture, struct mr_scratch *scratch);

#endif

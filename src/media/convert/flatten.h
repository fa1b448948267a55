/* Pictures with transparent places, laid on a background: what is sent has no transparency.
 *
 * Used by one thread at a time. Private to src/media. */
#ifndef MR_MEDIA_FLATTEN_H
#define MR_MEDIA_FLATTEN_H

#include <stdint.h>

struct AVFrame;
struct mr_flatten;

/* in:     background: 0xRRGGBB
 * return: what keeps the memory, to be destroyed; NULL when out of memory */
struct mr_flatten *mr_flatten_create(uint32_t background);
void mr_flatten_destroy(struct mr_flatten *flatten); /* takes NULL */

/* in:     frame: of any format
 * out:    *flat: the same frame if nothing in it is transparent, or all is, as devices have it that do not use their
 *         alpha; else one of BGR0 that lives until the next call
 * return: 0; -ENOMEM; -ENOTSUP libswscale does not know the format */
int mr_flatten_run(struct mr_flatten *flatten, const struct AVFrame *frame,
                   const struct AVFrame **flat);

#endif

/* Pictures that stay JPEG until somebody wants their planes: what fills pending pictures (pending.h)
 * of one size. Shared by the converter that makes them and the pictures, of which some outlive it;
 * reference-counted, any thread. Private to src/media. */
#ifndef MR_MEDIA_THAW_H
#define MR_MEDIA_THAW_H

#include "media/jpeg/jpeg_header.h"
#include "media/picture/geometry.h"
#include "media/picture/picture.h"

struct mr_thaw;

/* return: 0, *thaw with one reference; -ENOMEM */
int mr_thaw_create(struct mr_size size, struct mr_thaw **thaw);
void mr_thaw_unref(struct mr_thaw **thaw); /* clears it; takes a pointer to NULL */

/* Make `picture`, of this size and seen by nobody else, a pending one. While pictures are needed, the
 * next ones are filled at once.
 * in:     jpeg: of the same size; copied
 * return: 0; -ENOMEM */
int mr_thaw_postpone(struct mr_thaw *thaw, const struct mr_jpeg_frame *jpeg,
                     struct mr_picture *picture);

/* return: how many pictures could not be decoded in full when somebody needed them; their missing parts are
 *         grey. Any thread. */
uint64_t mr_thaw_damaged(const struct mr_thaw *thaw);

#endif

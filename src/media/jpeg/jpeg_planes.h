/* Decoding JPEG with TurboJPEG, to planes, at full size or reduced by the DCT itself: an eighth of the
 * samples costs a fraction of the time. Private to src/media.
 *
 * One decoder a thread. */
#ifndef MR_MEDIA_JPEG_PLANES_H
#define MR_MEDIA_JPEG_PLANES_H

#include "media/jpeg/jpeg_header.h"
#include "media/picture/geometry.h"

struct AVFrame;
struct mr_jpeg_planes;

/* return: 0; -ENOMEM */
int mr_jpeg_planes_create(struct mr_jpeg_planes **decoder);
void mr_jpeg_planes_destroy(struct mr_jpeg_planes *decoder); /* takes NULL */

/* By what the sides can be divided so that `from`, of the whole, still has as many pixels as `to`.
 * return: 1, 2, 4 or 8 */
int mr_jpeg_planes_divisor(const struct mr_rect *from, struct mr_size to);

/* Make an empty frame look like what is decoded: format, size, colour.
 * in: sample aspect ratio: num and den, for files that do not say theirs */
void mr_jpeg_planes_describe(const struct mr_jpeg_header *header, int divisor, int num, int den,
                             struct AVFrame *frame);

/* Decode a frame, its sides divided by `divisor` and rounded up.
 * out:    *frame: the decoder's, until its next call; *damaged: not all of it could be read
 * return: 0; -EBADMSG: TurboJPEG cannot; -ENOMEM */
int mr_jpeg_planes_decode(struct mr_jpeg_planes *decoder, const struct mr_jpeg_frame *jpeg,
                          int divisor, const struct AVFrame **frame, bool *damaged);

#endif

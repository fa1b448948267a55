/* The way from one kind of decoded frame to a picture: geometry, unpacking, scaling, decoding of JPEGs.
 * What a converter does to each frame, and what fills a pending picture. Graph and scratch memory are
 * kept, and made anew when geometry or format of the frames change.
 *
 * Used by one thread at a time. Private to src/media. */
#ifndef MR_MEDIA_CONVERSION_H
#define MR_MEDIA_CONVERSION_H

#include "base/error.h"
#include "media/convert/decoded.h"
#include "media/picture/geometry.h"
#include "media/picture/picture.h"

struct mr_conversion;

/* in:     wish, fit: as in mr_geometry_solve
 * out:    *conversion, to be destroyed; NULL on error
 * return: 0; -ENOMEM */
int mr_conversion_create(struct mr_size wish, enum mr_fit fit, struct mr_conversion **conversion);

/* Free. Takes NULL. */
void mr_conversion_destroy(struct mr_conversion *conversion);

/* Prepare for frames like this one; when nothing has changed, that is quick.
 * in:     decoded, borrowed for this call
 * out:    *changed: frames like this one are new, and mr_conversion_output and mr_conversion_is_same may
 *         be others
 * return: 0; -ENOTSUP with *error naming the format; -ENOMEM with *error */
int mr_conversion_adapt(struct mr_conversion *conversion, const struct mr_decoded *decoded,
                        bool *changed, struct mr_error *error);

/* Fill a picture of the size of mr_conversion_output. Numbers and times are the caller's to set.
 * in:     decoded: like the one of the last mr_conversion_adapt, borrowed for this call
 * return: 0; -ENOMEM; -EBADMSG TurboJPEG cannot decode decoded->jpeg; with *error */
int mr_conversion_run(struct mr_conversion *conversion, const struct mr_decoded *decoded,
                      struct mr_picture *picture, struct mr_error *error);

/* return: size of the pictures, valid after mr_conversion_adapt */
struct mr_size mr_conversion_output(const struct mr_conversion *conversion);

/* return: whether frames come as JPEG that looks like the picture to be made: of its size, upright, whole */
bool mr_conversion_is_same(const struct mr_conversion *conversion);

/* return: how many JPEGs could be decoded in part only */
uint64_t mr_conversion_damaged(const struct mr_conversion *conversion);

#endif

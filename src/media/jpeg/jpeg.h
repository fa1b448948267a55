/* JPEG encoding with TurboJPEG, 4:2:0: straight from the planes of an I420 picture, or from BGRX.
 *
 * One encoder a thread. */
#ifndef MR_MEDIA_JPEG_H
#define MR_MEDIA_JPEG_H

#include "media/picture/picture.h"

struct mr_jpeg_encoder;

/* return: 0, -ENOMEM */
int mr_jpeg_encoder_create(struct mr_jpeg_encoder **encoder);
void mr_jpeg_encoder_destroy(struct mr_jpeg_encoder *encoder); /* takes NULL */

/* Encode one picture.
 * in:     picture, borrowed; 1 ≤ quality ≤ 100
 * out:    *jpeg, *size: the encoder's memory, valid until its next call
 * return: 0; -ENOMEM; -EINVAL what TurboJPEG refuses */
int mr_jpeg_encode(struct mr_jpeg_encoder *encoder, const struct mr_picture *picture, int quality,
                   const uint8_t **jpeg, size_t *size);

#endif

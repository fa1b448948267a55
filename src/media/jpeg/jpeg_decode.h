/* JPEG decoding with TurboJPEG, from memory to BGRX, for the pictures that scripts load.
 *
 * Plain functions without state; any thread. */
#ifndef MR_MEDIA_JPEG_DECODE_H
#define MR_MEDIA_JPEG_DECODE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Read the header only.
 * out:    *width, *height
 * return: 0; -EINVAL, -ENOMEM with *error */
int mr_jpeg_decode_size(const uint8_t *jpeg, size_t size, int *width, int *height,
                        struct mr_error *error);

/* Decode into memory with room for `height` rows of `stride_bytes`, as mr_jpeg_decode_size gave the size.
 * A damaged or truncated picture is refused.
 * return: 0; -EINVAL, -ENOMEM with *error; the pixels are undefined then */
int mr_jpeg_decode(const uint8_t *jpeg, size_t size, uint8_t *pixels, int width, int height,
                   int stride_bytes, struct mr_error *error);

#endif

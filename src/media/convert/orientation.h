/* How a decoded frame must be turned to be upright. Private to src/media. */
#ifndef MR_MEDIA_ORIENTATION_H
#define MR_MEDIA_ORIENTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mr_orientation {
    int rotation;  /* degrees clockwise: 0 90 180 270 */
    bool mirrored; /* flipped left to right, before the rotation */
};

/* in:     matrix, 9 numbers as in FFmpeg's AV_FRAME_DATA_DISPLAYMATRIX; size_bytes of it
 * return: the nearest of the eight upright positions; unturned for a NULL or short matrix */
struct mr_orientation mr_orientation_from_matrix(const int32_t *matrix, size_t size_bytes);

#endif

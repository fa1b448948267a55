/* Planes in memory: pointers that may lead into a decoder's frame, a picture or scratch memory, and
 * scratch memory itself. Private to src/media; one thread. */
#ifndef MR_MEDIA_PLANES_H
#define MR_MEDIA_PLANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* zimg 3.0.4 with AVX-512 reads up to a vector before rows that are narrower than one, and behind
 * the last row. Memory of ours has a margin of MR_PICTURE_ALIGNMENT bytes at both ends for that,
 * FFmpeg's has one at the end only: planes of its with fewer samples than this are copied. */
#define MR_PLANES_NARROW 64

/* Borrowed memory. A stride may be negative: the rows are stored from the bottom up. */
struct mr_planes {
    uint8_t *data[3];
    ptrdiff_t stride_bytes[3];
};

/* Owned memory with a margin; zero-initialised is empty. Rows are aligned to MR_PICTURE_ALIGNMENT.
 */
struct mr_scratch {
    struct mr_planes planes;
    uint8_t *memory;
    size_t capacity_bytes;
};

/* Make room for planes of these sizes; what was there is lost. Memory is kept if it suffices.
 * in:     width_bytes, rows: a number a plane; planes ≤ 3
 * return: 0, -ENOMEM */
int mr_planes_shape_scratch(struct mr_scratch *scratch, int planes, const int width_bytes[],
                            const int rows[]);
void mr_planes_finish_scratch(struct mr_scratch *scratch);

/* Whether zimg can work on plane i where it lies. */
bool mr_planes_aligned(const struct mr_planes *planes, int i);

/* Repeat the last sample and row of a plane until it is as large as wanted.
 * in:     bytes: a sample; the memory for the larger plane is there */
void mr_planes_extend(uint8_t *data, ptrdiff_t stride_bytes, int bytes, int width, int height,
                      int wanted_width, int wanted_height);

#endif

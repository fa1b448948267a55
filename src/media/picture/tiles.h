/* Parts of a picture: a grid of at most 32 by 32 tiles, a bit for each. Plain data. */
#ifndef MR_MEDIA_TILES_H
#define MR_MEDIA_TILES_H

#include <stdbool.h>
#include <stdint.h>

#define MR_TILES_MAX 32 /* rows, and columns */

/* Whole pixels of a picture; right and bottom are the first outside. */
struct mr_area {
    int left, top, right, bottom;
};

struct mr_tiles {
    int width, height;            /* of the picture */
    int across_shift, down_shift; /* log2 of a tile's sides, which are 16 pixels or more */
    uint32_t row[MR_TILES_MAX];   /* bit n: the tile in column n */
};

/* The grid for a picture of this size, no tile in it. */
void mr_tiles_init(struct mr_tiles *tiles, int width, int height);

/* Add the tiles that the area touches; what lies outside of the picture counts not. */
void mr_tiles_add(struct mr_tiles *tiles, const struct mr_area *area);
void mr_tiles_add_all(struct mr_tiles *tiles);

/* Keep only bits that stand for tiles: they came from somebody else. */
void mr_tiles_trim(struct mr_tiles *tiles);

/* Whether the tile of a pixel, which is in the picture, is there. */
static inline bool mr_tiles_have(const struct mr_tiles *tiles, int x, int y)
{
    return tiles->row[y >> tiles->down_shift] >> (x >> tiles->across_shift) & 1;
}

/* Whether a tile that the area touches is missing. */
bool mr_tiles_lack(const struct mr_tiles *tiles, const struct mr_area *area);
bool mr_tiles_are_all(const struct mr_tiles *tiles);

/* From row to row, runs of tiles side by side.
 * in:     *row, *column: 0 at first, then what the call before left
 * out:    *area: the run's pixels
 * return: false when there are no more */
bool mr_tiles_next(const struct mr_tiles *tiles, int *row, int *column, struct mr_area *area);

#endif

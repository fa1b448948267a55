/* Sums over a grid of cells, a row of cells at a time: means for pixelating, scaling down and
 * measuring. Private to src/media; plain functions. */
#ifndef MR_MEDIA_CELLS_H
#define MR_MEDIA_CELLS_H

#include <stddef.h>
#include <stdint.h>

/* Fill edge[0 … cells] with where cells of equal size begin and end within `size`. */
void mr_cells_divide(int size, int cells, int *edge);

/* Add a row of `count` bytes to `columns`, one sum a byte. */
void mr_cells_add(uint32_t *columns, const uint8_t *row, size_t count);

/* Sum up the columns of each cell and clear them for the next row of cells.
 * in:     channels: bytes a pixel, 1 or 4; edge: in pixels
 * out:    sums[cells * channels] */
void mr_cells_fold(uint32_t *columns, int channels, const int *edge, int cells, uint64_t *sums);

#endif

/* Figures of a picture: means, lightness, histograms, differences. An I420 picture is measured in its planes; the luma of a
 * BGRX one is computed as JFIF has it.
 *
 * Plain functions without state; any thread. */
#ifndef MR_MEDIA_MEASURE_H
#define MR_MEDIA_MEASURE_H

#include "media/pixels/region.h"

/* The mean of an area, which is not empty and lies in the picture. out: red, green, blue: 0 … 255 */
void mr_measure_mean(const struct mr_picture *picture, const struct mr_area *area, double rgb[3]);

/* The mean luma of each cell of a grid over the whole picture, row by row.
 * in:     1 ≤ columns ≤ width, 1 ≤ rows ≤ height
 * out:    luma[columns * rows], 0 … 255
 * return: 0, -ENOMEM */
int mr_measure_luma(const struct mr_picture *picture, int columns, int rows, double *luma);

/* How many pixels have which luma, or which value in a byte of a BGRX picture: 0 blue … 2 red. */
void mr_measure_luma_histogram(const struct mr_picture *picture, uint32_t counts[256]);
void mr_measure_byte_histogram(const struct mr_picture *bgrx, int byte, uint32_t counts[256]);

/* The mean absolute difference in luma of two pictures of one size. return: 0 … 1 */
double mr_measure_difference(const struct mr_picture *a, const struct mr_picture *b);

#endif

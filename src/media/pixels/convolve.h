/* Short symmetric kernels over rectangles of pixels. Private to src/media. */
#ifndef MR_MEDIA_CONVOLVE_H
#define MR_MEDIA_CONVOLVE_H

#include "media/pixels/region.h"

#define MR_TAPS_REACH 3

/* Weights of the middle, its neighbours, theirs, …; both sides together they are `sum`, at most 128. */
struct mr_taps {
    int reach; /* 1 … MR_TAPS_REACH */
    int weight[MR_TAPS_REACH + 1];
    int sum;
};

/* Both directions, in place; what lies outside counts as the pixel at the edge. Means are rounded.
 * in:     a region that is not empty
 * return: 0; -ENOMEM */
int mr_convolve_region(const struct mr_region *region, const struct mr_taps *taps);

#endif

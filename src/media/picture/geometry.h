/* From what is asked for to numbers: output size, and which part of the input goes where in it.
 * Pure functions, any thread. */
#ifndef MR_MEDIA_GEOMETRY_H
#define MR_MEDIA_GEOMETRY_H

#include "base/error.h"

enum mr_fit {
    MR_FIT_CONTAIN, /* whole input, black bars */
    MR_FIT_COVER,   /* whole output, input cropped */
    MR_FIT_STRETCH, /* whole input on the whole output, aspect be damned */
};

struct mr_size {
    int width, height; /* pixels; 0: not given, follows from the other one and the aspect */
};

struct mr_rect {
    double x, y, width, height; /* pixels, origin top-left */
};

struct mr_geometry {
    struct mr_size output;
    struct mr_rect from; /* of the input as stored: before rotation */
    struct mr_rect to; /* of the output, upright: whole pixels, x and y even, width and height even
                          too where a bar follows (chroma is shared by pairs); bars around it */
};

/* The input as stored. */
struct mr_geometry_input {
    int width, height;    /* pixels, ≥ 1 */
    int sar_num, sar_den; /* sample aspect ratio; 0/1 or 0/0: square */
    int rotation;         /* degrees clockwise to be upright: 0 90 180 270 */
};

/* Output sizes without a wish are bounded to this, keeping the aspect; never enlarged. */
#define MR_GEOMETRY_BOUND_WIDTH  1280
#define MR_GEOMETRY_BOUND_HEIGHT 720

/* "640x360", "640" or "640x", "x360" to numbers.
 * return: 0; -EINVAL with *error */
int mr_geometry_parse_size(const char *text, struct mr_size *size, struct mr_error *error);

/* The input's natural size is its height by its width with square pixels, then turned upright. A
 * wish of both sides is met with `fit`; a wish of one side or none keeps the natural aspect (to the
 * nearest pixel) and has neither bars nor crop.
 * in:     wish: what the user asked for, {0,0} for nothing
 * return: the geometry; every side of output is within 1 … MR_PICTURE_MAX_SIDE */
struct mr_geometry mr_geometry_solve(const struct mr_geometry_input *input, struct mr_size wish,
                                     enum mr_fit fit);

#endif

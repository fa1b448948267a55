/* How large a chain of filters may be, and how small a picture. */
#ifndef MR_MEDIA_FILTER_LIMITS_H
#define MR_MEDIA_FILTER_LIMITS_H

#define MR_FILTER_MAX_TEXT  2048 /* bytes */
#define MR_FILTER_MAX_STEPS 16   /* filters in a chain */

/* Pixels. FFmpeg's gblur and edgedetect write beyond pictures of a pixel's width or height. */
#define MR_FILTER_MIN_SIDE 16

#endif

/* Clips that differ in matrix, range, chroma format, depth, size and orientation, and what FFmpeg
 * itself makes of them in RGB. Fails the running cmocka test when something cannot be made. */
#ifndef TEST_SUPPORT_COLOUR_CLIPS_H
#define TEST_SUPPORT_COLOUR_CLIPS_H

#include "support/clip.h"
#include "support/picture_compare.h"

#define COLOUR_CLIP_FRAMES  3
#define COLOUR_CLIP_QUALITY 95
#define COLOUR_CLIP_PSNR    38.0 /* dB, at least, at that quality */

struct colour_clip {
    const char *name;
    const char *file;
    const char *matrix; /* swscale's name for it */
    const char *range;
    const char *pixels; /* the pixel format */
    const char *codec;  /* and its options */
    const char *siting; /* where chroma lies, as an option of the filter `scale` */
    const char *remux;  /* options of a second step that only copies; NULL: none */
    int width, height;  /* upright */
};

extern const struct colour_clip colour_clips[];
extern const int colour_clips_count;

/* Make the clip: a street, and smooth saturated colours beside it. */
void colour_clip_make(const struct colour_clip *clip, char path[CLIP_PATH]);

/* FFmpeg's own RGB of its frames, upright; to be freed one by one. */
void colour_clip_reference(const struct colour_clip *clip, const char *path,
                           struct rgb_picture frames[COLOUR_CLIP_FRAMES]);

#endif

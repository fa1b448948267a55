/* Clips of many containers, codecs, pixel formats and shapes, and what FFmpeg itself makes of them:
 * its frames in RGB and their times. Fails the running cmocka test when something cannot be made. */
#ifndef TEST_SUPPORT_MATRIX_CLIPS_H
#define TEST_SUPPORT_MATRIX_CLIPS_H

#include "support/clip.h"
#include "support/picture_compare.h"

#include <stdint.h>

#define MATRIX_CLIP_MAX_FRAMES 16

struct matrix_clip {
    const char *file;
    int width, height; /* as stored */
    int frames;
    const char *filters; /* after the colours were made: rate, shape, palette; NULL: none */
    const char *pixels;  /* the pixel format */
    const char *matrix;  /* swscale's name for it; NULL: RGB or grey */
    const char *range;   /* "tv" or "pc" */
    const char *codec;   /* and all that is said about its output */
    const char *siting;  /* where chroma lies once upright, as options of the filter `scale` */
    int turn[4];         /* a b c d of the display matrix; all 0: none */
    int upright_width, upright_height; /* what is to come out; 0: as stored */
};

#define MATRIX_CLIPS_COUNT 54
extern const struct matrix_clip matrix_clips[MATRIX_CLIPS_COUNT];

struct matrix_reference {
    int frames;
    struct rgb_picture picture[MATRIX_CLIP_MAX_FRAMES];
    int64_t pts_us[MATRIX_CLIP_MAX_FRAMES]; /* from the first frame on; -1: ffprobe sees none */
};

/* The row of that file. */
const struct matrix_clip *matrix_clip_of(const char *file);

void matrix_clip_make(const struct matrix_clip *clip, char path[CLIP_PATH]);

/* Fails also when FFmpeg itself sees another number of frames in the clip, or finds two in a row
 * too alike to tell them apart. */
void matrix_clip_reference(const struct matrix_clip *clip, const char *path,
                           struct matrix_reference *reference);
void matrix_reference_finish(struct matrix_reference *reference);

/* Compare frame `index` of a clip with the reference: PSNR in dB; fails the test, naming the clip,
 * below 38 dB or when it is more like another frame. */
double matrix_clip_compare(const struct matrix_clip *clip, const struct matrix_reference *reference,
                           int index, const struct rgb_picture *picture);

#endif

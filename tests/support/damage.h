/* Files that are damaged the same way at every run: cut short, with flipped bits, with parts lost,
 * doubled or exchanged. Fails the running cmocka test when it cannot make them. */
#ifndef TEST_SUPPORT_DAMAGE_H
#define TEST_SUPPORT_DAMAGE_H

#include "base/buffer.h"
#include "support/clip.h"

#define DAMAGE_CLIPS    5
#define DAMAGE_VARIANTS 40 /* of each clip */

struct damage_clip {
    const char *file;
    const char *codec; /* and all that is said about its output */
    struct mr_buffer whole;
};

/* Make the clips: 25 frames of 160x120 of H.264, HEVC, VP9, Motion JPEG and GIF. */
void damage_clips_make(struct damage_clip clips[DAMAGE_CLIPS]);
void damage_clips_finish(struct damage_clip clips[DAMAGE_CLIPS]);

/* Write variant `number` of a clip; path is its name: as that of the clip, with the number. */
void damage_write(const struct damage_clip *clip, int number, char path[CLIP_PATH]);

#endif

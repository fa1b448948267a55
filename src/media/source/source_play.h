/* From the opened input to frames: packets go to the decoder, and damage is skipped. The source's thread. Private to
 * src/media/source. */
#ifndef MR_MEDIA_SOURCE_PLAY_H
#define MR_MEDIA_SOURCE_PLAY_H

#include "base/error.h"
#include "media/convert/decoded.h"

struct mr_source;

/* Open the input and begin with it.
 * return: as mr_input_open */
int mr_source_play_open(struct mr_source *source, struct mr_error *error);

/* The input begins, for the first time or again: media time goes on. */
void mr_source_play_begin(struct mr_source *source);

/* Decode until there is a frame.
 * out:    *decoded, lent until the next call that takes the source
 * return: 0; 1: the input has ended; -errno with *error */
int mr_source_play_next(struct mr_source *source, struct mr_decoded *decoded,
                        struct mr_error *error);

/* Give out source->frame. A frame whose damage the decoder has hidden is shown, because a smear beats a gap, but it
 * counts as damaged.
 * out:    *decoded, lent until the next call that takes the source */
void mr_source_play_give_frame(struct mr_source *source, struct mr_decoded *decoded);

#endif

/* Frames above the rate limit that no other frame needs: a source does not decode them. The source's
 * thread. */
#ifndef MR_MEDIA_SOURCE_SKIP_H
#define MR_MEDIA_SOURCE_SKIP_H

#include <stdint.h>

struct mr_source;

/* The input starts, for the first time or again. */
void mr_source_skip_begin(struct mr_source *source);

/* Tell the decoder whether it may leave out the packet that was read last. */
void mr_source_skip_or_not(struct mr_source *source);

/* A frame goes out.
 * in:     stamp: in its stream's units, or AV_NOPTS_VALUE; pts_us: media time */
void mr_source_skip_note(struct mr_source *source, int64_t stamp, int64_t pts_us);

/* A slot of the rate limit (mr_source_options.fps) begins at this media time: of every slot only the first
 * frame is wanted, and the source may leave others out. */
void mr_source_skip_slot(struct mr_source *source, int64_t start_us);

#endif

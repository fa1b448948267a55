/* A source's frames on their way out: their time, their orientation, their payload. The source's thread.
 * Private to src/media/source. */
#ifndef MR_MEDIA_SOURCE_FRAME_H
#define MR_MEDIA_SOURCE_FRAME_H

#include "media/convert/decoded.h"

struct mr_source;

/* Hand out source->frame.
 * in:     stamp, duration: of the frame, in its stream's units; stamp may be AV_NOPTS_VALUE
 * out:    *decoded, lent until the next call that takes the source */
void mr_source_frame_give(struct mr_source *source, int64_t stamp, int64_t duration,
                          struct mr_decoded *decoded);

#endif

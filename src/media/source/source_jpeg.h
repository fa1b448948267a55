/* Frames that a source hands out as the JPEG they came as. The source's thread. */
#ifndef MR_MEDIA_SOURCE_JPEG_H
#define MR_MEDIA_SOURCE_JPEG_H

#include "base/error.h"
#include "media/convert/decoded.h"

#include <stdbool.h>

struct mr_source;

/* Keep the packet that was read last, if it is a JPEG that need not be decoded here.
 * return: whether it was kept, to be handed out by mr_source_jpeg_give */
bool mr_source_jpeg_keep(struct mr_source *source);

/* Hand out the JPEG that was kept.
 * out:    *decoded, lent until the next call that takes the source */
void mr_source_jpeg_give(struct mr_source *source, struct mr_decoded *decoded);

/* Decode, with FFmpeg, the JPEG that the last read gave, since TurboJPEG cannot.
 * in:     decoded, as that read filled it; its frame is there afterwards, or another read is due
 * return: 0; 1: it is damaged, which counts; -ENOMEM with *error */
int mr_source_jpeg_decode(struct mr_source *source, struct mr_decoded *decoded,
                          struct mr_error *error);

#endif

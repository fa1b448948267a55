/* A live input whose frames nobody wants: its packets are read and dropped. The source's thread. */
#ifndef MR_MEDIA_SOURCE_DISCARD_H
#define MR_MEDIA_SOURCE_DISCARD_H

#include "base/error.h"

struct mr_source;

/* Read one packet of a live input and throw it away, so that the input stays connected and nothing
 * in it grows old. The next frame that is read is then decoded from a key frame on.
 * return: 0; else as mr_source_read */
int mr_source_discard(struct mr_source *source, struct mr_error *error);

/* Decode again after packets were dropped: mr_source_read calls this. */
void mr_source_discard_end(struct mr_source *source);

#endif

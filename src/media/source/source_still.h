/* Still pictures: a source with a single frame gives it out again and again, and looks whether there is a newer one.
 * Private to src/media/source. */
#ifndef MR_MEDIA_SOURCE_STILL_H
#define MR_MEDIA_SOURCE_STILL_H

#include "base/error.h"
#include "media/convert/decoded.h"

struct mr_source;

/* return: whether the input has ended after its only frame, which is to be given out again */
bool mr_source_still_is_one(const struct mr_source *source);

/* From now on, source->still: the only frame is repeated. */
void mr_source_still_become(struct mr_source *source);

/* Give out the only frame, or a newer one. What is remote is fetched again when options.poll_us have passed since the last
 * time, a file when it has changed since. A picture that is damaged then, or a file that is gone, is counted as damage;
 * the last whole picture stays, and a warning is logged, once a minute at most.
 * return: 0; -errno with *error: what is remote cannot be had any more */
int mr_source_still_read(struct mr_source *source, struct mr_decoded *decoded,
                         struct mr_error *error);

#endif

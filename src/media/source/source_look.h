/* When a still picture is looked at again, and whether its file has changed. The source's thread. Private to
 * src/media/source. */
#ifndef MR_MEDIA_SOURCE_LOOK_H
#define MR_MEDIA_SOURCE_LOOK_H

#include <stdbool.h>

struct mr_source;

/* The input is about to be opened: remember the file as it is now. */
void mr_source_look_note_file(struct mr_source *source);

/* The input was opened: a picture without a rate of its own gets one. */
void mr_source_look_begin(struct mr_source *source);

/* return: how many times a second a still picture is shown: as the user wishes, else as often as it is looked at */
double mr_source_look_rate(const struct mr_source *source);

/* return: whether the file is another one than was noted, has changed, or is gone */
bool mr_source_look_has_changed(const struct mr_source *source);

#endif

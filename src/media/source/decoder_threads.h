/* How many threads a decoder gets, so that all of the process's share the cores: a second one costs
 * more than it brings for what one core decodes many times faster than it is played. Any thread.
 * Private to src/media. */
#ifndef MR_MEDIA_DECODER_THREADS_H
#define MR_MEDIA_DECODER_THREADS_H

#include <stdbool.h>

/* For pictures of that size: one thread up to 720p; for larger ones the cores divided by the number
 * of such decoders that are open, this one included.
 * out:    *large: whether it counts as one, to be released
 * return: the number of threads, 1 at least */
int mr_decoder_threads_take(int width, int height, bool *large);
void mr_decoder_threads_release(bool *large); /* becomes false */

#endif

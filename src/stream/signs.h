/* The source thread's waiting, and its source's signs of life. The source thread only. */
#ifndef MR_STREAM_SIGNS_H
#define MR_STREAM_SIGNS_H

#include <stdbool.h>
#include <stdint.h>

struct mr_ingest;
struct mr_stream;

/* Wait until then (monotonic).
 * return: false when the stream is being stopped */
bool mr_signs_sleep_until(struct mr_stream *stream, int64_t due_us);

/* Note that something came from the source: if it was lost, it is back. */
void mr_signs_note_life(struct mr_ingest *ingest);

#endif

/* The state that the threads of a stream tell each other and the API: its phase, its error, the numbers and times of its
 * pictures. Any thread; all take the stream's lock, unless something else is said. */
#ifndef MR_STREAM_PHASE_H
#define MR_STREAM_PHASE_H

#include "stream/stream_options.h"

struct mr_stream;

/* return: "opening", …; lives for ever */
const char *mr_phase_name(enum mr_stream_phase phase);

/* Copy an error without the source's address, for those who may watch but not know where it is; of a script's error, that
 * there is one. Takes no lock. */
void mr_phase_tell_reason(const struct mr_stream *stream, const char *error, char *out,
                          size_t size);

/* Set the phase and say so. */
void mr_phase_set(struct mr_stream *stream, enum mr_stream_phase phase);
void mr_phase_set_error(struct mr_stream *stream, const struct mr_error *error);

/* return: whether the phase is MR_STREAM_IDLE */
bool mr_phase_is_idle(struct mr_stream *stream);

/* return: whether the frames are for somebody: a viewer, or somebody who wants them all */
bool mr_phase_is_wanted(struct mr_stream *stream);

/* Count that the source is lost, or back, at a time of the monotonic clock. The phase is set by itself. */
void mr_phase_note_lost(struct mr_stream *stream, int64_t now_us);
void mr_phase_note_back(struct mr_stream *stream, int64_t now_us); /* the error is over, too */

/* return: for how long the source was lost, all in all, in µs. The caller holds the lock */
int64_t mr_phase_lost_us(const struct mr_stream *stream);

/* Give a frame of the media time pts_us its number.
 * return: the number */
uint64_t mr_phase_number(struct mr_stream *stream, int64_t pts_us);

/* return: how many frames were given a number */
uint64_t mr_phase_numbered(struct mr_stream *stream);

/* return: the media time of a frame that would come now, in µs; 0 before the first one */
int64_t mr_phase_media_now_us(struct mr_stream *stream);

/* Make the text of a notice about a lost source, with the next frame's number, size and time.
 * out:    *notice
 * return: false when it is not lost (any more) */
bool mr_phase_number_notice(struct mr_stream *stream, struct mr_notice *notice);

#endif

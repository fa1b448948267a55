/* The facts about a recorder that the API and the log tell: what was dropped, begun, flushed, and why it failed. Each takes
 * the recorder's lock for a moment. thread: the recorder's, but for mr_record_state_drop: any */
#ifndef MR_STREAM_RECORD_STATE_H
#define MR_STREAM_RECORD_STATE_H

#include "base/error.h"

struct mr_recorder;

/* Count a frame that comes into no file. */
void mr_record_state_drop(struct mr_recorder *recorder);

/* Note that frames have reached the disk: a trouble is over if few wait. */
void mr_record_state_note_flushed(struct mr_recorder *recorder);

/* Note that a file was begun. */
void mr_record_state_note_begun(struct mr_recorder *recorder, const char *name);

/* Note that a file could not be made or written. */
void mr_record_state_note_failed(struct mr_recorder *recorder, const struct mr_error *error);

/* Tell, as the recorder ends, how many frames are in no file. The state keeps the trouble. */
void mr_record_state_note_end(struct mr_recorder *recorder);

#endif

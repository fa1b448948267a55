/* When a recording loses frames: from the first frame that is dropped until frames reach the disk again.
 * A disk that hangs or is too slow (the queue is full) and a file that cannot be written are both such
 * trouble, and one may follow the other. Plain data, under the recorder's lock. */
#ifndef MR_STREAM_RECORD_TROUBLE_H
#define MR_STREAM_RECORD_TROUBLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zeroed one is no trouble. */
struct mr_record_trouble {
    bool failed;             /* a file could not be made or written, see error */
    int64_t since_us;        /* monotonic; 0: there is no trouble */
    uint64_t dropped_before; /* frames that the recorder had dropped when it began */
    struct mr_error error;
};

/* A frame is dropped because the disk is too slow: the queue is full, or the time to stop has come.
 * in:     dropped: frames that the recorder dropped so far, without this one
 * return: whether the trouble begins with this frame */
bool mr_record_trouble_fall_behind(struct mr_record_trouble *trouble, int64_t now_us,
                                   uint64_t dropped);

/* A file could not be made or written.
 * return: whether that is news: no earlier file of this trouble failed */
bool mr_record_trouble_fail(struct mr_record_trouble *trouble, int64_t now_us, uint64_t dropped,
                            const struct mr_error *error);

/* The trouble that there is now, for the API.
 * in:     trouble: there is one; dropped: frames that the recorder dropped so far
 * out:    *error */
void mr_record_trouble_tell(const struct mr_record_trouble *trouble, int64_t now_us,
                            uint64_t dropped, struct mr_error *error);

/* The trouble is over: forget it.
 * out:    text: how long it was and what it cost, for the log */
void mr_record_trouble_end(struct mr_record_trouble *trouble, int64_t now_us, uint64_t dropped,
                           char *text, size_t size);

#endif

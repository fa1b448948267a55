/* When a frame is shown in a recording.
 *
 * Frames keep the distances of their media time (pts): even, also where the machine was late with one.
 * But media time says nothing of what happened to the stream: it stands still while a camera is gone,
 * jumps when one says nonsense, and runs a little wrong for hours. So it is held against the clock:
 * where the two are more than MR_RECORD_TIME_SLACK_US apart, the frame gets the time at which it came, and media
 * time counts from there. A recording is then as long as the recording took, gaps included, and a loop
 * of a file is no jump since media time goes on. The clock is the monotonic one: setting the wall
 * clock does not tear a recording apart.
 *
 * In lossless runs, which take no time that means anything, only media time counts.
 * Plain data, one thread. */
#ifndef MR_STREAM_RECORD_TIME_H
#define MR_STREAM_RECORD_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define MR_RECORD_TIME_SLACK_US 1000000

struct mr_record_time {
    bool lossless; /* set before the first frame */
    bool begun;
    int64_t offset_us; /* from media time to that of the recording */
};

/* in:     pts_us: the frame's media time; now_us: when it came (monotonic)
 * return: its time in the recording, of which only differences mean anything. It may be earlier than the
 *         last one by no more than the slack */
int64_t mr_record_time_of(struct mr_record_time *time, int64_t pts_us, int64_t now_us);

#endif

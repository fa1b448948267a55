/* The pacer: when a frame of a file is due, and which frames are above the rate limit.
 *
 * Plain data, the source thread's. Due times hang on an anchor (media time ↔ monotonic clock)
 * rather than on the frame before, so that no error adds up. */
#ifndef MR_STREAM_PACER_H
#define MR_STREAM_PACER_H

#include <stdbool.h>
#include <stdint.h>

struct mr_pacer {
    double max_fps;    /* 0: no limit */
    double source_fps; /* 0: unknown */
    bool anchored;
    int64_t anchor_pts_us, anchor_us; /* this media time is due at this monotonic time */
    bool passed_any;
    int64_t next_pts_us; /* the rate limit's next slot */
};

/* in:     max_fps: upper bound of the rate that is let through; 0: none */
void mr_pacer_init(struct mr_pacer *pacer, double max_fps);

/* Tell the source's own rate in frames a second; 0: it is not known. */
void mr_pacer_set_rate(struct mr_pacer *pacer, double source_fps);

/* Whether a frame of media time pts_us is within the rate limit; counts it as shown if so. */
bool mr_pacer_admit(struct mr_pacer *pacer, int64_t pts_us);

/* return: the media time, in µs, from which on the next frame is within the limit */
int64_t mr_pacer_slot_us(const struct mr_pacer *pacer);

/* A frame that would be more than a second late, or due more than an hour and the distance of two
 * shown frames ahead (a jump of the timestamps), is due now and becomes the new anchor.
 * return: when a frame of media time pts_us is due, on the monotonic clock, in µs */
int64_t mr_pacer_due_us(struct mr_pacer *pacer, int64_t pts_us, int64_t now_us);

/* The stream rested: the next frame is due at once. */
void mr_pacer_reset(struct mr_pacer *pacer);

#endif

/* From the time stamps that an input has to media time: in microseconds, from 0 at the first frame,
 * never going back, without a jump where the input starts again. A file's gaps stay, up to an hour, and none of its frames
 * has the time of the one before. Of a live input, whose clock may be
 * set or missing, media time goes on as the wall's does. Plain data, one thread.
 * Private to src/media. */
#ifndef MR_MEDIA_TIMELINE_H
#define MR_MEDIA_TIMELINE_H

#include <libavutil/rational.h>
#include <stdbool.h>
#include <stdint.h>

struct mr_timeline {
    AVRational time_base; /* of the stamps */
    int64_t nominal_us;   /* a frame's duration where the input does not say */

    int64_t origin;  /* the stamp that stands for base_us */
    bool has_origin; /* false until the first stamp after a start */
    int64_t base_us;

    bool started;   /* there was a frame */
    unsigned stuck; /* frames of a file in a row that did not come after the one before */
    int64_t last_us, last_duration_us, last_arrival_us;
};

/* in:     time_base: of the stamps; fps: of frames whose stamps are missing; 0: not known */
void mr_timeline_init(struct mr_timeline *timeline, AVRational time_base, double fps);

/* The input starts again: its next frame follows the last one, whatever its stamp says. Time base
 * and rate may have changed. */
void mr_timeline_restart(struct mr_timeline *timeline, AVRational time_base, double fps);

/* Take the next frame.
 * in:     stamp, AV_NOPTS_VALUE when missing; duration, 0 when unknown; both in time_base;
 *         arrival_us: when a frame of a live input came, monotonic; 0: of a file
 * return: its media time in µs, never less than the last one's */
int64_t mr_timeline_next(struct mr_timeline *timeline, int64_t stamp, int64_t duration,
                         int64_t arrival_us);

#endif

#include "media/source/timeline.h"

#include <libavutil/avutil.h>
#include <libavutil/mathematics.h>

/* A stamp that goes back further than this is a new beginning (a camera that restarted), not
 * jitter. */
#define JUMP_US 1000000

/* A live input's stamps that are ahead of its arrivals by more than this were set, not waited for;
 * what was buffered on the way comes in shorter steps. */
#define EARLY_US 10000000

/* A file's own times are believed: frames may be minutes apart. A longer gap counts as a jump. */
#define GAP_MAX_US INT64_C(3600000000)

/* Frames of a file that do not come one after the other: the first ones are jitter and follow closely; if there are more
 * in a row, the stamps say nothing. */
#define JITTER_US  1000
#define JITTER_MAX 3

#define DEFAULT_FPS 25.0

static int64_t ticks_to_us(const struct mr_timeline *timeline, int64_t ticks)
{
    return av_rescale_q(ticks, timeline->time_base, AV_TIME_BASE_Q);
}

void mr_timeline_init(struct mr_timeline *timeline, AVRational time_base, double fps)
{
    *timeline = (struct mr_timeline){ 0 };
    mr_timeline_restart(timeline, time_base, fps);
}

void mr_timeline_restart(struct mr_timeline *timeline, AVRational time_base, double fps)
{
    timeline->time_base = time_base;
    timeline->nominal_us = (int64_t)(1e6 / (fps > 0 ? fps : DEFAULT_FPS));
    timeline->has_origin = false;
}

/* Where the next frame is when its stamp cannot say. */
static int64_t following_us(const struct mr_timeline *timeline, int64_t arrival_us)
{
    if (!timeline->started)
        return 0;
    bool timed = arrival_us > 0 && timeline->last_arrival_us > 0;
    return timeline->last_us +
           (timed ? arrival_us - timeline->last_arrival_us : timeline->last_duration_us);
}

static int64_t begin_at(struct mr_timeline *timeline, int64_t stamp, int64_t us)
{
    timeline->base_us = us;
    timeline->origin = stamp;
    timeline->has_origin = true;
    return us;
}

static int64_t place(struct mr_timeline *timeline, int64_t stamp, int64_t arrival_us)
{
    int64_t following = following_us(timeline, arrival_us);
    if (stamp == AV_NOPTS_VALUE)
        return following;
    if (!timeline->has_origin)
        return begin_at(timeline, stamp, following);
    int64_t us = timeline->base_us + ticks_to_us(timeline, stamp - timeline->origin);
    if (!timeline->started)
        return us;
    bool set_ahead = us > (arrival_us > 0 ? following + EARLY_US : timeline->last_us + GAP_MAX_US);
    if (set_ahead || us < timeline->last_us - JUMP_US)
        return begin_at(timeline, stamp, following);
    if (arrival_us > 0)
        return us < timeline->last_us ? timeline->last_us : us;
    timeline->stuck = us > timeline->last_us ? 0 : timeline->stuck + 1;
    if (timeline->stuck > JITTER_MAX)
        return begin_at(timeline, stamp, following);
    return timeline->stuck > 0 ? timeline->last_us + JITTER_US : us;
}

int64_t mr_timeline_next(struct mr_timeline *timeline, int64_t stamp, int64_t duration,
                         int64_t arrival_us)
{
    int64_t us = place(timeline, stamp, arrival_us);
    int64_t duration_us = duration > 0 ? ticks_to_us(timeline, duration) : 0;
    timeline->last_us = us;
    timeline->last_duration_us = duration_us > 0 ? duration_us : timeline->nominal_us;
    timeline->last_arrival_us = arrival_us;
    timeline->started = true;
    return us;
}

#include "media/timeline.h"

#include <libavutil/avutil.h>
#include <libavutil/mathematics.h>

/* A stamp that goes back further than this is a new beginning (a camera that restarted), not
 * jitter. */
#define JUMP_US 1000000

#define DEFAULT_FPS 25.0

static int64_t to_us(const struct mr_timeline *timeline, int64_t ticks)
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

static int64_t following_us(const struct mr_timeline *timeline)
{
    return timeline->started ? timeline->last_us + timeline->last_duration_us : 0;
}

static void set_origin(struct mr_timeline *timeline, int64_t stamp)
{
    timeline->base_us = following_us(timeline);
    timeline->origin = stamp;
    timeline->has_origin = true;
}

static int64_t place(struct mr_timeline *timeline, int64_t stamp)
{
    if (stamp == AV_NOPTS_VALUE)
        return following_us(timeline);
    if (!timeline->has_origin)
        set_origin(timeline, stamp);
    int64_t us = timeline->base_us + to_us(timeline, stamp - timeline->origin);
    if (!timeline->started || us >= timeline->last_us)
        return us;
    if (us >= timeline->last_us - JUMP_US)
        return timeline->last_us;
    set_origin(timeline, stamp);
    return timeline->base_us;
}

int64_t mr_timeline_next(struct mr_timeline *timeline, int64_t stamp, int64_t duration)
{
    int64_t us = place(timeline, stamp);
    int64_t duration_us = duration > 0 ? to_us(timeline, duration) : 0;
    timeline->last_us = us;
    timeline->last_duration_us = duration_us > 0 ? duration_us : timeline->nominal_us;
    timeline->started = true;
    return us;
}

#include "stream/pacer.h"

#define LATE_US  1000000
#define AHEAD_US INT64_C(3600000000)

void mr_pacer_init(struct mr_pacer *pacer, double max_fps)
{
    *pacer = (struct mr_pacer){ .max_fps = max_fps };
}

void mr_pacer_set_rate(struct mr_pacer *pacer, double source_fps)
{
    pacer->source_fps = source_fps;
}

/* How much before its slot a frame may come, so that the one nearest to it is shown: half the distance
 * of the source's frames. That lets a 29.97 fps source through a limit of 30, and does not turn jitter
 * into drops. */
static int64_t early_us(const struct mr_pacer *pacer)
{
    double fps = pacer->source_fps > pacer->max_fps ? pacer->source_fps : pacer->max_fps;
    return (int64_t)(1e6 / fps / 2);
}

/* return: the distance of the rate limit's slots; 0: there is no limit */
static int64_t slot_us_of(const struct mr_pacer *pacer)
{
    return pacer->max_fps > 0 ? (int64_t)(1e6 / pacer->max_fps) : 0;
}

bool mr_pacer_admit(struct mr_pacer *pacer, int64_t pts_us)
{
    if (pacer->max_fps <= 0)
        return true;

    int64_t slot_us = slot_us_of(pacer);
    if (pacer->passed_any && pts_us < pacer->next_pts_us - early_us(pacer))
        return false;
    bool on_grid = pacer->passed_any && pts_us < pacer->next_pts_us + slot_us;
    pacer->next_pts_us = (on_grid ? pacer->next_pts_us : pts_us) + slot_us;
    pacer->passed_any = true;
    return true;
}

int64_t mr_pacer_slot_us(const struct mr_pacer *pacer)
{
    return pacer->max_fps > 0 ? pacer->next_pts_us - early_us(pacer) : 0;
}

int64_t mr_pacer_due_us(struct mr_pacer *pacer, int64_t pts_us, int64_t now_us)
{
    int64_t due_us = pacer->anchor_us + (pts_us - pacer->anchor_pts_us);
    int64_t ahead_us = AHEAD_US + slot_us_of(pacer); /* the frames between two slots take no time */
    if (!pacer->anchored || due_us < now_us - LATE_US || due_us > now_us + ahead_us) {
        pacer->anchored = true;
        pacer->anchor_pts_us = pts_us;
        pacer->anchor_us = now_us;
        due_us = now_us;
    }
    return due_us;
}

void mr_pacer_reset(struct mr_pacer *pacer)
{
    pacer->anchored = false;
}

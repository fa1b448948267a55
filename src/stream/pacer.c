#include "stream/pacer.h"

#define LATE_US  1000000
#define AHEAD_US 10000000

void mr_pacer_init(struct mr_pacer *pacer, double max_fps)
{
    *pacer = (struct mr_pacer){ .max_fps = max_fps };
}

/* Slots are `1/max_fps` apart, and the frame nearest to each is shown: one that comes before its slot
 * by less than half the distance of the source's frames. That lets a 29.97 fps source through a
 * limit of 30, and does not turn jitter into drops. */
bool mr_pacer_admit(struct mr_pacer *pacer, int64_t pts_us)
{
    if (pacer->max_fps <= 0)
        return true;

    int64_t slot_us = (int64_t)(1e6 / pacer->max_fps);
    int64_t step_us = pts_us - pacer->last_pts_us;
    int64_t early_us = (step_us < slot_us ? step_us : slot_us) / 2;
    pacer->last_pts_us = pts_us;
    if (pacer->passed_any && pts_us < pacer->next_pts_us - early_us)
        return false;
    bool on_grid = pacer->passed_any && pts_us < pacer->next_pts_us + slot_us;
    pacer->next_pts_us = (on_grid ? pacer->next_pts_us : pts_us) + slot_us;
    pacer->passed_any = true;
    return true;
}

int64_t mr_pacer_slot_us(const struct mr_pacer *pacer)
{
    return pacer->max_fps > 0 ? pacer->next_pts_us - (int64_t)(1e6 / pacer->max_fps) / 2 : 0;
}

int64_t mr_pacer_due_us(struct mr_pacer *pacer, int64_t pts_us, int64_t now_us)
{
    int64_t due_us = pacer->anchor_us + (pts_us - pacer->anchor_pts_us);
    if (!pacer->anchored || due_us < now_us - LATE_US || due_us > now_us + AHEAD_US) {
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

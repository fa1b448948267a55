#include "media/source/skipper.h"

#include <string.h>

/* A rounded time stamp must not fall into the slot before. */
#define TOLERANCE_US 1000

void mr_skipper_init(struct mr_skipper *skipper, double fps)
{
    *skipper = (struct mr_skipper){ .slot_us = fps > 0 ? (int64_t)(1e6 / fps) : 0 };
}

void mr_skipper_align(struct mr_skipper *skipper, int64_t start_us)
{
    int64_t slot_us = skipper->slot_us;
    if (slot_us == 0)
        return;
    int64_t shift_us = (start_us - skipper->origin_us) % slot_us;
    if (shift_us < 0)
        shift_us += slot_us;
    if (skipper->begun && (shift_us <= TOLERANCE_US || shift_us >= slot_us - TOLERANCE_US))
        return;
    skipper->begun = true;
    skipper->origin_us = start_us;
    memset(skipper->slots, 0, sizeof(skipper->slots));
}

static int64_t slot_of(const struct mr_skipper *skipper, int64_t at_us)
{
    int64_t from_us = at_us - skipper->origin_us;
    int64_t number = from_us / skipper->slot_us;
    return from_us % skipper->slot_us < 0 ? number - 1 : number;
}

bool mr_skipper_skips(struct mr_skipper *skipper, int64_t at_us)
{
    if (skipper->slot_us == 0)
        return false;
    if (!skipper->begun)
        mr_skipper_align(skipper, at_us - skipper->slot_us / 2);
    int64_t number = slot_of(skipper, at_us);
    unsigned place = (unsigned)((uint64_t)number % MR_SKIPPER_SLOTS);
    bool known = skipper->slots[place].taken && skipper->slots[place].number == number;
    if (known && skipper->slots[place].first_us <= at_us)
        return true;
    skipper->slots[place].taken = true;
    skipper->slots[place].number = number;
    skipper->slots[place].first_us = at_us;
    return false;
}

/* Finds packets that need not be decoded because the rate limit drops their frames anyway: those that come
 * later in a slot of the output than another frame of the same slot. What is dropped must not change
 * what is left, so it is exact: of every slot the first frame is decoded, whatever order the packets
 * come in, and whoever keeps the first frame of each slot sees no difference.
 *
 * Until it is told otherwise, the first frame is taken to lie in the middle of its slot, as the pacer's.
 *
 * Plain data, the source thread's. Private to src/media. */
#ifndef MR_MEDIA_SKIPPER_H
#define MR_MEDIA_SKIPPER_H

#include <stdbool.h>
#include <stdint.h>

/* Slots that packets of one time can belong to: reordering reaches over some frames only. */
#define MR_SKIPPER_SLOTS 8

struct mr_skipper {
    int64_t slot_us;   /* 0: everything is decoded */
    bool begun;        /* the origin is known */
    int64_t origin_us; /* where a slot begins, in the packets' time */
    struct {
        int64_t number;   /* of the slot */
        int64_t first_us; /* the earliest packet in it that is decoded */
        bool taken;
    } slots[MR_SKIPPER_SLOTS];
};

/* The limit is `fps` frames a second; 0: none. */
void mr_skipper_init(struct mr_skipper *skipper, double fps);

/* A slot begins at `start_us`: the time of the packets whose frames are wanted next. */
void mr_skipper_align(struct mr_skipper *skipper, int64_t start_us);

/* Whether a packet's frame, shown at `at_us`, is not wanted, in the order of decoding. */
bool mr_skipper_skips(struct mr_skipper *skipper, int64_t at_us);

#endif

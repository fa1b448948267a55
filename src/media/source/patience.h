/* How long a blocking call of FFmpeg may take: until somebody interrupts it, or until its deadline.
 * Plain data of the thread that makes the calls; FFmpeg asks it all the time. Private to src/media. */
#ifndef MR_MEDIA_PATIENCE_H
#define MR_MEDIA_PATIENCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct mr_patience {
    const atomic_bool *interrupt; /* becomes true when everything is to end; may be NULL */
    int64_t limit_us;             /* for what waits for somebody else; 0: none */
    int64_t deadline_us;          /* of the call under way, monotonic; 0: none */
};

/* A call begins that may wait for somebody else: it has `limit_us` from now. */
void mr_patience_begin(struct mr_patience *patience);

/* A call begins that may take as long as it takes. */
void mr_patience_lift(struct mr_patience *patience);

/* return: 0; -ECANCELED interrupted; -ETIMEDOUT the deadline has passed */
int mr_patience_check(const struct mr_patience *patience);

/* Why a call ended that gave up, which FFmpeg may tell one call late.
 * in:     code: -errno of what it returned
 * return: as mr_patience_check; 0 when patience has nothing to do with it */
int mr_patience_why(const struct mr_patience *patience, int code);

/* The same as FFmpeg's AVIOInterruptCB.callback.
 * return: 1 when FFmpeg has to give up, else 0 */
int mr_patience_is_over(void *patience);

#endif

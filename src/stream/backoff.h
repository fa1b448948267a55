/* How long to wait before the next attempt: longer after each failure, and never quite the same, so
 * that many who lost one peer do not all come back at once. Plain data, one thread. */
#ifndef MR_STREAM_BACKOFF_H
#define MR_STREAM_BACKOFF_H

#include <stdint.h>

#define MR_BACKOFF_FIRST_US INT64_C(250000) /* doubled with each failure … */
#define MR_BACKOFF_LAST_US  INT64_C(5000000)
#define MR_BACKOFF_SLOW_US  INT64_C(30000000) /* where trying again is likely to be refused again */
#define MR_BACKOFF_JITTER   0.2               /* so much more or less than that */

struct mr_backoff {
    unsigned failures; /* in a row */
    uint32_t random;   /* state of the jitter's generator */
};

/* in:     seed: of the jitter, so that many clients do not try again at the same moment */
void mr_backoff_init(struct mr_backoff *backoff, uint32_t seed);

/* return: how long to wait now */
int64_t mr_backoff_next_us(struct mr_backoff *backoff);

/* return: the same where somebody has to change something first */
int64_t mr_backoff_slow_us(struct mr_backoff *backoff);

/* It went well for a while. */
void mr_backoff_reset(struct mr_backoff *backoff);

#endif

/* How often a client may say something: a token bucket. Plain data, the caller's thread. */
#ifndef MR_HTTP_BUCKET_H
#define MR_HTTP_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#define MR_BUCKET_PER_SECOND 200  /* messages of one client in the long run */
#define MR_BUCKET_AT_ONCE    2000 /* … and when it has been quiet for long */
#define MR_BUCKET_PATIENCE   200  /* messages too many, in a row, before it is shown the door */

struct mr_bucket {    /* all zero is a full one */
    int64_t spent_us; /* when all that was taken will have been refilled */
    unsigned excess;  /* messages too many since the last good one */
};

enum mr_bucket_answer {
    MR_BUCKET_GOOD,
    MR_BUCKET_TOO_MANY, /* not this one */
    MR_BUCKET_ENOUGH,   /* and no more of it: it does not listen */
};

/* Take a token for one more message.
 * return: whether the message may pass, and whether the client should be disconnected */
enum mr_bucket_answer mr_bucket_take(struct mr_bucket *bucket, int64_t now_us);

#endif

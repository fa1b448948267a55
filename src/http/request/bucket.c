#include "http/request/bucket.h"

#define EACH_US (1000000LL / MR_BUCKET_PER_SECOND)

enum mr_bucket_answer mr_bucket_take(struct mr_bucket *bucket, int64_t now_us)
{
    int64_t spent_us = bucket->spent_us > now_us ? bucket->spent_us : now_us;
    if (spent_us + EACH_US - now_us > MR_BUCKET_AT_ONCE * EACH_US) {
        bucket->excess++;
        return bucket->excess > MR_BUCKET_PATIENCE ? MR_BUCKET_ENOUGH : MR_BUCKET_TOO_MANY;
    }
    bucket->spent_us = spent_us + EACH_US;
    bucket->excess = 0;
    return MR_BUCKET_GOOD;
}

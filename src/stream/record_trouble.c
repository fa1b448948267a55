#include "stream/record_trouble.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static void begin_trouble(struct mr_record_trouble *trouble, int64_t now_us, uint64_t dropped)
{
    if (trouble->since_us != 0)
        return;
    trouble->since_us = now_us;
    trouble->dropped_before = dropped;
}

bool mr_record_trouble_fall_behind(struct mr_record_trouble *trouble, int64_t now_us,
                                   uint64_t dropped)
{
    bool begins = trouble->since_us == 0;
    begin_trouble(trouble, now_us, dropped);
    return begins;
}

bool mr_record_trouble_fail(struct mr_record_trouble *trouble, int64_t now_us, uint64_t dropped,
                            const struct mr_error *error)
{
    bool news = !trouble->failed;
    begin_trouble(trouble, now_us, dropped);
    trouble->failed = true;
    trouble->error = *error;
    return news;
}

void mr_record_trouble_tell(const struct mr_record_trouble *trouble, int64_t now_us,
                            uint64_t dropped, struct mr_error *error)
{
    if (trouble->failed)
        *error = trouble->error;
    else
        mr_error_set(error, -ETIMEDOUT,
                     "the disk is too slow or hangs: %" PRIu64 " frames were dropped in %.0f s",
                     dropped - trouble->dropped_before, (double)(now_us - trouble->since_us) / 1e6);
}

void mr_record_trouble_end(struct mr_record_trouble *trouble, int64_t now_us, uint64_t dropped,
                           char *text, size_t size)
{
    snprintf(text, size, "%" PRIu64 " frames were dropped in %.1f s",
             dropped - trouble->dropped_before, (double)(now_us - trouble->since_us) / 1e6);
    *trouble = (struct mr_record_trouble){ 0 };
}

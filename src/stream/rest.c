/* While nobody watches: no decoding. A file stays where it is; what a live input sends is thrown
 * away, or it is closed (options.idle_disconnect_s) until somebody comes. */
#include "stream/ingest.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/source/source_discard.h"

#include <errno.h>

/* Packets are thrown away in batches of this length, which costs less than waking up for each. One that
 * was waited for shows that there are no more. */
#define BATCH_US  100000
#define WAITED_US 1000

static int connect_again(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    mr_log(MR_LOG_DEBUG, "stream", "%s: closed while nobody watches", stream->options.name);
    mr_ingest_close(ingest);
    mr_hub_wait_wanted(stream->hub, -1);
    if (mr_ingest_is_stopping(ingest))
        return -ECANCELED;
    mr_stream_set_phase(stream, MR_STREAM_OPENING);
    return mr_ingest_open(ingest);
}

static int discard(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    double seconds = stream->options.idle_disconnect_s;
    int64_t close_us = seconds > 0 ? mr_clock_now_us() + (int64_t)(seconds * 1e6) : INT64_MAX;
    while (!mr_stream_is_wanted(stream)) {
        int64_t asked_us = mr_clock_now_us();
        int result = mr_source_discard(ingest->source, &ingest->error);
        if (result != 0)
            return result;
        bool was_lost = ingest->lost;
        mr_ingest_note_life(ingest);
        if (was_lost)
            mr_stream_set_phase(stream, MR_STREAM_IDLE);
        int64_t now_us = mr_clock_now_us();
        if (now_us >= close_us)
            return connect_again(ingest);
        if (now_us - asked_us >= WAITED_US)
            mr_hub_wait_wanted(stream->hub, now_us + BATCH_US);
    }
    return 0;
}

int mr_ingest_rest(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    if (mr_stream_is_wanted(stream))
        return 0;

    if (!ingest->lost)
        mr_stream_set_phase(stream, MR_STREAM_IDLE); /* first: what is on its way is cleared, too */
    mr_hub_clear(stream->hub);
    int result = 0;
    if (ingest->info.live)
        result = discard(ingest);
    else
        mr_hub_wait_wanted(stream->hub, -1);
    if (result != 0)
        return result;
    if (!ingest->lost)
        mr_stream_set_phase(stream, MR_STREAM_RUNNING);
    mr_pacer_reset(&ingest->pacer);
    return 0;
}

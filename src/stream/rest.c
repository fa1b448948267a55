#include "stream/rest.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/source/source_discard.h"
#include "stream/ingest_private.h"
#include "stream/inlet.h"
#include "stream/phase.h"
#include "stream/signs.h"

#include <errno.h>

/* Packets are thrown away in batches of this length, which costs less than waking up for each. One that
 * was waited for shows that there are no more. */
#define BATCH_US  100000
#define WAITED_US 1000

static int connect_again(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    mr_log(MR_LOG_DEBUG, "stream", "%s: closed while nobody watches", stream->options.name);
    mr_inlet_close(ingest);
    mr_hub_wait_wanted(stream->hub, -1);
    if (mr_ingest_is_stopping(ingest))
        return -ECANCELED;
    mr_phase_set(stream, MR_STREAM_OPENING);
    return mr_inlet_open(ingest);
}

static int discard(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    double seconds = stream->options.idle_disconnect_s;
    int64_t close_us = seconds > 0 ? mr_clock_now_us() + (int64_t)(seconds * 1e6) : INT64_MAX;
    while (!mr_phase_is_wanted(stream)) {
        int64_t asked_us = mr_clock_now_us();
        int result = mr_source_discard(ingest->source, &ingest->error);
        if (result != 0)
            return result;
        bool was_lost = ingest->lost;
        mr_signs_note_life(ingest);
        if (was_lost)
            mr_phase_set(stream, MR_STREAM_IDLE);
        int64_t now_us = mr_clock_now_us();
        if (now_us >= close_us)
            return connect_again(ingest);
        if (now_us - asked_us >= WAITED_US)
            mr_hub_wait_wanted(stream->hub, now_us + BATCH_US);
    }
    return 0;
}

int mr_rest_while_unwatched(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    if (mr_phase_is_wanted(stream))
        return 0;

    if (!ingest->lost)
        mr_phase_set(stream, MR_STREAM_IDLE); /* first: what is on its way is cleared, too */
    mr_hub_clear(stream->hub);
    int result = 0;
    if (ingest->info.live)
        result = discard(ingest);
    else
        mr_hub_wait_wanted(stream->hub, -1);
    if (result != 0)
        return result;
    atomic_store_explicit(&stream->awake_from, mr_phase_numbered(stream), memory_order_relaxed);
    if (!ingest->lost)
        mr_phase_set(stream, MR_STREAM_RUNNING);
    mr_pacer_reset(&ingest->pacer);
    return 0;
}

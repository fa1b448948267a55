#include "stream/signs.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "stream/ingest_private.h"
#include "stream/phase.h"

#include <errno.h>

bool mr_signs_sleep_until(struct mr_stream *stream, int64_t due_us)
{
    pthread_mutex_lock(&stream->lock);
    while (!atomic_load_explicit(&stream->stopping, memory_order_relaxed))
        if (mr_clock_now_us() >= due_us ||
            mr_thread_cond_wait_until(&stream->wake, &stream->lock, due_us) == -ETIMEDOUT)
            break;
    pthread_mutex_unlock(&stream->lock);
    return !atomic_load_explicit(&stream->stopping, memory_order_relaxed);
}

void mr_signs_note_life(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    if (!ingest->lost)
        return;
    ingest->lost = false;
    ingest->back_since_us = mr_clock_now_us();
    mr_phase_note_back(stream, ingest->back_since_us);
    mr_log(MR_LOG_INFO, "stream", "%s: back after %.1f s, at attempt %u", stream->options.name,
           (double)(ingest->back_since_us - ingest->lost_since_us) / 1e6, ingest->attempts);
    mr_phase_set(stream, MR_STREAM_RUNNING);
}

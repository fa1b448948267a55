#include "stream/reconnect.h"

#include "base/clock.h"
#include "base/log.h"
#include "stream/ingest_private.h"
#include "stream/inlet.h"
#include "stream/phase.h"
#include "stream/signs.h"

#include <errno.h>

/* An input that ran for so long was well: the waits begin anew. */
#define WELL_US 1000000

static bool comes_and_goes(const struct mr_ingest *ingest)
{
    const struct mr_stream_options *options = &ingest->stream->options;
    if (options->lossless)
        return false;
    return ingest->opened ? (ingest->info.live && !ingest->info.piped) || ingest->info.remote
                          : options->patient && mr_source_is_elsewhere(options->url);
}

/* Errors that no waiting mends. An input that has run once was right, so its errors are the other side's. */
static bool is_hopeless(const struct mr_ingest *ingest, int result)
{
    if (ingest->opened)
        return false;
    return result == -EACCES || result == -ENOENT || result == -ENOTSUP || result == -EINVAL;
}

bool mr_reconnect_is_final(const struct mr_ingest *ingest, int result)
{
    if (result == 0)
        return false;
    if (result == -ECANCELED || !comes_and_goes(ingest))
        return true;
    if (result == 1)
        return !ingest->info.live || ingest->stream->options.frames > 0;
    return is_hopeless(ingest, result);
}

static void begin(struct mr_ingest *ingest, int result)
{
    struct mr_stream *stream = ingest->stream;
    if (result == 1)
        mr_error_set(&ingest->error, -ENODATA, "the source has ended");
    mr_phase_set_error(stream, &ingest->error);
    if (ingest->lost)
        return;
    int64_t now_us = mr_clock_now_us();
    if (now_us - ingest->back_since_us >= WELL_US)
        mr_backoff_reset(&ingest->backoff);
    ingest->lost = true;
    ingest->lost_since_us = now_us;
    ingest->attempts = 0;
    mr_log(MR_LOG_WARN, "stream", "%s: lost, trying again: %s", stream->options.name,
           ingest->error.text);
    mr_phase_note_lost(stream, now_us);
    mr_phase_set(stream, MR_STREAM_LOST);
    mr_mailbox_poke(&stream->mailbox); /* for the notice */
}

int mr_reconnect_recover(struct mr_ingest *ingest, int result)
{
    struct mr_stream *stream = ingest->stream;
    begin(ingest, result);
    mr_inlet_close(ingest);
    do {
        bool refused = result == -EACCES && ingest->info.remote;
        int64_t wait_us =
            refused ? mr_backoff_slow_us(&ingest->backoff) : mr_backoff_next_us(&ingest->backoff);
        mr_log(MR_LOG_DEBUG, "stream", "%s: next attempt in %.2f s: %s", stream->options.name,
               (double)wait_us / 1e6, ingest->error.text);
        if (!mr_signs_sleep_until(stream, mr_clock_now_us() + wait_us))
            return -ECANCELED;
        ingest->attempts++;
        result = mr_inlet_open(ingest);
        if (result < 0)
            mr_phase_set_error(stream, &ingest->error);
    } while (result < 0 && result != -ECANCELED);
    return result;
}

#include "stream/inlet.h"

#include "base/log.h"
#include "stream/ingest_private.h"

#include <stdio.h>
#include <string.h>

static void note_info(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    struct mr_source_info info = *mr_source_info(ingest->source);
    bool known = ingest->opened && strcmp(info.codec, ingest->info.codec) == 0 &&
                 info.width == ingest->info.width && info.height == ingest->info.height;
    ingest->info = info;
    pthread_mutex_lock(&stream->lock);
    stream->info = info;
    pthread_mutex_unlock(&stream->lock);
    char rate[32] = "";
    if (info.fps > 0)
        snprintf(rate, sizeof(rate), ", %.4g fps", info.fps);
    mr_log(known ? MR_LOG_DEBUG : MR_LOG_INFO, "stream", "%s: %s %dx%d%s%s", stream->options.name,
           info.codec, info.width, info.height, rate, info.live ? ", live" : "");
}

void mr_inlet_note(struct mr_ingest *ingest)
{
    const struct mr_stream_options *options = &ingest->stream->options;
    note_info(ingest);
    ingest->paced = (!ingest->info.live || ingest->info.bursts) && !options->lossless;
    if (options->lossless || (ingest->opened && !ingest->paced))
        return;
    mr_mailbox_set_capacity(&ingest->stream->mailbox,
                            ingest->paced ? MR_STREAM_QUEUE_FILE : MR_STREAM_QUEUE_LIVE);
}

int mr_inlet_open(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    const struct mr_stream_options *options = &stream->options;
    int result = mr_source_open(
        &(struct mr_source_options){
            .url = options->url,
            .loop = options->loop,
            .input = options->input,
            .stall_us = options->lossless ? 0 : (int64_t)(options->stall_s * 1e6),
            .poll_us = options->lossless ? 0 : (int64_t)(options->poll_s * 1e6),
            .fps = options->fps,
            .leave_jpeg = true,
            .interrupt = &stream->stopping,
        },
        &ingest->source, &ingest->error);
    if (result < 0)
        return result;

    mr_inlet_note(ingest);
    mr_pacer_set_rate(&ingest->pacer, ingest->info.fps);
    mr_pacer_reset(&ingest->pacer);
    ingest->begins = true;
    ingest->opened = true;
    return 0;
}

void mr_inlet_close(struct mr_ingest *ingest)
{
    if (ingest->source != NULL)
        ingest->damaged += mr_source_damaged(ingest->source);
    mr_source_close(ingest->source);
    ingest->source = NULL;
}

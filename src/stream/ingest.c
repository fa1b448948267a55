#include "stream/ingest.h"

#include "base/clock.h"
#include "base/thread.h"
#include "stream/feed.h"
#include "stream/ingest_private.h"
#include "stream/inlet.h"
#include "stream/phase.h"
#include "stream/reconnect.h"
#include "stream/work.h"

#include <errno.h>
#include <stdio.h>

static int start_script(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    char name[MR_STREAM_NAME_MAX + 8];
    snprintf(name, sizeof(name), "script %s", stream->options.name);
    int result = mr_thread_start(&ingest->script_thread, name, mr_work_run, stream);
    if (result < 0)
        return mr_error_set(&ingest->error, result, "cannot start another thread");
    ingest->working = true;
    return 0;
}

static int prepare(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    const struct mr_stream_options *options = &stream->options;
    mr_backoff_init(&ingest->backoff, (uint32_t)mr_clock_wall_us());
    mr_pacer_init(&ingest->pacer, options->fps);
    stream->lane = mr_encoder_lane_open(stream->encoder, mr_work_deliver, stream);
    int result =
        mr_converter_create(&(struct mr_converter_options){ .size = options->size,
                                                            .fit = options->fit,
                                                            .background = options->background,
                                                            .slots = MR_STREAM_PICTURES,
                                                            .keep_jpeg = options->keep_jpeg },
                            &ingest->converter);
    return result < 0 || stream->lane == NULL
               ? mr_error_set(&ingest->error, -ENOMEM, "%s: out of memory", options->name)
               : 0;
}

/* From the open source to its end_ingest, or to its loss. */
static int play(struct mr_ingest *ingest)
{
    int result;
    if (!ingest->lost)
        mr_phase_set(ingest->stream, MR_STREAM_RUNNING);
    while ((result = mr_feed_step(ingest)) == 0)
        ;
    return result;
}

static int run(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    int result = prepare(ingest);
    if (result == 0)
        result = mr_inlet_open(ingest);
    if (result < 0 && mr_reconnect_is_final(ingest, result))
        return result;
    int started = start_script(ingest);
    if (started < 0)
        return started;

    for (;;) {
        if (result == 0)
            result = play(ingest);
        if (mr_reconnect_is_final(ingest, result))
            break;
        result = mr_reconnect_recover(ingest, result);
    }
    mr_mailbox_end(&stream->mailbox);
    mr_mailbox_wait_emptied(&stream->mailbox);
    return result;
}

/* The script thread goes on when the pictures have ended, for what viewers say to the script: until
 * the stream is stopped, or has nobody to listen to (lossless). */
static void end_ingest(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    if (ingest->working)
        pthread_join(ingest->script_thread, NULL);
    pthread_mutex_lock(&stream->lock);
    stream->ended = true;
    pthread_cond_broadcast(&stream->wake);
    pthread_mutex_unlock(&stream->lock);
}

void *mr_ingest_run(void *argument)
{
    struct mr_stream *stream = argument;
    struct mr_ingest ingest = { .stream = stream };

    int result = run(&ingest);
    mr_encoder_lane_close(stream->lane);
    if (stream->recorder != NULL)
        mr_recorder_stop(stream->recorder); /* its last packet came with the lane's */
    mr_converter_destroy(ingest.converter);
    mr_inlet_close(&ingest);

    bool failed = result < 0 && result != -ECANCELED;
    if (failed)
        mr_phase_set_error(stream, &ingest.error);
    mr_phase_set(stream, failed ? MR_STREAM_FAILED : MR_STREAM_FINISHED);
    end_ingest(&ingest);
    return NULL;
}

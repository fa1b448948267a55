/* The source thread: open, then read → convert → wait until due → mailbox, frame by frame. */
#include "stream/internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "media/converter.h"
#include "media/source.h"
#include "stream/pacer.h"

#include <errno.h>
#include <stdio.h>

struct ingest {
    struct mr_stream *stream;
    struct mr_converter *converter;
    struct mr_pacer pacer;
    bool paced;
    uint64_t next_seq;
    pthread_t script_thread;
    bool working; /* it was started */
    struct mr_error error;
};

static bool stopping(const struct mr_stream *stream)
{
    return atomic_load_explicit(&stream->stopping, memory_order_relaxed);
}

/* return: false when the stream is being stopped */
static bool sleep_until(struct mr_stream *stream, int64_t due_us)
{
    if (due_us <= mr_clock_now_us())
        return !stopping(stream);
    pthread_mutex_lock(&stream->lock);
    while (!stopping(stream))
        if (mr_cond_wait_until(&stream->wake, &stream->lock, due_us) == -ETIMEDOUT)
            break;
    pthread_mutex_unlock(&stream->lock);
    return !stopping(stream);
}

/* Rest while nobody watches. */
static void rest(struct ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    if (stream->options.always || stream->options.lossless || stream->recorder != NULL ||
        mr_hub_viewers(stream->hub, NULL) > 0)
        return;

    mr_stream_set_phase(stream, MR_STREAM_IDLE); /* first: what is on its way is cleared, too */
    mr_hub_clear(stream->hub);
    mr_hub_wait_wanted(stream->hub, -1);
    mr_stream_set_phase(stream, MR_STREAM_RUNNING);
    mr_pacer_reset(&ingest->pacer);
}

static void note_size(struct mr_stream *stream, const struct mr_picture *picture)
{
    pthread_mutex_lock(&stream->lock);
    bool changed = stream->width != picture->width || stream->height != picture->height;
    stream->width = picture->width;
    stream->height = picture->height;
    pthread_mutex_unlock(&stream->lock);
    if (changed)
        mr_log(MR_LOG_INFO, "stream", "%s: frames of %dx%d", stream->options.name, picture->width,
               picture->height);
}

static int convert(struct ingest *ingest, const struct mr_decoded *decoded,
                   struct mr_picture **picture)
{
    struct mr_stream *stream = ingest->stream;
    int64_t start_us = mr_clock_now_us();
    int result = mr_converter_run(ingest->converter, decoded, picture, &ingest->error);
    mr_stats_stage(&stream->stats, MR_STAGE_CONVERT, mr_clock_now_us() - start_us);
    if (result == -EAGAIN)
        mr_stats_drop(&stream->stats, MR_DROP_POOL);
    return result == -EAGAIN ? 0 : result;
}

static int pass_on(struct ingest *ingest, const struct mr_decoded *decoded)
{
    struct mr_stream *stream = ingest->stream;
    struct mr_picture *picture;
    int result = convert(ingest, decoded, &picture);
    if (result < 0)
        return result;
    uint64_t seq = ingest->next_seq++;
    if (picture == NULL)
        return 0;

    picture->seq = seq;
    note_size(stream, picture);
    if (ingest->paced) {
        int64_t now_us = mr_clock_now_us();
        if (!sleep_until(stream, mr_pacer_due_us(&ingest->pacer, picture->pts_us, now_us))) {
            mr_picture_unref(&picture);
            return -ECANCELED;
        }
        /* A file's frame is decoded ahead of its time; what counts is when it is let go. */
        picture->captured_us = mr_clock_wall_us();
    }
    if (mr_mailbox_put(&stream->mailbox, picture))
        mr_stats_drop(&stream->stats, MR_DROP_SCRIPT);
    return 0;
}

/* return: 0; 1 at the end; -ECANCELED when stopping; -errno with ingest->error */
static int step(struct ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    uint64_t limit = stream->options.frames;
    if (limit > 0 && ingest->next_seq >= limit)
        return 1;

    rest(ingest);
    if (stopping(stream))
        return -ECANCELED;

    struct mr_decoded decoded;
    int64_t start_us = mr_clock_now_us();
    int result = mr_source_read(stream->source, &decoded, &ingest->error);
    atomic_store_explicit(&stream->damaged, mr_source_damaged(stream->source),
                          memory_order_relaxed);
    if (result != 0)
        return result;

    mr_stats_stage(&stream->stats, MR_STAGE_DECODE, mr_clock_now_us() - start_us);
    mr_stats_in(&stream->stats);
    if (!mr_pacer_admit(&ingest->pacer, decoded.pts_us)) {
        mr_stats_drop(&stream->stats, MR_DROP_RATE);
        return 0;
    }
    return pass_on(ingest, &decoded);
}

static int open_source(struct ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    const struct mr_stream_options *options = &stream->options;
    int result = mr_source_open(
        &(struct mr_source_options){
            .url = options->url,
            .loop = options->loop,
            .input = options->input,
            .stall_us = options->lossless ? 0 : (int64_t)(options->stall_s * 1e6),
            .fps = options->fps,
            .interrupt = &stream->stopping,
        },
        &stream->source, &ingest->error);
    if (result < 0)
        return result;

    const struct mr_source_info *info = mr_source_info(stream->source);
    pthread_mutex_lock(&stream->lock);
    stream->info = *info;
    pthread_mutex_unlock(&stream->lock);
    mr_log(MR_LOG_INFO, "stream", "%s: %s %dx%d, %.4g fps%s", options->name, info->codec,
           info->width, info->height, info->fps, info->live ? ", live" : "");

    ingest->paced = !info->live && !options->lossless;
    if (info->live)
        mr_mailbox_set_capacity(&stream->mailbox, MR_STREAM_QUEUE_LIVE);
    mr_pacer_init(&ingest->pacer, options->fps);
    result = mr_converter_create(&(struct mr_converter_options){ .size = options->size,
                                                                 .fit = options->fit,
                                                                 .slots = MR_STREAM_PICTURES },
                                 &ingest->converter);
    return result < 0 ? mr_error_set(&ingest->error, result, "%s: out of memory", options->name)
                      : 0;
}

static int run(struct ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    int result = open_source(ingest);
    if (result < 0)
        return result;

    char name[MR_STREAM_NAME_MAX + 8];
    snprintf(name, sizeof(name), "script %s", stream->options.name);
    result = mr_thread_start(&ingest->script_thread, name, mr_stream_work, stream);
    if (result < 0)
        return mr_error_set(&ingest->error, result, "cannot start another thread");
    ingest->working = true;

    mr_stream_set_phase(stream, MR_STREAM_RUNNING);
    while ((result = step(ingest)) == 0)
        ;
    mr_mailbox_end(&stream->mailbox);
    mr_mailbox_wait_emptied(&stream->mailbox);
    return result;
}

/* The script thread goes on when the pictures have ended, for what viewers say to the script: until
 * the stream is stopped, or has nobody to listen to (lossless). */
static void end(struct ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    if (ingest->working)
        pthread_join(ingest->script_thread, NULL);
    pthread_mutex_lock(&stream->lock);
    stream->ended = true;
    pthread_cond_broadcast(&stream->wake);
    pthread_mutex_unlock(&stream->lock);
}

void *mr_stream_ingest(void *argument)
{
    struct mr_stream *stream = argument;
    struct ingest ingest = { .stream = stream };

    stream->lane = mr_encoder_lane_open(stream->encoder, mr_stream_deliver, stream);
    int result = stream->lane == NULL ? mr_error_set(&ingest.error, -ENOMEM, "%s: out of memory",
                                                     stream->options.name)
                                      : run(&ingest);
    mr_encoder_lane_close(stream->lane);
    if (stream->recorder != NULL)
        mr_recorder_stop(stream->recorder); /* its last packet came with the lane's */
    mr_converter_destroy(ingest.converter);
    mr_source_close(stream->source);

    bool failed = result < 0 && result != -ECANCELED;
    pthread_mutex_lock(&stream->lock);
    if (failed)
        stream->error = ingest.error;
    pthread_mutex_unlock(&stream->lock);
    mr_stream_set_phase(stream, failed ? MR_STREAM_FAILED : MR_STREAM_FINISHED);
    end(&ingest);
    return NULL;
}

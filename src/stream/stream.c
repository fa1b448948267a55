#include "stream/stream.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "media/ffmpeg/url.h"
#include "stream/ingest.h"
#include "stream/stream_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STOP_PATIENCE_US 500000

/* return: whether *text, which may be NULL, is ours now */
static bool own(const char **text)
{
    const char *given = *text;
    *text = given != NULL ? strdup(given) : NULL;
    return *text != NULL || given == NULL;
}

static int copy_options(struct mr_stream *stream, const struct mr_stream_options *options)
{
    struct mr_stream_options *ours = &stream->options;
    *ours = *options;
    bool complete = mr_input_options_copy(&ours->input, &options->input) == 0;
    const char **texts[] = { &ours->name,     &ours->url,    &ours->script,
                             &ours->settings, &ours->record, &ours->host };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        complete &= own(texts[i]);
    return complete ? 0 : -ENOMEM;
}

static void free_options(struct mr_stream_options *options)
{
    const char *texts[] = { options->name,     options->url,    options->script,
                            options->settings, options->record, options->host };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        free((char *)texts[i]);
    mr_input_options_finish(&options->input);
}

static void destroy(struct mr_stream *stream)
{
    mr_stream_stop(stream, "stopped");
    if (stream->hub != NULL)
        mr_hub_set_inbox(stream->hub, NULL, NULL); /* viewers may be there still */
    mr_recorder_destroy(stream->recorder);
    mr_runner_destroy(stream->runner);
    mr_mailbox_finish(&stream->mailbox);
    mr_stats_finish(&stream->stats);
    mr_hub_unref(&stream->hub);
    pthread_cond_destroy(&stream->wake);
    pthread_mutex_destroy(&stream->lock);
    free_options(&stream->options);
    free(stream);
}

/* ---- between script and viewers ---- */

static int take_event(void *opaque, const struct mr_script_event *event)
{
    struct mr_stream *stream = opaque;
    return mr_runner_post(stream->runner, event);
}

static void broadcast(void *opaque, uint64_t client, const char *json, size_t size)
{
    struct mr_stream *stream = opaque;
    if (mr_hub_broadcast(stream->hub, client, json, size) < 0)
        mr_hub_drop_texts(stream->hub, 1);
}

/* Before the stream is started this tells that the script was loaded at last. */
static void wake_script(void *opaque)
{
    struct mr_stream *stream = opaque;
    mr_mailbox_poke(&stream->mailbox);
    pthread_mutex_lock(&stream->lock);
    bool waits = stream->phase == MR_STREAM_FAILED && stream->options.wait_for_script;
    pthread_mutex_unlock(&stream->lock);
    if (waits && stream->options.changed != NULL)
        stream->options.changed(stream->options.changed_opaque);
}

/* ---- life ---- */

static int load_script(struct mr_stream *stream, struct mr_error *error)
{
    const struct mr_stream_options *options = &stream->options;
    return mr_runner_create(
        &(struct mr_runner_options){
            .stream = options->name,
            .path = options->script,
            .settings = options->settings,
            .wait = options->wait_for_script,
            .on_error = options->on_error,
            .limits = options->limits,
            .quality = options->quality,
            .host = stream->options.host,
            .patient = options->lossless,
            .broadcast = broadcast,
            .wake = wake_script,
            .opaque = stream,
        },
        &stream->runner, error);
}

static int prepare_recording(struct mr_stream *stream, struct mr_error *error)
{
    const struct mr_stream_options *options = &stream->options;
    if (options->record == NULL)
        return 0;
    return mr_recorder_create(&(struct mr_recorder_options){ .stream = options->name,
                                                             .pattern = options->record,
                                                             .split_s = options->record_split_s,
                                                             .patient = options->lossless },
                              &stream->recorder, error);
}

static void note_missing_script(struct mr_stream *stream)
{
    struct mr_runner_state script;
    mr_runner_get_state(stream->runner, &script);
    pthread_mutex_lock(&stream->lock);
    if (script.generation == 0) {
        stream->phase = MR_STREAM_FAILED;
        mr_error_set(&stream->error, -ENOEXEC, "%s", script.last_error);
    }
    pthread_mutex_unlock(&stream->lock);
}

int mr_stream_create(const struct mr_stream_options *options, struct mr_encoder *encoder,
                     struct mr_stream **out, struct mr_error *error)
{
    *out = NULL;
    struct mr_stream *stream = calloc(1, sizeof(*stream));
    if (stream == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");

    stream->encoder = encoder;
    atomic_init(&stream->refs, 1);
    pthread_mutex_init(&stream->lock, NULL);
    mr_thread_cond_init(&stream->wake);
    mr_stats_init(&stream->stats);
    mr_mailbox_init(&stream->mailbox, MR_STREAM_QUEUE_FILE, options->lossless);

    stream->hub = mr_hub_create();
    int result = stream->hub == NULL ? -ENOMEM : copy_options(stream, options);
    if (result < 0)
        mr_error_set(error, result, "out of memory");
    else if ((result = prepare_recording(stream, error)) == 0)
        result = load_script(stream, error);
    if (result < 0) {
        destroy(stream);
        return result;
    }
    note_missing_script(stream);
    mr_hub_set_inbox(stream->hub, take_event, stream);
    *out = stream;
    return 0;
}

struct mr_stream *mr_stream_ref(struct mr_stream *stream)
{
    atomic_fetch_add_explicit(&stream->refs, 1, memory_order_relaxed);
    return stream;
}

void mr_stream_unref(struct mr_stream **held)
{
    struct mr_stream *stream = *held;
    *held = NULL;
    if (stream != NULL && atomic_fetch_sub_explicit(&stream->refs, 1, memory_order_acq_rel) == 1)
        destroy(stream);
}

bool mr_stream_is_ready(struct mr_stream *stream)
{
    struct mr_runner_state script;
    mr_runner_get_state(stream->runner, &script);
    return script.generation > 0;
}

int mr_stream_start(struct mr_stream *stream)
{
    char name[MR_STREAM_NAME_MAX + 8];
    pthread_mutex_lock(&stream->lock);
    stream->phase = MR_STREAM_OPENING;
    stream->error = (struct mr_error){ 0 };
    pthread_mutex_unlock(&stream->lock);
    snprintf(name, sizeof(name), "source %s", stream->options.name);
    int result = stream->recorder != NULL ? mr_recorder_start(stream->recorder) : 0;
    if (result == 0)
        result = mr_thread_start(&stream->source_thread, name, mr_ingest_run, stream);
    stream->started = result == 0;
    return result;
}

/* The source thread ends after the script thread, which may be in the middle of a slow frame: it
 * may finish that if it takes no longer than this. */
static bool ends_soon(struct mr_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    int64_t deadline_us = stream->stop_asked_us + STOP_PATIENCE_US;
    while (!stream->ended)
        if (mr_thread_cond_wait_until(&stream->wake, &stream->lock, deadline_us) != 0)
            break;
    bool ended = stream->ended;
    pthread_mutex_unlock(&stream->lock);
    return ended;
}

void mr_stream_ask_to_stop(struct mr_stream *stream, const char *reason)
{
    pthread_mutex_lock(&stream->lock);
    if (stream->stop_asked_us == 0)
        stream->stop_asked_us = mr_clock_now_us();
    atomic_store_explicit(&stream->stopping, true, memory_order_relaxed);
    pthread_cond_broadcast(&stream->wake);
    pthread_mutex_unlock(&stream->lock);

    if (stream->hub != NULL)
        mr_hub_close(stream->hub, reason);
    mr_mailbox_cancel(&stream->mailbox);
}

void mr_stream_stop(struct mr_stream *stream, const char *reason)
{
    mr_stream_ask_to_stop(stream, reason);
    if (stream->started) {
        if (!ends_soon(stream))
            mr_runner_hurry(stream->runner);
        pthread_join(stream->source_thread, NULL);
    }
    stream->started = false;
}

void mr_stream_reload(struct mr_stream *stream)
{
    mr_runner_reload(stream->runner);
}

int mr_stream_get_settings(struct mr_stream *stream, struct mr_buffer *json, struct mr_error *error)
{
    return mr_runner_get_settings(stream->runner, json, error);
}

int mr_stream_change_settings(struct mr_stream *stream, const char *json, size_t size,
                              struct mr_error *error)
{
    return mr_runner_change_settings(stream->runner, json, size, error);
}

int mr_stream_read_script(struct mr_stream *stream, struct mr_buffer *text, struct mr_error *error)
{
    return mr_runner_read_script(stream->runner, text, error);
}

enum mr_verdict mr_stream_propose(struct mr_stream *stream,
                                  const struct mr_script_proposal *proposal, uint32_t *generation,
                                  struct mr_error *error)
{
    return mr_runner_propose(stream->runner, proposal, generation, error);
}

void mr_stream_refuse_proposals(struct mr_stream *stream)
{
    mr_runner_refuse_proposals(stream->runner);
}

struct mr_log_ring *mr_stream_log(struct mr_stream *stream)
{
    return mr_runner_log(stream->runner);
}

const char *mr_stream_script(const struct mr_stream *stream)
{
    return stream->options.script;
}

const char *mr_stream_name(const struct mr_stream *stream)
{
    return stream->options.name;
}

struct mr_hub *mr_stream_hub(struct mr_stream *stream)
{
    return stream->hub;
}

void mr_stream_get_state(struct mr_stream *stream, struct mr_stream_state *state)
{
    *state = (struct mr_stream_state){ 0 };
    mr_url_redact_whole(stream->options.url, state->url, sizeof(state->url));
    mr_stats_get(&stream->stats, &state->stats);
    state->script_us = mr_stats_script_spread(&stream->stats);
    mr_runner_get_state(stream->runner, &state->script);
    mr_hub_viewers(stream->hub, state->viewers);
    mr_hub_sent(stream->hub, state->sent);
    mr_hub_text_counts(stream->hub, &state->texts_sent, &state->texts_dropped);
    if (stream->recorder != NULL)
        mr_recorder_get_state(stream->recorder, &state->recording);
    state->damaged = atomic_load_explicit(&stream->damaged, memory_order_relaxed);

    pthread_mutex_lock(&stream->lock);
    state->phase = stream->phase;
    state->error = stream->error;
    state->source = stream->info;
    state->width = stream->width;
    state->height = stream->height;
    state->reconnects = stream->reconnects;
    state->lost_s = (double)mr_phase_lost_us(stream) / 1e6;
    pthread_mutex_unlock(&stream->lock);
    mr_phase_tell_reason(stream, state->error.text, state->reason, sizeof(state->reason));
}

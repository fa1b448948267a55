/* Streams without source and script, for tests of what the server tells of them: this file stands
 * in for stream/stream.c. Included by one test only. */
#ifndef MR_TESTS_FAKE_STREAM_H
#define MR_TESTS_FAKE_STREAM_H

#include "stream/stream.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mr_stream {
    char name[MR_STREAM_NAME_MAX + 1];
    struct mr_hub *hub;
    atomic_int refs;
    struct mr_stream_state state;
    const char *settings; /* the JSON list */
    char changes[256];    /* asked for last */
    char script[2048];
    const char *script_path;
    bool script_gone;
    bool trial;              /* what was proposed last was one */
    enum mr_verdict verdict; /* on whatever is proposed */
    const char *fault;       /* of what does not run */
    struct mr_log_ring *log;
    int refusal; /* of whatever concerns settings */
};

static inline struct mr_stream *fake_stream(const char *name, enum mr_stream_phase phase)
{
    struct mr_stream *stream = calloc(1, sizeof(*stream));
    strcpy(stream->name, name);
    stream->hub = mr_hub_create();
    stream->refs = 1;
    stream->log = mr_log_ring_create();
    stream->fault = "";
    strcpy(stream->script, "function process() end");
    stream->script_path = "/absent/process.lua";
    stream->state.phase = phase;
    strcpy(stream->state.url, "test:");
    stream->settings = "[]";
    return stream;
}

const char *mr_stream_name(const struct mr_stream *stream)
{
    return stream->name;
}

const char *mr_stream_script(const struct mr_stream *stream)
{
    return stream->script_path;
}

struct mr_hub *mr_stream_hub(struct mr_stream *stream)
{
    return stream->hub;
}

struct mr_stream *mr_stream_ref(struct mr_stream *stream)
{
    stream->refs++;
    return stream;
}

void mr_stream_unref(struct mr_stream **held)
{
    struct mr_stream *stream = *held;
    *held = NULL;
    if (stream == NULL || --stream->refs > 0)
        return;
    mr_hub_unref(&stream->hub);
    mr_log_ring_unref(&stream->log);
    free(stream);
}

void mr_stream_get_state(struct mr_stream *stream, struct mr_stream_state *state)
{
    *state = stream->state;
    mr_hub_viewers(stream->hub, state->viewers);
    mr_hub_sent(stream->hub, state->sent);
}

int mr_stream_get_settings(struct mr_stream *stream, struct mr_buffer *json, struct mr_error *error)
{
    mr_buffer_append_text(json, stream->settings);
    return stream->refusal == 0 ? 0 : mr_error_set(error, stream->refusal, "refused by the script");
}

int mr_stream_change_settings(struct mr_stream *stream, const char *json, size_t size,
                              struct mr_error *error)
{
    if (stream->refusal != 0)
        return mr_error_set(error, stream->refusal, "refused by the script");
    snprintf(stream->changes, sizeof(stream->changes), "%.*s", (int)size, json);
    return 0;
}

int mr_stream_read_script(struct mr_stream *stream, struct mr_buffer *text, struct mr_error *error)
{
    (void)error;
    mr_buffer_append_text(text, stream->script);
    return stream->script_gone ? mr_error_set(error, -ENOENT, "cannot read the script") : 0;
}

enum mr_verdict mr_stream_propose(struct mr_stream *stream,
                                  const struct mr_script_proposal *proposal, uint32_t *generation,
                                  struct mr_error *error)
{
    stream->trial = proposal->trial;
    if (stream->verdict == MR_VERDICT_RUNS && !proposal->trial)
        snprintf(stream->script, sizeof(stream->script), "%.*s", (int)proposal->size,
                 proposal->text);
    else if (stream->verdict != MR_VERDICT_RUNS)
        mr_error_set(error, -EINVAL, "%s", stream->fault);
    *generation = stream->verdict == MR_VERDICT_RUNS ? ++stream->state.script.generation : 0;
    return stream->verdict;
}

void mr_stream_refuse_proposals(struct mr_stream *stream)
{
    (void)stream;
}

struct mr_log_ring *mr_stream_log(struct mr_stream *stream)
{
    return stream->log;
}

#endif

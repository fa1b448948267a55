#include "http/api/api.h"

#include "base/clock.h"
#include "http/api/figures.h"
#include "http/request/access.h"
#include "http/request/json_text.h"
#include "http/request/respond.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *string_or_null(const char *text)
{
    return text[0] != '\0' ? mr_json_text(text) : json_null();
}

static void set_count(json_t *object, const char *key, uint64_t count)
{
    json_object_set_new(object, key, json_integer((json_int_t)count));
}

static json_t *describe_source(const struct mr_source_info *source)
{
    return json_pack("{s:s, s:i, s:i, s:o, s:b}", "codec", source->codec, "width", source->width,
                     "height", source->height, "fps", mr_figures_rounded(source->fps, 1000), "live",
                     source->live);
}

static json_t *describe_stages(const struct mr_stats *stats)
{
    json_t *stages = json_object();
    for (int i = 0; i < MR_STAGES; i++)
        json_object_set_new(stages, mr_stats_stage_name((enum mr_stage)i),
                            mr_figures_rounded(stats->recent_us[i], 10));
    return stages;
}

static json_t *describe_spread(const struct mr_spread *spread)
{
    if (spread->frames == 0)
        return json_pack("{s:n, s:n}", "p50", "p99");
    return json_pack("{s:I, s:I}", "p50", (json_int_t)spread->p50_us, "p99",
                     (json_int_t)spread->p99_us);
}

static json_t *describe_drops(const struct mr_stats *stats)
{
    json_t *drops = json_object();
    for (int i = 0; i < MR_DROPS; i++)
        set_count(drops, mr_stats_drop_name((enum mr_drop)i), stats->drops[i]);
    return drops;
}

static json_t *describe_viewers(const unsigned viewers[MR_VIEWER_KINDS])
{
    json_t *kinds = json_object();
    unsigned total = 0;
    for (int i = 0; i < MR_VIEWER_KINDS; i++) {
        set_count(kinds, mr_hub_kind_name((enum mr_viewer_kind)i), viewers[i]);
        total += viewers[i];
    }
    set_count(kinds, "total", total);
    return kinds;
}

static json_t *describe_texts(const struct mr_stream_state *state)
{
    json_t *texts = json_object();
    mr_figures_describe(texts, MR_FIGURES_TEXTS, state);
    return texts;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* The line on which a script fails is for its author. */
static json_t *describe_script(const char *path, const struct mr_stream_state *state, bool author)
{
    json_t *script = json_object();
    json_object_set_new(script, "name", mr_json_text(base_name(path)));
    mr_figures_describe(script, MR_FIGURES_SCRIPT, state);
    json_object_set_new(script, "last_error",
                        string_or_null(author ? state->script.last_error : ""));
    return script;
}

/* The address of a source in a network is for the author; others see its scheme. */
static json_t *describe_url(const struct mr_stream_state *state, bool author)
{
    const char *rest = strstr(state->url, "://");
    if (author || rest == NULL)
        return mr_json_text(state->url);
    return json_sprintf("%.*s://…", (int)(rest - state->url), state->url);
}

static json_t *describe_recording(const struct mr_stream_state *state)
{
    if (!state->recording.wanted)
        return json_null();
    json_t *recording = json_object();
    mr_figures_describe(recording, MR_FIGURES_RECORDING_STATES, state);
    json_object_set_new(recording, "file", string_or_null(state->recording.file));
    mr_figures_describe(recording, MR_FIGURES_RECORDING, state);
    json_object_set_new(recording, "error", string_or_null(state->recording.error.text));
    return recording;
}

static json_t *describe_size(const struct mr_stream_state *state)
{
    if (state->width == 0)
        return json_null();
    return json_pack("{s:i, s:i}", "width", state->width, "height", state->height);
}

static json_t *describe(struct mr_stream *stream, bool author)
{
    struct mr_stream_state state;
    mr_stream_get_state(stream, &state);
    const struct mr_stats *stats = &state.stats;

    json_t *all = json_object();
    json_object_set_new(all, "name", json_string(mr_stream_name(stream)));
    json_object_set_new(all, "phase", json_string(mr_phase_name(state.phase)));
    json_object_set_new(all, "error", string_or_null(author ? state.error.text : state.reason));
    json_object_set_new(all, "url", describe_url(&state, author));
    json_object_set_new(all, "source", describe_source(&state.source));
    json_object_set_new(all, "size", describe_size(&state));
    mr_figures_describe(all, MR_FIGURES_FRAMES, &state);
    json_object_set_new(all, "drops", describe_drops(stats));
    mr_figures_describe(all, MR_FIGURES_LOSSES, &state);
    json_object_set_new(all, "stages_us", describe_stages(stats));
    json_object_set_new(all, "script_us", describe_spread(&state.script_us));
    json_object_set_new(all, "viewers", describe_viewers(state.viewers));
    json_object_set_new(all, "texts", describe_texts(&state));
    json_object_set_new(all, "script", describe_script(mr_stream_script(stream), &state, author));
    json_object_set_new(all, "recording", describe_recording(&state));
    return all;
}

static json_t *describe_warnings(const struct mr_site *site)
{
    json_t *warnings = json_array();
    if (site->warning != NULL)
        json_array_append_new(warnings, mr_json_text(site->warning));
    return warnings;
}

int mr_api_streams(const struct mr_request *request)
{
    struct mr_stream **streams;
    size_t count = mr_registry_list(request->site->registry, &streams);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, describe(streams[i], mr_access_has_token(request)));
        mr_stream_unref(&streams[i]);
    }
    free(streams);
    double uptime_s = (double)(mr_clock_now_us() - request->site->started_us) / 1e6;
    return mr_respond_json(request, 200,
                           json_pack("{s:o, s:s, s:o, s:o}", "streams", list, "version", MR_VERSION,
                                     "uptime_s", mr_figures_rounded(uptime_s, 1000), "warnings",
                                     describe_warnings(request->site)));
}

int mr_api_stream(const struct mr_request *request)
{
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_respond_no_stream(request);
    json_t *description = describe(stream, mr_access_has_token(request));
    mr_stream_unref(&stream);
    return mr_respond_json(request, 200, description);
}

/* return: why a stream has no live, idle or finished source; NULL: it has */
static const char *find_fault(const struct mr_stream_state *state, bool author)
{
    switch (state->phase) {
    case MR_STREAM_FAILED:
    case MR_STREAM_LOST:
        return author ? state->error.text : state->reason;
    case MR_STREAM_OPENING:
        return "the source is not open yet";
    case MR_STREAM_RUNNING:
    case MR_STREAM_IDLE:
    case MR_STREAM_FINISHED:
        break;
    }
    return state->recording.off ? state->recording.error.text : NULL;
}

int mr_api_health(const struct mr_request *request)
{
    struct mr_stream **streams;
    size_t count = mr_registry_list(request->site->registry, &streams);
    json_t *failed = json_array();
    for (size_t i = 0; i < count; i++) {
        struct mr_stream_state state;
        mr_stream_get_state(streams[i], &state);
        const char *fault = find_fault(&state, mr_access_has_token(request));
        if (fault != NULL)
            json_array_append_new(failed,
                                  json_pack("{s:s, s:o}", "name", mr_stream_name(streams[i]),
                                            "error", mr_json_text(fault)));
        mr_stream_unref(&streams[i]);
    }
    free(streams);
    bool healthy = json_array_size(failed) == 0;
    json_t *answer =
        json_pack("{s:s, s:o}", "status", healthy ? "ok" : "failing", "failed", failed);
    char ignored[1];
    if (mr_request_parameter(request, "verbose", ignored, sizeof(ignored)))
        json_object_set_new(answer, "warnings", describe_warnings(request->site));
    return mr_respond_json(request, healthy ? 200 : 503, answer);
}

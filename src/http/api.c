#include "http/api.h"

#include "http/json_text.h"
#include "http/respond.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

/* A number with so many decimals, null when it is none. */
static json_t *rounded(double value, double scale)
{
    return isfinite(value) ? json_real(round(value * scale) / scale) : json_null();
}

static json_t *string_or_null(const char *text)
{
    return text[0] != '\0' ? mr_json_text(text) : json_null();
}

static json_t *describe_source(const struct mr_source_info *source)
{
    return json_pack("{s:s, s:i, s:i, s:o, s:b}", "codec", source->codec, "width", source->width,
                     "height", source->height, "fps", rounded(source->fps, 1000), "live",
                     source->live);
}

static json_t *describe_stages(const struct mr_stats *stats)
{
    json_t *stages = json_object();
    for (int i = 0; i < MR_STAGES; i++)
        json_object_set_new(stages, mr_stage_name((enum mr_stage)i),
                            rounded(stats->recent_us[i], 10));
    return stages;
}

static json_t *describe_drops(const struct mr_stats *stats)
{
    json_t *drops = json_object();
    for (int i = 0; i < MR_DROPS; i++)
        json_object_set_new(drops, mr_drop_name((enum mr_drop)i),
                            json_integer((json_int_t)stats->drops[i]));
    return drops;
}

static json_t *describe_viewers(const unsigned viewers[MR_VIEWER_KINDS])
{
    json_t *kinds = json_object();
    json_int_t total = 0;
    for (int i = 0; i < MR_VIEWER_KINDS; i++) {
        json_object_set_new(kinds, mr_viewer_kind_name((enum mr_viewer_kind)i),
                            json_integer(viewers[i]));
        total += viewers[i];
    }
    json_object_set_new(kinds, "total", json_integer(total));
    return kinds;
}

static json_t *describe_script(const struct mr_runner_state *script)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "generation",
                     (json_int_t)script->generation, "frames", (json_int_t)script->frames,
                     "errors", (json_int_t)script->errors, "reloads",
                     (json_int_t)script->reloads, "rejected", (json_int_t)script->rejected,
                     "last_error", string_or_null(script->last_error));
}

static json_t *describe(struct mr_stream *stream)
{
    struct mr_stream_state state;
    mr_stream_get_state(stream, &state);
    const struct mr_stats *stats = &state.stats;
    json_t *size = state.width > 0
                       ? json_pack("{s:i, s:i}", "width", state.width, "height", state.height)
                       : json_null();
    return json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:I, s:o, s:o, s:o}",
        "name", mr_stream_name(stream),
        "phase", mr_stream_phase_name(state.phase),
        "error", string_or_null(state.error.text),
        "url", mr_json_text(state.url),
        "source", describe_source(&state.source),
        "size", size,
        "fps_in", rounded(stats->fps_in, 100),
        "fps_out", rounded(stats->fps_out, 100),
        "frames_in", (json_int_t)stats->frames_in,
        "frames_out", (json_int_t)stats->frames_out,
        "bytes_out", (json_int_t)stats->bytes_out,
        "drops", describe_drops(stats),
        "damaged", (json_int_t)state.damaged,
        "stages_us", describe_stages(stats),
        "viewers", describe_viewers(state.viewers),
        "script", describe_script(&state.script));
}

int mr_api_streams(const struct mr_request *request)
{
    struct mr_stream **streams;
    size_t count = mr_registry_list(request->site->registry, &streams);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, describe(streams[i]));
        mr_stream_unref(&streams[i]);
    }
    free(streams);
    return mr_respond_json(request, 200, json_pack("{s:o}", "streams", list));
}

int mr_api_no_stream(const struct mr_request *request)
{
    return mr_respond_error(request, 404, NULL, "there is no stream \"%s\"", request->stream);
}

int mr_api_stream(const struct mr_request *request)
{
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_api_no_stream(request);
    json_t *description = describe(stream);
    mr_stream_unref(&stream);
    return mr_respond_json(request, 200, description);
}

int mr_api_health(const struct mr_request *request)
{
    struct mr_stream **streams;
    size_t count = mr_registry_list(request->site->registry, &streams);
    json_t *failed = json_array();
    for (size_t i = 0; i < count; i++) {
        struct mr_stream_state state;
        mr_stream_get_state(streams[i], &state);
        if (state.phase == MR_STREAM_FAILED)
            json_array_append_new(failed, json_pack("{s:s, s:o}", "name",
                                                    mr_stream_name(streams[i]), "error",
                                                    mr_json_text(state.error.text)));
        mr_stream_unref(&streams[i]);
    }
    free(streams);
    bool healthy = json_array_size(failed) == 0;
    return mr_respond_json(request, healthy ? 200 : 503,
                           json_pack("{s:s, s:o}", "status", healthy ? "ok" : "failing", "failed",
                                     failed));
}

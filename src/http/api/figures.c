#include "http/api/figures.h"

#include <math.h>

#define AT(field) offsetof(struct mr_stream_state, field)
#define COUNTER(part, key, metric, form, field, help)                                              \
    {                                                                                              \
        MR_FIGURES_##part, key, "moonreel_" metric "_total", "counter", help, MR_FIGURES_##form,   \
            AT(field), 1                                                                           \
    }
#define GAUGE(part, key, metric, form, field, help)                                                \
    {                                                                                              \
        MR_FIGURES_##part, key, "moonreel_" metric, "gauge", help, MR_FIGURES_##form, AT(field), 1 \
    }
#define JSON_ONLY(part, key, form, field)                                                          \
    {                                                                                              \
        MR_FIGURES_##part, key, NULL, NULL, NULL, MR_FIGURES_##form, AT(field), 1                  \
    }

const struct mr_figure mr_figures[] = {
    { MR_FIGURES_FRAMES, "fps_in", "moonreel_frames_in_per_second", "gauge",
      "Frames decoded, lately.", MR_FIGURES_REAL, AT(stats.fps_in), 100 },
    { MR_FIGURES_FRAMES, "fps_out", "moonreel_frames_out_per_second", "gauge",
      "Frames published, lately.", MR_FIGURES_REAL, AT(stats.fps_out), 100 },
    COUNTER(FRAMES, "frames_in", "frames_in", COUNT64, stats.frames_in, "Frames decoded."),
    COUNTER(FRAMES, "frames_out", "frames_out", COUNT64, stats.frames_out,
            "Frames published to viewers."),
    COUNTER(FRAMES, "bytes_out", "image_bytes", COUNT64, stats.bytes_out,
            "Bytes of JPEG published, each frame once."),

    COUNTER(LOSSES, "damaged", "packets_damaged", COUNT64, damaged,
            "Packets of the source that were damaged."),
    COUNTER(LOSSES, "reconnects", "source_reconnects", COUNT64, reconnects,
            "Times that a lost source came back."),
    { MR_FIGURES_LOSSES, "lost_s", "moonreel_source_lost_seconds_total", "counter",
      "How long the source was lost.", MR_FIGURES_REAL, AT(lost_s), 1000 },

    COUNTER(TEXTS, "sent", "texts_sent", COUNT64, texts_sent, "Texts broadcast by the script."),
    COUNTER(TEXTS, "dropped", "texts_dropped", COUNT64, texts_dropped,
            "Times that a text did not reach a viewer."),

    GAUGE(SCRIPT, "generation", "script_generation", COUNT32, script.generation,
          "Which version of the script runs: 1 for the first."),
    COUNTER(SCRIPT, "frames", "script_frames", COUNT64, script.frames,
            "Frames given to the script."),
    COUNTER(SCRIPT, "errors", "script_errors", COUNT64, script.errors,
            "Frames on which the script failed."),
    COUNTER(SCRIPT, "reloads", "script_reloads", COUNT64, script.reloads,
            "New versions that took over."),
    COUNTER(SCRIPT, "rejected", "script_rejected", COUNT64, script.rejected,
            "New versions that cannot run."),
    COUNTER(SCRIPT, "starts", "script_starts", COUNT64, script.starts, "Script processes started."),
    COUNTER(SCRIPT, "kills", "script_kills", COUNT64, script.kills,
            "Script processes that took too long or too much memory."),
    COUNTER(SCRIPT, "deaths", "script_deaths", COUNT64, script.deaths,
            "Script processes that ended by themselves."),
    COUNTER(SCRIPT, "messages", "script_messages", COUNT64, script.messages,
            "Messages of viewers told to the script."),
    COUNTER(SCRIPT, "refused", "script_refused", COUNT64, script.refused,
            "Messages, joins and leaves for which the script's queue had no room."),
    GAUGE(SCRIPT, "running", "script_running", TRUTH, script.running,
          "Whether the script runs, 0 while it is being started again."),
    JSON_ONLY(SCRIPT, "failing", TRUTH, script.failing),
    JSON_ONLY(SCRIPT, "trial", TRUTH, script.trial),

    GAUGE(RECORDING_STATES, "active", "recording_active", TRUTH, recording.active,
          "Whether a recording is being written."),
    GAUGE(RECORDING_STATES, NULL, "recording_failed", TRUTH, recording.off,
          "Whether a recording that is wanted cannot be written."),
    COUNTER(RECORDING, "frames", "recorded_frames", COUNT64, recording.frames,
            "Frames written to recordings."),
    COUNTER(RECORDING, "bytes", "recorded_bytes", COUNT64, recording.bytes, "Bytes of recordings."),
    COUNTER(RECORDING, "dropped", "recording_dropped", COUNT64, recording.dropped,
            "Frames that should have been recorded and were not."),
};
const size_t mr_figures_count = sizeof(mr_figures) / sizeof(*mr_figures);

double mr_figures_value(const struct mr_figure *figure, const struct mr_stream_state *state)
{
    const void *at = (const char *)state + figure->offset;
    switch (figure->form) {
    case MR_FIGURES_COUNT64:
        return (double)*(const uint64_t *)at;
    case MR_FIGURES_COUNT32:
        return *(const uint32_t *)at;
    case MR_FIGURES_TRUTH:
        return *(const bool *)at;
    case MR_FIGURES_REAL:
        break;
    }
    return *(const double *)at;
}

json_t *mr_figures_rounded(double value, double scale)
{
    return isfinite(value) ? json_real(round(value * scale) / scale) : json_null();
}

static json_t *show(const struct mr_figure *figure, const struct mr_stream_state *state)
{
    double value = mr_figures_value(figure, state);
    switch (figure->form) {
    case MR_FIGURES_TRUTH:
        return json_boolean(value != 0);
    case MR_FIGURES_REAL:
        return mr_figures_rounded(value, figure->scale);
    default:
        return json_integer((json_int_t)value); /* exact up to 2^53 */
    }
}

void mr_figures_describe(json_t *object, enum mr_figures_part part,
                         const struct mr_stream_state *state)
{
    for (size_t i = 0; i < mr_figures_count; i++)
        if (mr_figures[i].part == part && mr_figures[i].key != NULL)
            json_object_set_new(object, mr_figures[i].key, show(&mr_figures[i], state));
}

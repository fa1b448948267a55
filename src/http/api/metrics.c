#include "http/api/metrics.h"

#include "base/usage.h"
#include "http/api/figures.h"
#include "http/api/metrics_text.h"
#include "http/engine/fanout.h"
#include "http/request/respond.h"

#include <stdio.h>
#include <stdlib.h>

struct watched {
    char name[MR_STREAM_NAME_MAX + 1];
    struct mr_stream_state state;
    uint64_t log_dropped;
};

struct figures {
    struct mr_buffer text;
    struct watched *streams;
    size_t count;
};

static const struct mr_metrics_label none[] = { { NULL, NULL } };

/* ---- what has one sample a stream ---- */

static void append_sample(struct figures *figures, const char *name, const struct watched *stream,
                          double value)
{
    mr_metrics_text_sample(
        &figures->text, name,
        (struct mr_metrics_label[]){ { "stream", stream->name }, { NULL, NULL } }, value);
}

static void append_figures(struct figures *figures)
{
    static const char log_dropped[] = "moonreel_log_lines_dropped_total";
    for (size_t i = 0; i < mr_figures_count; i++) {
        const struct mr_figure *figure = &mr_figures[i];
        if (figure->metric == NULL)
            continue;
        mr_metrics_text_family(&figures->text, figure->metric, figure->type, figure->help);
        for (size_t k = 0; k < figures->count; k++)
            append_sample(figures, figure->metric, &figures->streams[k],
                          mr_figures_value(figure, &figures->streams[k].state));
    }
    mr_metrics_text_family(&figures->text, log_dropped, "counter",
                           "Lines of the script's log that made room for newer ones.");
    for (size_t k = 0; k < figures->count; k++)
        append_sample(figures, log_dropped, &figures->streams[k],
                      (double)figures->streams[k].log_dropped);
}

/* ---- what has more ---- */

static void append_part(struct figures *figures, const char *family, const struct watched *stream,
                        const char *label, const char *part, double value)
{
    mr_metrics_text_sample(
        &figures->text, family,
        (struct mr_metrics_label[]){ { "stream", stream->name }, { label, part }, { NULL, NULL } },
        value);
}

static void append_phases(struct figures *figures)
{
    static const char name[] = "moonreel_stream_phase";
    mr_metrics_text_family(&figures->text, name, "gauge", "1 for the phase that the stream is in.");
    for (size_t k = 0; k < figures->count; k++)
        for (int i = MR_STREAM_OPENING; i <= MR_STREAM_FAILED; i++)
            append_part(figures, name, &figures->streams[k], "phase",
                        mr_phase_name((enum mr_stream_phase)i),
                        (int)figures->streams[k].state.phase == i);
}

static void append_viewers(struct figures *figures)
{
    static const char name[] = "moonreel_viewers";
    mr_metrics_text_family(&figures->text, name, "gauge", "Who watches now.");
    for (size_t k = 0; k < figures->count; k++)
        for (int i = 0; i < MR_VIEWER_KINDS; i++)
            append_part(figures, name, &figures->streams[k], "kind",
                        mr_hub_kind_name((enum mr_viewer_kind)i),
                        figures->streams[k].state.viewers[i]);
}

static void append_sent(struct figures *figures)
{
    static const char bytes[] = "moonreel_sent_bytes_total",
                      frames[] = "moonreel_frames_sent_total";
    mr_metrics_text_family(&figures->text, bytes, "counter",
                           "Bytes sent to viewers, headers included.");
    for (size_t k = 0; k < figures->count; k++)
        for (int i = 0; i < MR_VIEWER_KINDS; i++)
            append_part(figures, bytes, &figures->streams[k], "kind",
                        mr_hub_kind_name((enum mr_viewer_kind)i),
                        (double)figures->streams[k].state.sent[i].bytes);
    mr_metrics_text_family(&figures->text, frames, "counter",
                           "Frames sent to viewers, to each of them.");
    for (size_t k = 0; k < figures->count; k++)
        for (int i = 0; i < MR_VIEWER_KINDS; i++)
            append_part(figures, frames, &figures->streams[k], "kind",
                        mr_hub_kind_name((enum mr_viewer_kind)i),
                        (double)figures->streams[k].state.sent[i].packets);
}

static void append_drops(struct figures *figures)
{
    static const char name[] = "moonreel_frames_dropped_total";
    mr_metrics_text_family(&figures->text, name, "counter",
                           "Frames that were not published, by cause.");
    for (size_t k = 0; k < figures->count; k++)
        for (int i = 0; i < MR_DROPS; i++)
            append_part(figures, name, &figures->streams[k], "cause",
                        mr_stats_drop_name((enum mr_drop)i),
                        (double)figures->streams[k].state.stats.drops[i]);
}

static void append_stages(struct figures *figures)
{
    mr_metrics_text_family(
        &figures->text, "moonreel_stage_seconds", "summary",
        "What the stages of a frame took; latency is all of them, with waiting.");
    for (size_t k = 0; k < figures->count; k++) {
        const struct mr_stats *stats = &figures->streams[k].state.stats;
        for (int i = 0; i < MR_STAGES; i++) {
            const char *stage = mr_stats_stage_name((enum mr_stage)i);
            double samples = (double)stats->samples[i];
            append_part(figures, "moonreel_stage_seconds_sum", &figures->streams[k], "stage", stage,
                        stats->mean_us[i] * samples / 1e6);
            append_part(figures, "moonreel_stage_seconds_count", &figures->streams[k], "stage",
                        stage, samples);
        }
    }
}

/* ---- the whole server ---- */

static void append_one(struct figures *figures, const char *name, const char *type,
                       const char *help, double value)
{
    mr_metrics_text_family(&figures->text, name, type, help);
    mr_metrics_text_sample(&figures->text, name, none, value);
}

static void append_server(struct figures *figures, struct mr_site *site)
{
    static const char requests[] = "moonreel_http_requests_total";
    mr_metrics_text_family(&figures->text, "moonreel_build_info", "gauge",
                           "Which moonreel this is.");
    mr_metrics_text_sample(&figures->text, "moonreel_build_info",
                           (struct mr_metrics_label[]){ { "version", MR_VERSION }, { NULL, NULL } },
                           1);
    append_one(figures, "moonreel_clients", "gauge",
               "Streaming clients that have a place in the server.",
               mr_fanout_clients(site->engine));
    mr_metrics_text_family(&figures->text, requests, "counter",
                           "HTTP requests by class of the answer's status.");
    for (int i = 0; i < MR_TRAFFIC_CLASSES; i++) {
        char code[] = { (char)('1' + i), 'x', 'x', '\0' };
        mr_metrics_text_sample(
            &figures->text, requests,
            (struct mr_metrics_label[]){ { "code", code }, { NULL, NULL } },
            (double)atomic_load_explicit(&site->traffic.requests[i], memory_order_relaxed));
    }
    append_one(figures, "moonreel_http_dropped_total", "counter",
               "Connections closed for want of room, with no answer or half of one.",
               (double)atomic_load_explicit(&site->traffic.dropped, memory_order_relaxed));
}

static void append_process(struct figures *figures)
{
    struct mr_usage usage;
    mr_usage_get(&usage);
    append_one(figures, "process_cpu_seconds_total", "counter",
               "Processor time of the host, without its scripts' processes.", usage.cpu_seconds);
    append_one(figures, "process_resident_memory_bytes", "gauge", "Memory in use.",
               (double)usage.resident_bytes);
    append_one(figures, "process_virtual_memory_bytes", "gauge", "Address space in use.",
               (double)usage.virtual_bytes);
    append_one(figures, "process_open_fds", "gauge", "Open descriptors.", usage.descriptors);
    append_one(figures, "process_max_fds", "gauge", "How many may be open.",
               (double)usage.max_descriptors);
    append_one(figures, "process_threads", "gauge", "Threads.", usage.threads);
    append_one(figures, "process_start_time_seconds", "gauge", "When it was started, UNIX time.",
               usage.start_seconds);
}

/* ---- the answer ---- */

static bool look_at_streams(struct figures *figures, struct mr_registry *registry)
{
    struct mr_stream **streams;
    size_t count = mr_registry_list(registry, &streams);
    figures->streams = calloc(count + 1, sizeof(*figures->streams));
    for (size_t i = 0; i < count; i++) {
        if (figures->streams != NULL) {
            struct watched *stream = &figures->streams[figures->count++];
            snprintf(stream->name, sizeof(stream->name), "%s", mr_stream_name(streams[i]));
            mr_stream_get_state(streams[i], &stream->state);
            stream->log_dropped = mr_log_ring_dropped(mr_stream_log(streams[i]));
        }
        mr_stream_unref(&streams[i]);
    }
    free(streams);
    return figures->streams != NULL;
}

int mr_metrics(const struct mr_request *request)
{
    struct figures figures = { 0 };
    if (look_at_streams(&figures, request->site->registry)) {
        append_server(&figures, request->site);
        append_phases(&figures);
        append_viewers(&figures);
        append_sent(&figures);
        append_figures(&figures);
        append_drops(&figures);
        append_stages(&figures);
        append_process(&figures);
    }
    bool made = figures.streams != NULL && !figures.text.failed;
    int status = !made ? mr_respond_error(request, 500, NULL, "out of memory")
                       : mr_respond(request, &(struct mr_response){
                                                 .status = 200,
                                                 .type = MR_METRICS_TYPE,
                                                 .headers = "Cache-Control: no-store\r\n",
                                                 .body = figures.text.data,
                                                 .size = figures.text.size,
                                             });
    mr_buffer_finish(&figures.text);
    free(figures.streams);
    return status;
}

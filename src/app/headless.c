#include "app/headless.h"

#include "app/app.h"
#include "app/own_files.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct headless {
    struct mr_signals *signals;
    struct mr_encoder *encoder;
    struct mr_stream *stream;
    int64_t start_us;
    const char *jsonl_name, *save_name;
    FILE *jsonl; /* NULL: not asked for */
    int save_fd; /* directory, -1: not asked for */

    /* the sink's, until the stream has ended */
    struct mr_buffer line;
    uint64_t frames, script_errors;
    struct mr_error error; /* the first output error */

    atomic_bool failed; /* error is set: wake up and end */
};

static void append_json_text(struct mr_buffer *line, const char *text)
{
    json_t *value = json_string(text);
    char *dumped = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    mr_buffer_append_text(line, dumped != NULL ? dumped : "\"error\"");
    free(dumped);
    json_decref(value);
}

static int write_line(struct headless *headless, const struct mr_packet *packet, const char *error)
{
    struct mr_buffer *line = &headless->line;
    mr_buffer_clear(line);
    mr_buffer_printf(line,
                     "{\"seq\":%" PRIu64 ",\"pts_us\":%" PRId64 ",\"width\":%d,\"height\":%d,"
                     "\"image_bytes\":%zu,\"data\":",
                     packet->seq, packet->pts_us, packet->width, packet->height, packet->jpeg_size);
    mr_buffer_append(line, packet->payload, packet->payload_size);
    if (error != NULL) {
        mr_buffer_append_text(line, ",\"error\":");
        append_json_text(line, error);
    }
    mr_buffer_append_text(line, "}\n");
    if (line->failed)
        return -ENOMEM;
    return fwrite(line->data, 1, line->size, headless->jsonl) == line->size ? 0 : -errno;
}

static int save_image(struct headless *headless, const struct mr_packet *packet)
{
    char name[32];
    snprintf(name, sizeof(name), "%06" PRIu64 ".jpg", packet->seq);
    int fd = openat(headless->save_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    int result = mr_file_write(fd, packet->jpeg, packet->jpeg_size);
    return close(fd) < 0 && result == 0 ? -errno : result;
}

static void fail_output(struct headless *headless, const char *name, int result)
{
    mr_error_set(&headless->error, result, "cannot write to \"%s\": %s", name, strerror(-result));
    atomic_store(&headless->failed, true);
    mr_signals_notify(headless->signals);
}

static void take_packet(void *opaque, struct mr_packet *packet, const char *error)
{
    struct headless *headless = opaque;
    if (atomic_load_explicit(&headless->failed, memory_order_relaxed))
        return;

    headless->frames++;
    headless->script_errors += error != NULL;
    int result = headless->jsonl != NULL ? write_line(headless, packet, error) : 0;
    if (result < 0) {
        fail_output(headless, headless->jsonl_name, result);
        return;
    }
    result = headless->save_fd >= 0 ? save_image(headless, packet) : 0;
    if (result < 0)
        fail_output(headless, headless->save_name, result);
}

static int open_outputs(struct headless *headless, const struct mr_options *options,
                        struct mr_error *error)
{
    if (options->jsonl != NULL) {
        headless->jsonl_name = options->jsonl;
        headless->jsonl = strcmp(options->jsonl, "-") == 0 ? stdout : fopen(options->jsonl, "we");
        if (headless->jsonl == NULL)
            return mr_error_set(error, -errno, "--jsonl: cannot write to \"%s\": %s",
                                options->jsonl, strerror(errno));
    }
    if (options->save != NULL) {
        headless->save_name = options->save;
        if (mkdir(options->save, 0777) < 0 && errno != EEXIST)
            return mr_error_set(error, -errno, "--save: cannot make the directory \"%s\": %s",
                                options->save, strerror(errno));
        headless->save_fd = open(options->save, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (headless->save_fd < 0)
            return mr_error_set(error, -errno, "--save: \"%s\": %s", options->save,
                                strerror(errno));
    }
    return 0;
}

/* Bytes that standard I/O still holds must reach the file, or the run has failed. */
static void close_outputs(struct headless *headless)
{
    if (headless->save_fd >= 0)
        close(headless->save_fd);
    if (headless->jsonl == NULL)
        return;
    int result = fflush(headless->jsonl) == 0 ? 0 : -errno;
    if (headless->jsonl != stdout)
        fclose(headless->jsonl);
    if (result < 0 && !atomic_load(&headless->failed))
        fail_output(headless, headless->jsonl_name, result);
}

static void print_summary(const struct headless *headless)
{
    struct mr_stream_state state;
    mr_stream_get_state(headless->stream, &state);
    double seconds = (double)(mr_clock_now_us() - headless->start_us) / 1e6;
    fprintf(stderr,
            "%" PRIu64 " frames, %.1f fps, %" PRIu64 " script errors, %" PRIu64 " skipped, %" PRIu64
            " damaged; mean us:",
            headless->frames, seconds > 0 ? (double)headless->frames / seconds : 0,
            headless->script_errors, state.stats.drops[MR_DROP_SKIP], state.damaged);
    for (int i = 0; i < MR_STAGE_LATENCY; i++)
        fprintf(stderr, " %s %.0f", mr_stats_stage_name((enum mr_stage)i), state.stats.mean_us[i]);
    fputc('\n', stderr);
}

/* Wait until the stream has ended. return: 0, or -errno when it failed */
static int wait_for_end(struct headless *headless, struct mr_error *error)
{
    for (;;) {
        struct mr_stream_state state;
        mr_stream_get_state(headless->stream, &state);
        if (state.phase == MR_STREAM_FAILED) {
            *error = state.error;
            return state.error.code;
        }
        if (state.phase == MR_STREAM_FINISHED || atomic_load(&headless->failed))
            return 0;
        switch (mr_signals_wait(headless->signals, -1)) {
        case MR_EVENT_STOP:
            mr_signals_limit_shutdown(MR_SIGNALS_SHUTDOWN_MS);
            return 0;
        case MR_EVENT_RELOAD:
            mr_stream_reload(headless->stream);
            break;
        default:
            break;
        }
    }
}

static int run_frames(struct headless *headless, const struct mr_options *options,
                      struct mr_error *error)
{
    struct mr_stream_options stream_options = mr_app_stream_options(options, headless->signals);
    stream_options.sink = take_packet;
    stream_options.sink_opaque = headless;

    int result = mr_own_files_register(options, NULL, error);
    if (result == 0)
        result = mr_app_create_encoder(&headless->encoder, error);
    if (result == 0)
        result = open_outputs(headless, options, error);
    if (result == 0)
        result = mr_stream_create(&stream_options, headless->encoder, &headless->stream, error);
    if (result < 0)
        return result;
    headless->start_us = mr_clock_now_us();
    if ((result = mr_stream_start(headless->stream)) < 0)
        return mr_error_set(error, result, "cannot start a thread: %s", strerror(-result));

    result = wait_for_end(headless, error);
    mr_stream_stop(headless->stream, "done");
    struct mr_stream_state state;
    mr_stream_get_state(headless->stream, &state);
    if (result == 0 && state.recording.off)
        result = mr_error_set(error, state.recording.error.code, "--record: %s",
                              state.recording.error.text);
    return result;
}

int mr_headless_run(const struct mr_options *options, struct mr_signals *signals,
                    struct mr_error *error)
{
    struct headless headless = { .signals = signals, .save_fd = -1 };
    int result = run_frames(&headless, options, error);
    close_outputs(&headless);
    if (result == 0 && atomic_load(&headless.failed)) {
        *error = headless.error;
        result = headless.error.code;
    }
    if (result == 0)
        print_summary(&headless);
    if (result == 0 && headless.script_errors > 0)
        result = mr_error_set(error, -EIO, "the script failed on %" PRIu64 " of %" PRIu64 " frames",
                              headless.script_errors, headless.frames);

    mr_stream_unref(&headless.stream);
    mr_encoder_destroy(headless.encoder);
    mr_buffer_finish(&headless.line);
    return result;
}

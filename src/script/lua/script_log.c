#include "script/lua/script_log.h"

#include "base/buffer.h"
#include "base/clock.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct mr_script_log {
    /* immutable */
    char module[96];
    mr_script_log_sink *sink; /* NULL: the log */
    void *opaque;
    struct mr_log_ring *ring;

    pthread_mutex_t lock;
    /* protected by lock */
    int64_t window_us; /* when the second that is counted began */
    unsigned lines;    /* written in it */
    uint64_t excess;   /* left out and not said yet */
    uint64_t left_out;
};

struct mr_script_log *mr_script_log_create(const char *stream)
{
    struct mr_script_log *log = calloc(1, sizeof(*log));
    if (log == NULL)
        return NULL;
    log->ring = mr_log_ring_create();
    if (log->ring == NULL) {
        free(log);
        return NULL;
    }
    snprintf(log->module, sizeof(log->module), "script %s", stream);
    pthread_mutex_init(&log->lock, NULL);
    return log;
}

void mr_script_log_set_sink(struct mr_script_log *log, mr_script_log_sink *sink, void *opaque)
{
    log->sink = sink;
    log->opaque = opaque;
}

struct mr_log_ring *mr_script_log_ring(struct mr_script_log *log)
{
    return log->ring;
}

/* A line for the log, and to keep. */
static void keep(const struct mr_script_log *log, enum mr_log_level level, const char *text)
{
    mr_log(level, log->module, "%s", text);
    mr_log_ring_put(log->ring, level, text);
}

void mr_script_log_say(struct mr_script_log *log, enum mr_log_level level, const char *format, ...)
{
    if (!mr_log_enabled(level))
        return;
    struct mr_buffer text = { 0 };
    va_list args;
    va_start(args, format);
    mr_buffer_vprintf(&text, format, args);
    va_end(args);
    if (!text.failed)
        keep(log, level, (char *)text.data);
    mr_buffer_finish(&text);
}

static void put(const struct mr_script_log *log, enum mr_log_level level, const char *text,
                size_t size)
{
    bool cut = size > MR_SCRIPT_LOG_LINE_BYTES;
    if (cut)
        size = MR_SCRIPT_LOG_LINE_BYTES;
    if (log->sink != NULL) {
        log->sink(log->opaque, level, text, size);
        return;
    }
    struct mr_buffer line = { 0 };
    mr_buffer_printf(&line, "%.*s%s", (int)size, text, cut ? " …" : "");
    if (!line.failed)
        keep(log, level, (char *)line.data);
    mr_buffer_finish(&line);
}

static void say_excess(const struct mr_script_log *log, uint64_t excess)
{
    char line[96];
    if (excess == 0)
        return;
    if (log->sink != NULL) {
        log->sink(log->opaque, MR_LOG_WARN, NULL, (size_t)excess);
        return;
    }
    int size = snprintf(line, sizeof(line),
                        "%" PRIu64 " lines of the script left out (more than %d a second)", excess,
                        MR_SCRIPT_LOG_RATE);
    put(log, MR_LOG_WARN, line, (size_t)size);
}

void mr_script_log_destroy(struct mr_script_log *log)
{
    if (log == NULL)
        return;
    say_excess(log, log->excess);
    mr_log_ring_unref(&log->ring);
    pthread_mutex_destroy(&log->lock);
    free(log);
}

/* Open the next window if this one's second is over; return what the last one left out. */
static uint64_t turn_window(struct mr_script_log *log)
{
    int64_t now_us = mr_clock_now_us();
    if (now_us - log->window_us < 1000000)
        return 0;
    uint64_t excess = log->excess;
    log->window_us = now_us;
    log->lines = 0;
    log->excess = 0;
    return excess;
}

void mr_script_log_line(struct mr_script_log *log, enum mr_log_level level, const char *text,
                        size_t size)
{
    if (!mr_log_enabled(level))
        return;
    pthread_mutex_lock(&log->lock);
    uint64_t excess = turn_window(log);
    bool written = log->lines < MR_SCRIPT_LOG_RATE;
    if (written) {
        log->lines++;
    } else {
        log->excess++;
        log->left_out++;
    }
    pthread_mutex_unlock(&log->lock);

    say_excess(log, excess);
    if (written)
        put(log, level, text, size);
}

void mr_script_log_flush(struct mr_script_log *log)
{
    pthread_mutex_lock(&log->lock);
    uint64_t excess = log->excess > 0 ? turn_window(log) : 0;
    pthread_mutex_unlock(&log->lock);
    say_excess(log, excess);
}

void mr_script_log_settle(struct mr_script_log *log)
{
    pthread_mutex_lock(&log->lock);
    uint64_t excess = log->excess;
    log->excess = 0;
    pthread_mutex_unlock(&log->lock);
    say_excess(log, excess);
}

void mr_script_log_add_excess(struct mr_script_log *log, uint64_t lines)
{
    pthread_mutex_lock(&log->lock);
    log->excess += lines;
    log->left_out += lines;
    pthread_mutex_unlock(&log->lock);
}

uint64_t mr_script_log_left_out(struct mr_script_log *log)
{
    pthread_mutex_lock(&log->lock);
    uint64_t left_out = log->left_out;
    pthread_mutex_unlock(&log->lock);
    return left_out;
}

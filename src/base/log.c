#include "base/log.h"

#include "base/buffer.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static atomic_int current_level = MR_LOG_INFO;

static const char *const level_names[] = { "error", "warn", "info", "debug", "trace" };

void mr_log_set_level(enum mr_log_level level)
{
    atomic_store_explicit(&current_level, level, memory_order_relaxed);
}

bool mr_log_enabled(enum mr_log_level level)
{
    return (int)level <= atomic_load_explicit(&current_level, memory_order_relaxed);
}

const char *mr_log_level_name(enum mr_log_level level)
{
    return level_names[level];
}

static void append_head(struct mr_buffer *line, enum mr_log_level level, const char *module)
{
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &tm);
    mr_buffer_printf(line, "%02d:%02d:%02d.%03ld %-5s %s: ", tm.tm_hour, tm.tm_min, tm.tm_sec,
                     now.tv_nsec / 1000000, level_names[level], module);
}

/* Characters that a terminal may obey: C0, DEL, and the second byte of C1 in UTF-8. */
static bool is_control(const struct mr_buffer *text, size_t at)
{
    unsigned char c = text->data[at];
    bool second = at > 0 && text->data[at - 1] == 0xc2;
    return (c < ' ' && c != '\t') || c == 0x7f || (second && c >= 0x80 && c < 0xa0);
}

void mr_log(enum mr_log_level level, const char *module, const char *format, ...)
{
    if (!mr_log_enabled(level))
        return;

    struct mr_buffer text = { 0 };
    va_list args;
    va_start(args, format);
    mr_buffer_vprintf(&text, format, args);
    va_end(args);

    struct mr_buffer line = { 0 };
    append_head(&line, level, module);
    for (size_t i = 0; i < text.size; i++) {
        char c = (char)text.data[i];
        if (c == '\n')
            mr_buffer_append(&line, "\n    ", 5);
        else
            mr_buffer_append(&line, is_control(&text, i) ? "?" : &c, 1);
    }
    mr_buffer_append(&line, "\n", 1);

    ssize_t written = write(STDERR_FILENO, line.data, line.size);
    (void)written; /* a log nobody can read is no reason to stop */
    mr_buffer_finish(&line);
    mr_buffer_finish(&text);
}

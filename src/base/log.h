/* The log: one line an event on standard error, from any thread, written with a single write(2).
 *
 *     12:34:56.789 warn  media: cars.mp4: 3 damaged packets skipped
 *
 * Nothing that happens once a frame is logged above trace. */
#ifndef MR_BASE_LOG_H
#define MR_BASE_LOG_H

#include <stdbool.h>

enum mr_log_level {
    MR_LOG_ERROR,
    MR_LOG_WARN,
    MR_LOG_INFO,
    MR_LOG_DEBUG,
    MR_LOG_TRACE,
};

/* The least important level that is still written; MR_LOG_INFO at start. Any thread. */
void mr_log_set_level(enum mr_log_level level);

/* return: whether lines of this level are written. Any thread */
bool mr_log_enabled(enum mr_log_level level);

/* return: "error" … "trace"; lives for ever */
const char *mr_log_level_name(enum mr_log_level level);

/* Write one line if `level` is enabled. `module` is the writer's tag. Further lines of a message
 * with line breaks are indented. Never fails; any thread. */
void mr_log(enum mr_log_level level, const char *module, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

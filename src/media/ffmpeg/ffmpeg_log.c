#include "media/ffmpeg/ffmpeg_log.h"

#include "base/log.h"
#include "media/ffmpeg/url.h"

#include <libavutil/log.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char hint[256];

static void chomp(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
        text[--length] = '\0';
}

/* An RTMP server's answer may repeat the stream's key in words that no address marks ("stream KEY not found"). Cut
 * the answer off, so that the line only tells that the server refused. */
static void hide_answer(char *line, size_t size)
{
    static const char answer[] = "Server error: ";
    char *at = strstr(line, answer);
    if (at != NULL)
        snprintf(at, size - (size_t)(at - line), "%s***", answer);
}

static void format_line(void *object, int level, const char *format, va_list args, char *out,
                        size_t size, int *prefix)
{
    char raw[1024];
    av_log_format_line2(object, level, format, args, raw, sizeof(raw), prefix);
    chomp(raw);
    mr_url_redact(raw, out, size);
    hide_answer(out, size);
}

/* The lines that libavfilter logs on its way up name the place, and what it said before the cause; so does
 * what demuxers say about an address that they were not allowed to open. */
static bool is_afterword(const char *format)
{
    static const char configure[] = "Failed to configure", evaluate[] = "Failed to evaluate";
    return hint[0] != '\0' && (strstr(hint, MR_FFMPEG_NOT_ALLOWED) != NULL ||
                               strncmp(format, configure, strlen(configure)) == 0 ||
                               strncmp(format, evaluate, strlen(evaluate)) == 0);
}

static bool comes_from_rtmp(void *object)
{
    const AVClass *class = object != NULL ? *(const AVClass **)object : NULL;
    return class != NULL && class->item_name != NULL &&
           strncmp(class->item_name(object), "rtmp", 4) == 0;
}

/* Called by any thread of FFmpeg's, for every message there is: the common case must be quick. */
static void log_line(void *object, int av_level, const char *format, va_list args)
{
    enum mr_log_level level = av_level <= AV_LOG_WARNING ? MR_LOG_DEBUG : MR_LOG_TRACE;
    bool is_error = av_level <= AV_LOG_ERROR;
    if (av_level > AV_LOG_DEBUG || (!is_error && !mr_log_enabled(level)))
        return; /* its own trace goes byte by byte */
    if (comes_from_rtmp(object) && av_level > AV_LOG_WARNING)
        return; /* the protocol's chatter has stream keys in it */

    va_list again;
    va_copy(again, args);
    char line[1024];
    if (mr_log_enabled(level)) {
        int with_prefix = 1;
        format_line(object, av_level, format, args, line, sizeof(line), &with_prefix);
        if (line[0] != '\0')
            mr_log(level, "ffmpeg", "%s", line);
    }
    if (is_error && !is_afterword(format)) {
        int without_prefix = 0;
        format_line(NULL, av_level, format, again, hint, sizeof(hint), &without_prefix);
    }
    va_end(again);
}

static void install(void)
{
    av_log_set_callback(log_line);
}

void mr_ffmpeg_log_install(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
}

void mr_ffmpeg_log_clear(void)
{
    hint[0] = '\0';
}

const char *mr_ffmpeg_log_hint(void)
{
    return hint;
}

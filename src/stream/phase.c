#include "stream/phase.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/ffmpeg/url.h"
#include "media/ffmpeg/url_hide.h"
#include "stream/stream_private.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void mr_phase_set(struct mr_stream *stream, enum mr_stream_phase phase)
{
    pthread_mutex_lock(&stream->lock);
    bool changed = stream->phase != phase;
    stream->phase = phase;
    pthread_cond_broadcast(&stream->wake);
    pthread_mutex_unlock(&stream->lock);

    if (!changed)
        return;
    mr_log(MR_LOG_DEBUG, "stream", "%s: %s", stream->options.name, mr_phase_name(phase));
    if (stream->options.changed != NULL)
        stream->options.changed(stream->options.changed_opaque);
}

bool mr_phase_is_idle(struct mr_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    bool idle = stream->phase == MR_STREAM_IDLE;
    pthread_mutex_unlock(&stream->lock);
    return idle;
}

/* Whether an error begins, or goes on, with a line of a script: "process.lua:12: …". */
static bool names_a_line(const char *error)
{
    static const char ending[] = ".lua:";
    const char *at = strstr(error, ending);
    return at != NULL && isdigit((unsigned char)at[sizeof(ending) - 1]);
}

void mr_phase_tell_reason(const struct mr_stream *stream, const char *error, char *out, size_t size)
{
    char address[256];
    if (names_a_line(error)) {
        snprintf(out, size, "the script has an error");
        return;
    }
    mr_url_redact_whole(stream->options.url, address, sizeof(address));
    mr_url_hide(error, address, out, size);
}

const char *mr_phase_name(enum mr_stream_phase phase)
{
    static const char *const names[] = {
        [MR_STREAM_OPENING] = "opening", [MR_STREAM_RUNNING] = "running",
        [MR_STREAM_IDLE] = "idle",       [MR_STREAM_FINISHED] = "finished",
        [MR_STREAM_FAILED] = "failed",   [MR_STREAM_LOST] = "lost",
    };
    return names[phase];
}

bool mr_phase_is_wanted(struct mr_stream *stream)
{
    const struct mr_stream_options *options = &stream->options;
    return options->always || options->lossless || options->record != NULL ||
           mr_hub_viewers(stream->hub, NULL) > 0;
}

void mr_phase_set_error(struct mr_stream *stream, const struct mr_error *error)
{
    pthread_mutex_lock(&stream->lock);
    stream->error = *error;
    pthread_mutex_unlock(&stream->lock);
}

/* ---- losses ---- */

void mr_phase_note_lost(struct mr_stream *stream, int64_t now_us)
{
    pthread_mutex_lock(&stream->lock);
    stream->lost_since_us = now_us;
    if (stream->media_at_us == 0) /* time begins with the first notice */
        stream->media_at_us = now_us;
    pthread_mutex_unlock(&stream->lock);
}

void mr_phase_note_back(struct mr_stream *stream, int64_t now_us)
{
    pthread_mutex_lock(&stream->lock);
    stream->lost_us += now_us - stream->lost_since_us;
    stream->lost_since_us = 0;
    stream->reconnects++;
    stream->error = (struct mr_error){ 0 };
    pthread_mutex_unlock(&stream->lock);
}

int64_t mr_phase_lost_us(const struct mr_stream *stream)
{
    int64_t since_us = stream->lost_since_us;
    return stream->lost_us + (since_us > 0 ? mr_clock_now_us() - since_us : 0);
}

/* ---- numbers and times ---- */

uint64_t mr_phase_number(struct mr_stream *stream, int64_t pts_us)
{
    int64_t now_us = mr_clock_now_us();
    pthread_mutex_lock(&stream->lock);
    uint64_t seq = stream->next_seq++;
    stream->media_us = pts_us;
    stream->media_at_us = now_us;
    pthread_mutex_unlock(&stream->lock);
    return seq;
}

uint64_t mr_phase_numbered(struct mr_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    uint64_t count = stream->next_seq;
    pthread_mutex_unlock(&stream->lock);
    return count;
}

static int64_t media_at(const struct mr_stream *stream, int64_t now_us)
{
    return stream->media_at_us > 0 ? stream->media_us + (now_us - stream->media_at_us) : 0;
}

int64_t mr_phase_media_now_us(struct mr_stream *stream)
{
    int64_t now_us = mr_clock_now_us();
    pthread_mutex_lock(&stream->lock);
    int64_t media_us = media_at(stream, now_us);
    pthread_mutex_unlock(&stream->lock);
    return media_us;
}

bool mr_phase_number_notice(struct mr_stream *stream, struct mr_notice *notice)
{
    int64_t now_us = mr_clock_now_us();
    pthread_mutex_lock(&stream->lock);
    bool lost = stream->phase == MR_STREAM_LOST;
    if (lost) {
        stream->media_us = media_at(stream, now_us);
        stream->media_at_us = now_us;
        *notice = (struct mr_notice){
            .width = stream->width,
            .height = stream->height,
            .seq = stream->next_seq++,
            .pts_us = stream->media_us,
        };
        mr_phase_tell_reason(stream, stream->error.text, notice->reason, sizeof(notice->reason));
    }
    pthread_mutex_unlock(&stream->lock);
    return lost;
}

#include "media/source/source.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/ffmpeg/ffmpeg_log.h"
#include "media/ffmpeg/url.h"
#include "media/source/source_discard.h"
#include "media/source/source_play.h"
#include "media/source/source_state.h"
#include "media/source/source_still.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file that ends so much earlier than it says was cut off. */
#define SHORT_S 1

/* How many times as long as others an input that comes in bursts may take between two of its pieces. */
#define BURST_PATIENCE 4

static void describe_source(struct mr_source *source)
{
    const AVCodecParameters *parameters = source->input.stream->codecpar;
    struct mr_source_info *info = &source->info;
    snprintf(info->codec, sizeof(info->codec), "%s", avcodec_get_name(parameters->codec_id));
    info->width = parameters->width;
    info->height = parameters->height;
    info->fps = source->input.fps;
    info->live = source->input.live;
    info->piped = source->input.piped;
    info->remote = source->input.remote;
    info->still = source->input.still;
    const char *format = source->input.demuxer->iformat->name;
    info->bursts = info->live && (strcmp(format, "hls") == 0 || strcmp(format, "dash") == 0);
}

static int init(struct mr_source *source, const struct mr_source_options *options,
                struct mr_error *error)
{
    mr_url_redact_whole(options->url, source->shown, sizeof(source->shown));
    source->loop = options->loop;
    source->leave_jpeg = options->leave_jpeg;
    source->limit_fps = options->fps;
    source->threads = options->threads;
    source->look.poll_us = options->poll_us;
    source->patience =
        (struct mr_patience){ .interrupt = options->interrupt, .limit_us = options->stall_us };
    source->url = strdup(options->url);
    source->packet = av_packet_alloc();
    source->kept = av_packet_alloc();
    source->frame = av_frame_alloc();
    source->only = av_frame_alloc();
    if (mr_input_options_copy(&source->wish, &options->input) < 0 || source->url == NULL ||
        source->packet == NULL || source->kept == NULL || source->frame == NULL ||
        source->only == NULL)
        return mr_error_set(error, -ENOMEM, "cannot open \"%s\": out of memory", source->shown);

    int failed = mr_source_play_open(source, error);
    if (failed)
        return failed;
    describe_source(source);
    if (source->info.bursts)
        source->patience.limit_us *= BURST_PATIENCE;
    source->waiting_since_us = mr_clock_now_us();
    return 0;
}

int mr_source_open(const struct mr_source_options *options, struct mr_source **source,
                   struct mr_error *error)
{
    *source = NULL;
    struct mr_source *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return mr_error_set(error, -ENOMEM, "cannot open a source: out of memory");
    int failed = init(made, options, error);
    if (failed) {
        mr_source_close(made);
        return failed;
    }
    *source = made;
    return 0;
}

void mr_source_close(struct mr_source *source)
{
    if (source == NULL)
        return;
    mr_patience_begin(&source->patience); /* saying goodbye takes a peer */
    mr_recorded_finish(&source->recorded);
    mr_input_close(&source->input);
    av_packet_free(&source->packet);
    av_packet_free(&source->kept);
    av_frame_free(&source->frame);
    av_frame_free(&source->only);
    mr_input_options_finish(&source->wish);
    free(source->url);
    free(source);
}

bool mr_source_is_elsewhere(const char *url)
{
    return mr_input_is_elsewhere(url);
}

const struct mr_source_info *mr_source_info(const struct mr_source *source)
{
    return &source->info;
}

uint64_t mr_source_damaged(const struct mr_source *source)
{
    return atomic_load_explicit(&source->damaged, memory_order_relaxed);
}

/* return: 0; 1 when the input cannot be had again; -errno with *error */
static int start_again(struct mr_source *source, struct mr_error *error)
{
    source->frames_since_start = 0;
    source->damage_in_a_row = 0;
    if (mr_input_rewind(&source->input) != 0) {
        if (source->input.io != NULL || source->input.live)
            return 1;
        mr_input_close(&source->input);
        return mr_source_play_open(source, error);
    }
    mr_source_play_begin(source);
    return 0;
}

/* FFmpeg's multipart demuxer needs correct parts; its demuxer for bare JPEG ignores what lies between pictures. */
static const char *remedy(const struct mr_source *source)
{
    bool parts = strcmp(source->input.demuxer->iformat->name, "mpjpeg") == 0;
    return parts ? "; --input-format mjpeg reads such parts" : "";
}

/* return: whether a local file holds less than was read of it, so that somebody has emptied or cut it meanwhile */
static bool has_shrunk(const struct mr_input *input)
{
    AVIOContext *io = input->demuxer->pb;
    return !input->live && io != NULL && avio_size(io) >= 0 && avio_size(io) < avio_tell(io);
}

static int nothing_came(const struct mr_source *source, struct mr_error *error)
{
    const struct mr_input *input = &source->input;
    if (source->encrypted)
        return mr_error_set(error, -EACCES,
                            "\"%s\" is encrypted; --input-option decryption_key=HEX gives its key",
                            source->shown);
    if (has_shrunk(input))
        return mr_error_set(error, -ENODATA, "\"%s\" was emptied or cut while it was read",
                            source->shown);
    const char *hint = mr_ffmpeg_log_hint();
    bool hinted = hint[0] != '\0';
    return mr_error_set(error, -ENODATA,
                        "\"%s\" has a video stream but not one whole frame%s%s%s%s", source->shown,
                        hinted ? " (" : "", hint, hinted ? ")" : "", remedy(source));
}

/* return: how long the video is by its file's own words, in µs; 0: it does not say */
static int64_t said_us(const struct mr_input *input)
{
    const AVFormatContext *demuxer = input->demuxer;
    if (demuxer->duration_estimation_method != AVFMT_DURATION_FROM_STREAM)
        return 0;
    if (input->stream->duration != AV_NOPTS_VALUE)
        return av_rescale_q(input->stream->duration, input->stream->time_base, AV_TIME_BASE_Q);
    return demuxer->nb_streams == 1 && demuxer->duration != AV_NOPTS_VALUE ? demuxer->duration : 0;
}

/* return: how many seconds of the video were played */
static double played_s(const struct mr_source *source)
{
    const struct mr_timeline *timeline = &source->timeline;
    return (double)(timeline->last_us + timeline->last_duration_us - source->start_us) / 1e6;
}

/* A file that was cut off plays to where it ends, and the log says so, once. */
static void tell_if_short(struct mr_source *source)
{
    double played = played_s(source), all = (double)said_us(&source->input) / 1e6;
    if (source->input.live || source->input.still || source->told_short)
        return;
    source->told_short = true;
    if (has_shrunk(&source->input))
        mr_log(MR_LOG_WARN, "media",
               "\"%s\" ends after %.1f s: it was emptied or cut while it played", source->shown,
               played);
    else if (all > 0 && played <= all - SHORT_S)
        mr_log(MR_LOG_WARN, "media",
               "\"%s\" ends after %.1f s of the %.1f s that it says: it is cut off", source->shown,
               played, all);
    else
        source->told_short = false;
}

/* return: 0 when it goes on from the start; 1 at the end; -errno with *error */
static int end(struct mr_source *source, struct mr_error *error)
{
    int ended = 1;
    if (mr_source_still_is_one(source)) {
        mr_source_still_become(source);
        return 0;
    }
    if (source->frames_since_start > 0)
        tell_if_short(source);
    if (source->frames_since_start == 0)
        ended = nothing_came(source, error);
    else if (source->loop)
        ended = start_again(source, error);
    source->ended = ended != 0;
    return ended;
}

int mr_source_read(struct mr_source *source, struct mr_decoded *decoded, struct mr_error *error)
{
    *decoded = (struct mr_decoded){ 0 };
    if (source->ended)
        return 1;
    if (source->discarding)
        mr_source_discard_end(source);
    for (;;) {
        if (source->still)
            return mr_source_still_read(source, decoded, error);
        int result = mr_source_play_next(source, decoded, error);
        if (result != 1 || (result = end(source, error)) != 0)
            return result;
    }
}

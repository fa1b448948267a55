#include "media/source/source.h"

#include "base/clock.h"
#include "media/ffmpeg/ffmpeg_log.h"
#include "media/ffmpeg/url.h"
#include "media/source/source_discard.h"
#include "media/source/source_frame.h"
#include "media/source/source_jpeg.h"
#include "media/source/source_skip.h"
#include "media/source/source_state.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Frame rate of a source with a single frame. */
#define STILL_FPS 1.0

/* How long to wait when a device has no frame yet. */
#define DEVICE_WAIT_US 1000

/* Until its first frame an input may take so many times as long as between two, if packets come. */
#define FIRST_FRAME_PATIENCE 4

/* … and between two of its pieces, an input that comes in bursts. */
#define BURST_PATIENCE 4

enum step {
    STEP_AGAIN, /* go on */
    STEP_FRAME, /* a frame is there */
    STEP_JPEG,  /* one is there as JPEG */
    STEP_END,   /* the input ended */
};

static void describe(struct mr_source *source)
{
    const AVCodecParameters *parameters = source->input.stream->codecpar;
    struct mr_source_info *info = &source->info;
    snprintf(info->codec, sizeof(info->codec), "%s", avcodec_get_name(parameters->codec_id));
    info->width = parameters->width;
    info->height = parameters->height;
    info->fps = source->input.fps;
    info->live = source->input.live;
    info->remote = source->input.remote;
    const char *format = source->input.demuxer->iformat->name;
    info->bursts = info->live && (strcmp(format, "hls") == 0 || strcmp(format, "dash") == 0);
}

static int open_input(struct mr_source *source, struct mr_error *error)
{
    source->frame_came = false;
    return mr_input_open(&source->input, source->url, source->shown, &source->wish, source->threads,
                         &source->patience, error);
}

static int init(struct mr_source *source, const struct mr_source_options *options,
                struct mr_error *error)
{
    mr_url_redact_whole(options->url, source->shown, sizeof(source->shown));
    source->loop = options->loop;
    source->leave_jpeg = options->leave_jpeg;
    source->limit_fps = options->fps;
    source->threads = options->threads;
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

    int failed = open_input(source, error);
    if (failed)
        return failed;
    mr_recorded_init(&source->recorded, source->input.demuxer, source->input.stream);
    mr_timeline_init(&source->timeline, source->input.stream->time_base, source->input.fps);
    describe(source);
    mr_source_skip_begin(source);
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

static bool has_peer(const struct mr_source *source)
{
    return source->info.live || source->info.remote;
}

/* Key frames may be many seconds apart: packets are a sign of life until the first frame. */
static void note_life(struct mr_source *source)
{
    int64_t most_us = FIRST_FRAME_PATIENCE * source->patience.limit_us;
    if (has_peer(source) && !source->frame_came &&
        mr_clock_now_us() - source->waiting_since_us < most_us)
        mr_patience_begin(&source->patience);
}

/* Tell the decoder that nothing follows: it gives out the frames that it still holds. */
static void drain(struct mr_source *source)
{
    avcodec_send_packet(source->input.decoder, NULL);
}

static int read_failed(struct mr_source *source, int averror, struct mr_error *error)
{
    if (averror == AVERROR(EAGAIN)) {
        usleep(DEVICE_WAIT_US);
        return STEP_AGAIN;
    }
    if (averror == AVERROR_EOF) {
        drain(source);
        return STEP_AGAIN;
    }
    if (averror != AVERROR_INVALIDDATA || mr_patience_check(&source->patience) != 0)
        return mr_source_state_fail(source, averror, error);
    mr_source_state_damage(source);
    if (source->damage_in_a_row >= MR_SOURCE_MAX_DAMAGE)
        drain(source);
    return STEP_AGAIN;
}

/* return: what FFmpeg does; 0 for a packet that is left out */
static int decode_packet(struct mr_source *source)
{
    note_life(source);
    if (source->wants_key && !(source->packet->flags & AV_PKT_FLAG_KEY))
        return 0;
    source->wants_key = false;
    if (source->packet->flags & AV_PKT_FLAG_CORRUPT)
        mr_source_state_damage(source);
    mr_source_skip_or_not(source);
    int averror = avcodec_send_packet(source->input.decoder, source->packet);
    if (averror < 0 && averror != AVERROR(ENOMEM))
        mr_source_state_damage(source);
    return averror;
}

/* One packet from the demuxer to the decoder. */
static int feed(struct mr_source *source, struct mr_error *error)
{
    int averror = mr_recorded_read(&source->recorded, source->input.demuxer, source->packet);
    if (averror < 0)
        return read_failed(source, averror, error);
    bool ours = source->packet->stream_index == source->input.stream->index;
    if (ours && mr_source_jpeg_keep(source))
        return STEP_JPEG;
    if (ours)
        averror = decode_packet(source);
    av_packet_unref(source->packet);
    return averror == AVERROR(ENOMEM) ? mr_source_state_fail(source, averror, error) : STEP_AGAIN;
}

static int step(struct mr_source *source, struct mr_error *error)
{
    int averror = avcodec_receive_frame(source->input.decoder, source->frame);
    if (averror == 0)
        return STEP_FRAME;
    if (averror == AVERROR_EOF)
        return STEP_END;
    if (averror == AVERROR(EAGAIN))
        return feed(source, error);
    if (averror == AVERROR(ENOMEM))
        return mr_source_state_fail(source, averror, error);
    mr_source_state_damage(source);
    return STEP_AGAIN;
}

/* Frames whose damage the decoder has hidden are shown: a smear beats a gap. They count, though. */
static void take_frame(struct mr_source *source, struct mr_decoded *decoded)
{
    const AVFrame *frame = source->frame;
    if ((frame->flags & AV_FRAME_FLAG_CORRUPT) || frame->decode_error_flags != 0)
        mr_source_state_damage(source);
    mr_source_frame_give(source, frame->best_effort_timestamp, frame->pkt_duration, decoded);
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
        int failed = open_input(source, error);
        if (failed)
            return failed;
    }
    mr_recorded_init(&source->recorded, source->input.demuxer, source->input.stream);
    mr_source_skip_begin(source);
    mr_timeline_restart(&source->timeline, source->input.stream->time_base, source->input.fps);
    return 0;
}

/* A source with a single frame need not be read again. */
static void become_still(struct mr_source *source)
{
    double fps = source->input.still ? source->input.fps : STILL_FPS;
    mr_timeline_restart(&source->timeline, source->input.stream->time_base, fps);
    source->only->flags &= ~AV_FRAME_FLAG_CORRUPT; /* counted once */
    source->only->decode_error_flags = 0;
    source->still = true;
}

/* return: 0; -errno with *error */
static int repeat(struct mr_source *source, struct mr_decoded *decoded, struct mr_error *error)
{
    av_frame_unref(source->frame);
    if (av_frame_ref(source->frame, source->only) < 0)
        return mr_error_set(error, -ENOMEM, "reading \"%s\": out of memory", source->shown);
    source->frames_since_start = 0; /* as a start of its own: `only` is kept */
    take_frame(source, decoded);
    return 0;
}

static int nothing_came(const struct mr_source *source, struct mr_error *error)
{
    const char *hint = mr_ffmpeg_log_hint();
    bool hinted = hint[0] != '\0';
    return mr_error_set(error, -ENODATA, "\"%s\" has a video stream but not one whole frame%s%s%s",
                        source->shown, hinted ? " (" : "", hint, hinted ? ")" : "");
}

/* return: 0 when it goes on from the start; 1 at the end; -errno with *error */
static int end(struct mr_source *source, struct mr_error *error)
{
    int ended = 1;
    if (source->frames_since_start == 1 && source->only->buf[0] != NULL) {
        become_still(source);
        return 0;
    }
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
    if (has_peer(source))
        mr_patience_begin(&source->patience);
    for (;;) {
        if (mr_patience_check(&source->patience) != 0)
            return mr_source_state_fail(source, AVERROR_EXIT, error);
        if (source->still)
            return repeat(source, decoded, error);
        int result = step(source, error);
        if (result == STEP_FRAME || result == STEP_JPEG) {
            (result == STEP_FRAME ? take_frame : mr_source_jpeg_give)(source, decoded);
            return 0;
        }
        if (result == STEP_END)
            result = end(source, error);
        if (result != 0)
            return result;
    }
}

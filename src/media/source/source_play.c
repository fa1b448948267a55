#include "media/source/source_play.h"

#include "base/clock.h"
#include "media/source/row.h"
#include "media/source/source_frame.h"
#include "media/source/source_jpeg.h"
#include "media/source/source_look.h"
#include "media/source/source_skip.h"
#include "media/source/source_stamps.h"
#include "media/source/source_state.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <unistd.h>

/* How long to wait when a device has no frame yet. */
#define DEVICE_POLL_US 1000

/* Until its first frame an input may take so many times as long as between two, if packets come. */
#define FIRST_FRAME_PATIENCE 4

enum step {
    STEP_AGAIN, /* go on */
    STEP_FRAME, /* a frame is there */
    STEP_JPEG,  /* one is there as JPEG */
    STEP_END,   /* the input ended */
};

/* ---- opening ---- */

void mr_source_play_begin(struct mr_source *source)
{
    mr_source_look_begin(source);
    mr_recorded_init(&source->recorded, source->input.demuxer, source->input.stream);
    mr_source_stamps_begin(source);
    mr_source_skip_begin(source);
    mr_timeline_restart(&source->timeline, source->input.stream->time_base, source->input.fps);
}

int mr_source_play_open(struct mr_source *source, struct mr_error *error)
{
    source->frame_came = false;
    mr_source_look_note_file(source);
    int failed = mr_input_open(&source->input, source->url, source->shown, &source->wish,
                               source->threads, &source->patience, error);
    if (!failed)
        mr_source_play_begin(source);
    return failed;
}

/* ---- from packet to frame ---- */

/* return: whether another machine or a device sends, which may fall silent and can be opened again. A pipe cannot, so that it
 * may be silent for as long as it likes */
static bool has_peer(const struct mr_source *source)
{
    return (source->input.live && !source->input.piped) || source->input.remote;
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
        usleep(DEVICE_POLL_US);
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

/* The log names a damaged file of a row. */
static void note_damage(struct mr_source *source)
{
    if (source->input.row != NULL)
        mr_row_note_damage(source->input.row);
    mr_source_state_damage(source);
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
    if (averror < 0 && averror != AVERROR(ENOMEM)) {
        note_damage(source);
        source->encrypted =
            av_packet_get_side_data(source->packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL) != NULL;
    }
    return averror;
}

static int read_packet(struct mr_source *source)
{
    unsigned left_out;
    if (source->input.row == NULL)
        return mr_recorded_read(&source->recorded, &source->input.ahead, source->input.demuxer,
                                source->packet);
    int averror = mr_row_read(source->input.row, source->packet, &left_out);
    for (; left_out > 0; left_out--)
        mr_source_state_damage(source);
    source->packet->stream_index = source->input.stream->index;
    return averror;
}

/* One packet from the demuxer to the decoder. */
static int feed(struct mr_source *source, struct mr_error *error)
{
    int averror = read_packet(source);
    if (averror < 0)
        return read_failed(source, averror, error);
    bool ours = source->packet->stream_index == source->input.stream->index;
    if (ours)
        mr_source_stamps_check(source);
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
    note_damage(source);
    return STEP_AGAIN;
}

void mr_source_play_give_frame(struct mr_source *source, struct mr_decoded *decoded)
{
    const AVFrame *frame = source->frame;
    if ((frame->flags & AV_FRAME_FLAG_CORRUPT) || frame->decode_error_flags != 0)
        mr_source_state_damage(source);
    mr_source_frame_give(source, frame->best_effort_timestamp, frame->pkt_duration, decoded);
}

int mr_source_play_next(struct mr_source *source, struct mr_decoded *decoded,
                        struct mr_error *error)
{
    if (has_peer(source))
        mr_patience_begin(&source->patience);
    for (;;) {
        if (mr_patience_check(&source->patience) != 0)
            return mr_source_state_fail(source, AVERROR_EXIT, error);
        int result = step(source, error);
        if (result == STEP_AGAIN)
            continue;
        if (result == STEP_FRAME)
            mr_source_play_give_frame(source, decoded);
        else if (result == STEP_JPEG)
            mr_source_jpeg_give(source, decoded);
        else
            return result == STEP_END ? 1 : result;
        return 0;
    }
}

#include "media/source/source_skip.h"

#include "media/source/source_state.h"

#include <libavformat/avformat.h>

/* A source must have so many times the frames that are wanted: below, a slot can be without one, and
 * the next has two that are. */
#define LEAST_SURPLUS 1.5

/* Whether the codec's decoder obeys skip requests, and whether its packets are whole frames. */
static bool is_suitable(const struct mr_source *source)
{
    const AVCodecParameters *stream = source->input.stream->codecpar;
    bool known = stream->codec_id == AV_CODEC_ID_H264 || stream->codec_id == AV_CODEC_ID_HEVC;
    bool whole =
        stream->field_order == AV_FIELD_UNKNOWN || stream->field_order == AV_FIELD_PROGRESSIVE;
    return known && whole && source->input.fps >= source->limit_fps * LEAST_SURPLUS;
}

static int64_t stamp_to_us(const struct mr_source *source, int64_t stamp)
{
    return av_rescale_q(stamp, source->input.stream->time_base, AV_TIME_BASE_Q);
}

void mr_source_skip_begin(struct mr_source *source)
{
    mr_skipper_init(&source->skipper, is_suitable(source) ? source->limit_fps : 0);
    source->fresh = true;
}

/* The input starts again: the slots go on, and lie elsewhere in it than the time before. */
static void begin_again(struct mr_source *source, int64_t first_us)
{
    const struct mr_timeline *timeline = &source->timeline;
    source->shift_us = timeline->last_us + timeline->last_duration_us - first_us;
    mr_skipper_align(&source->skipper, source->slot_us - source->shift_us);
}

void mr_source_skip_or_not(struct mr_source *source)
{
    int64_t stamp = source->packet->pts;
    if (source->skipper.slot_us == 0)
        return;
    if (source->fresh && source->noted && stamp != AV_NOPTS_VALUE)
        begin_again(source, stamp_to_us(source, stamp));
    source->fresh = false;
    bool skips =
        stamp != AV_NOPTS_VALUE && mr_skipper_skips(&source->skipper, stamp_to_us(source, stamp));
    source->input.decoder->skip_frame = skips ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

void mr_source_skip_note(struct mr_source *source, int64_t stamp, int64_t pts_us)
{
    if (stamp != AV_NOPTS_VALUE)
        source->shift_us = pts_us - stamp_to_us(source, stamp);
}

void mr_source_skip_slot(struct mr_source *source, int64_t start_us)
{
    source->slot_us = start_us;
    source->noted = true;
    mr_skipper_align(&source->skipper, start_us - source->shift_us);
}

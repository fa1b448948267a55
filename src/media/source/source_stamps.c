#include "media/source/source_stamps.h"

#include "media/source/source_state.h"

#include <libavformat/avformat.h>
#include <stdlib.h>

/* Stamps that go on by more than this, or go back by more than BACK_US, are doubted. */
#define AHEAD_US INT64_C(10000000)
#define BACK_US  INT64_C(1000000)

/* How many packets are looked through for the video's next one. */
#define LOOK_AHEAD 64

void mr_source_stamps_begin(struct mr_source *source)
{
    source->stamped = false;
}

static int64_t in_us(const struct mr_source *source, int64_t stamp)
{
    return av_rescale_q(stamp, source->input.stream->time_base, AV_TIME_BASE_Q);
}

static int64_t stamp_of(const AVPacket *packet)
{
    return packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
}

/* return: the stamp of the video's next packet; AV_NOPTS_VALUE: there is none, or it has none */
static int64_t next_stamp(struct mr_source *source)
{
    struct mr_ahead *ahead = &source->input.ahead;
    for (size_t i = 0; i < LOOK_AHEAD; i++) {
        if (mr_ahead_at(ahead, i) == NULL && mr_ahead_fetch(ahead, source->input.demuxer) < 0)
            break;
        const AVPacket *packet = mr_ahead_at(ahead, i);
        if (packet->stream_index == source->input.stream->index)
            return stamp_of(packet);
    }
    return AV_NOPTS_VALUE;
}

/* return: whether the next packet goes on from the last one, as if this one were not there */
static bool is_alone(struct mr_source *source, int64_t stamp)
{
    int64_t next = next_stamp(source);
    if (next == AV_NOPTS_VALUE)
        return false;
    int64_t from_last_us = in_us(source, next) - in_us(source, source->last_stamp);
    int64_t from_this_us = in_us(source, next) - in_us(source, stamp);
    return from_last_us >= 0 && from_last_us <= AHEAD_US && llabs(from_this_us) > BACK_US / 2;
}

void mr_source_stamps_check(struct mr_source *source)
{
    AVPacket *packet = source->packet;
    if (source->input.live || source->input.untimed || source->input.still)
        return;
    if (packet->pts != AV_NOPTS_VALUE && packet->dts != AV_NOPTS_VALUE &&
        llabs(in_us(source, packet->pts) - in_us(source, packet->dts)) > AHEAD_US)
        packet->pts = AV_NOPTS_VALUE; /* no decoder holds a frame back for so long */
    int64_t stamp = stamp_of(packet);
    if (stamp == AV_NOPTS_VALUE)
        return;
    int64_t step_us =
        source->stamped ? in_us(source, stamp) - in_us(source, source->last_stamp) : 0;
    if ((step_us > AHEAD_US || step_us < -BACK_US) && is_alone(source, stamp)) {
        packet->pts = packet->dts = AV_NOPTS_VALUE;
        return;
    }
    source->last_stamp = stamp;
    source->stamped = true;
}

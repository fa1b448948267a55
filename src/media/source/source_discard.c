#include "media/source/source_discard.h"

#include "base/clock.h"
#include "media/source/source_state.h"

#include <libavformat/avformat.h>
#include <unistd.h>

/* How long to wait when a device has no frame yet: nobody is in a hurry. */
#define DEVICE_WAIT_US 20000

/* return: whether it was one of the video's */
static bool drop_packet(struct mr_source *source)
{
    bool ours = source->packet->stream_index == source->input.stream->index;
    av_packet_unref(source->packet);
    if (ours)
        source->damage_in_a_row = 0;
    return ours;
}

int mr_source_discard(struct mr_source *source, struct mr_error *error)
{
    source->discarding = true;
    if (source->input.piped)
        mr_patience_lift(&source->patience);
    else
        mr_patience_begin(&source->patience);
    while (!source->ended) {
        if (mr_patience_check(&source->patience) != 0)
            return mr_source_state_fail(source, AVERROR_EXIT, error);
        int averror = mr_ahead_read(&source->input.ahead, source->input.demuxer, source->packet);
        if (averror == 0 && drop_packet(source))
            return 0;
        if (averror == AVERROR(EAGAIN))
            usleep(DEVICE_WAIT_US);
        else if (averror == AVERROR_EOF)
            source->ended = true;
        else if (averror == AVERROR_INVALIDDATA && source->damage_in_a_row < MR_SOURCE_MAX_DAMAGE)
            mr_source_state_damage(source);
        else if (averror < 0)
            return mr_source_state_fail(source, averror, error);
    }
    return 1;
}

void mr_source_discard_end(struct mr_source *source)
{
    const AVCodecDescriptor *codec = avcodec_descriptor_get(source->input.decoder->codec_id);
    avcodec_flush_buffers(source->input.decoder);
    source->wants_key = codec == NULL || !(codec->props & AV_CODEC_PROP_INTRA_ONLY);
    source->discarding = false;
    source->damage_in_a_row = 0;
    source->frame_came = false;
    source->waiting_since_us = mr_clock_now_us();
}

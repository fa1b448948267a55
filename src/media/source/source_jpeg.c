#include "media/source/source_jpeg.h"

#include "media/jpeg/jpeg_planes.h"
#include "media/source/source_frame.h"
#include "media/source/source_state.h"

#include <assert.h>
#include <libavformat/avformat.h>

/* Fields of interlaced video are lower than what the container says. FFmpeg's decoder, whose they are,
 * judges by the first one as well: later ones may be of any size. */
static bool is_field(struct mr_source *source, const struct mr_jpeg_header *header)
{
    if (!source->jpeg_seen)
        source->jpeg_fields = header->height * 4 < source->input.stream->codecpar->height * 3;
    source->jpeg_seen = true;
    return source->jpeg_fields;
}

static bool can_stay_jpeg(struct mr_source *source, struct mr_jpeg_header *header)
{
    const AVPacket *packet = source->packet;
    return source->leave_jpeg && source->input.decoder->codec_id == AV_CODEC_ID_MJPEG &&
           packet->size > 0 && !(packet->flags & AV_PKT_FLAG_CORRUPT) &&
           mr_jpeg_header_read(packet->data, (size_t)packet->size, header) == 0 &&
           !is_field(source, header);
}

bool mr_source_jpeg_keep(struct mr_source *source)
{
    struct mr_jpeg_header header; /* a damaged picture must not change source->jpeg */
    if (!can_stay_jpeg(source, &header))
        return false;
    av_packet_unref(source->kept);
    av_frame_unref(source->only);
    av_packet_move_ref(source->kept, source->packet);
    source->jpeg.header = header;
    source->jpeg.bytes = source->kept->data;
    source->wants_key = false;
    return true;
}

void mr_source_jpeg_give(struct mr_source *source, struct mr_decoded *decoded)
{
    const AVPacket *packet = source->kept;
    AVRational aspect = source->input.stream->codecpar->sample_aspect_ratio;
    av_frame_unref(source->frame);
    mr_jpeg_planes_describe(&source->jpeg.header, 1, aspect.num, aspect.den, source->frame);
    mr_source_frame_give(source, packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts,
                         packet->duration, decoded);
    decoded->jpeg = &source->jpeg;
}

int mr_source_jpeg_decode(struct mr_source *source, struct mr_decoded *decoded,
                          struct mr_error *error)
{
    AVCodecContext *decoder = source->input.decoder;
    assert(decoded->jpeg == &source->jpeg);
    decoded->jpeg = NULL;
    int averror = avcodec_send_packet(decoder, source->kept);
    if (averror == 0)
        averror = avcodec_receive_frame(decoder, source->frame);
    if (averror == 0)
        return 0;
    if (averror == AVERROR(ENOMEM))
        return mr_source_state_fail(source, averror, error);
    mr_source_state_damage(source);
    source->frames_since_start--;
    return 1;
}

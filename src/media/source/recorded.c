#include "media/source/recorded.h"

#include "media/ffmpeg/recording_tags.h"
#include "media/source/ahead.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <string.h>

static bool has_payloads(const AVStream *stream)
{
    return stream->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE &&
           (stream->codecpar->codec_id == AV_CODEC_ID_SUBRIP ||
            stream->codecpar->codec_id == AV_CODEC_ID_TEXT);
}

/* Timestamps are compared as they are: both streams count the same units. */
void mr_recorded_init(struct mr_recorded *recorded, struct AVFormatContext *demuxer,
                      const struct AVStream *video)
{
    mr_recorded_finish(recorded);
    if (av_dict_get(demuxer->metadata, MR_RECORDING_TAG, NULL, 0) == NULL)
        return;
    for (unsigned i = 0; i < demuxer->nb_streams && recorded->track < 0; i++) {
        AVStream *stream = demuxer->streams[i];
        if (!has_payloads(stream) || av_cmp_q(stream->time_base, video->time_base) != 0)
            continue;
        recorded->ahead = av_packet_alloc();
        if (recorded->ahead == NULL)
            return;
        stream->discard = AVDISCARD_DEFAULT;
        recorded->track = stream->index;
    }
}

static void let_go(struct mr_recorded *recorded, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        mr_blob_unref(&recorded->kept[i].payload);
    recorded->count -= count;
    memmove(recorded->kept, recorded->kept + count, recorded->count * sizeof(*recorded->kept));
}

void mr_recorded_finish(struct mr_recorded *recorded)
{
    let_go(recorded, recorded->count);
    mr_blob_unref(&recorded->taken);
    av_packet_free(&recorded->ahead);
    recorded->holds = false;
    recorded->track = -1;
}

static void keep(struct mr_recorded *recorded, const AVPacket *packet)
{
    if (packet->pts == AV_NOPTS_VALUE || packet->size <= 0 || packet->size > MR_RECORDED_MAX_BYTES)
        return;
    if (recorded->count == MR_RECORDED_MAX)
        let_go(recorded, 1);
    struct mr_blob *payload = mr_blob_create(packet->data, (size_t)packet->size);
    if (payload == NULL)
        return;
    recorded->kept[recorded->count].time = packet->pts;
    recorded->kept[recorded->count++].payload = payload;
}

/* return: 0 when a frame was handed out; 1 when it has to wait */
static int exchange(struct mr_recorded *recorded, AVPacket *packet)
{
    AVPacket *ahead = recorded->ahead;
    if (!recorded->holds) {
        av_packet_move_ref(ahead, packet);
        recorded->holds = true;
        return 1;
    }
    AVPacket newer = *packet;
    *packet = *ahead;
    *ahead = newer;
    return 0;
}

int mr_recorded_read(struct mr_recorded *recorded, struct mr_ahead *ahead,
                     struct AVFormatContext *demuxer, struct AVPacket *packet)
{
    int result;
    while ((result = mr_ahead_read(ahead, demuxer, packet)) == 0 && recorded->track >= 0) {
        if (packet->stream_index == recorded->track) {
            keep(recorded, packet);
            av_packet_unref(packet);
        } else if (exchange(recorded, packet) == 0) {
            return 0;
        }
    }
    if (result == 0 || !recorded->holds)
        return result;
    av_packet_move_ref(packet, recorded->ahead); /* the error comes again, or the end */
    recorded->holds = false;
    return 0;
}

struct mr_blob *mr_recorded_take(struct mr_recorded *recorded, int64_t time)
{
    unsigned older = 0;
    mr_blob_unref(&recorded->taken);
    while (older < recorded->count && recorded->kept[older].time < time)
        older++;
    let_go(recorded, older);
    if (recorded->count > 0 && recorded->kept[0].time == time) {
        recorded->taken = mr_blob_ref(recorded->kept[0].payload);
        let_go(recorded, 1);
    }
    return recorded->taken;
}

#include "media/recorded.h"

#include "media/recording.h"

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
    recorded->track = -1;
}

void mr_recorded_put(struct mr_recorded *recorded, const struct AVPacket *packet)
{
    if (packet->stream_index != recorded->track || recorded->track < 0 ||
        packet->pts == AV_NOPTS_VALUE || packet->size <= 0 || packet->size > MR_RECORDED_MAX_BYTES)
        return;
    if (recorded->count == MR_RECORDED_MAX)
        let_go(recorded, 1);
    struct mr_blob *payload = mr_blob_create(packet->data, (size_t)packet->size);
    if (payload == NULL)
        return;
    recorded->kept[recorded->count].time = packet->pts;
    recorded->kept[recorded->count++].payload = payload;
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

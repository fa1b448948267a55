#include "media/source/ahead.h"

#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* return: whether there is room for one more */
static bool grow(struct mr_ahead *ahead)
{
    if (ahead->first > 0) {
        memmove(ahead->packets, ahead->packets + ahead->first,
                ahead->count * sizeof(*ahead->packets));
        ahead->first = 0;
    }
    if (ahead->count < ahead->capacity)
        return true;
    size_t capacity = ahead->capacity * 2 + 8;
    AVPacket **packets = realloc(ahead->packets, capacity * sizeof(*packets));
    if (packets == NULL)
        return false;
    ahead->packets = packets;
    ahead->capacity = capacity;
    return true;
}

int mr_ahead_fetch(struct mr_ahead *ahead, struct AVFormatContext *demuxer)
{
    AVPacket *packet = av_packet_alloc();
    if (packet == NULL || !grow(ahead)) {
        av_packet_free(&packet);
        return AVERROR(ENOMEM);
    }
    int averror = av_read_frame(demuxer, packet);
    if (averror < 0)
        av_packet_free(&packet);
    else
        ahead->packets[ahead->count++] = packet;
    return averror;
}

const AVPacket *mr_ahead_at(const struct mr_ahead *ahead, size_t index)
{
    return index < ahead->count ? ahead->packets[ahead->first + index] : NULL;
}

void mr_ahead_drop(struct mr_ahead *ahead, size_t count)
{
    for (; count > 0 && ahead->count > 0; count--, ahead->count--)
        av_packet_free(&ahead->packets[ahead->first++]);
}

int mr_ahead_read(struct mr_ahead *ahead, AVFormatContext *demuxer, AVPacket *packet)
{
    if (ahead->count == 0)
        return av_read_frame(demuxer, packet);
    av_packet_move_ref(packet, ahead->packets[ahead->first]);
    mr_ahead_drop(ahead, 1);
    return 0;
}

void mr_ahead_finish(struct mr_ahead *ahead)
{
    mr_ahead_drop(ahead, ahead->count);
    free(ahead->packets);
    *ahead = (struct mr_ahead){ 0 };
}

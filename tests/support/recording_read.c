#include "support/recording_read.h"

#include "support/check.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *tag(const AVFormatContext *demuxer, const char *name)
{
    const AVDictionaryEntry *entry = av_dict_get(demuxer->metadata, name, NULL, 0);
    if (entry == NULL)
        fail_msg("no tag %s", name);
    return entry->value;
}

static void describe(const AVFormatContext *demuxer, struct recorded_file *file)
{
    assert_int_equal(demuxer->nb_streams, 2);
    const AVCodecParameters *video = demuxer->streams[0]->codecpar;
    assert_int_equal(video->codec_id, AV_CODEC_ID_MJPEG);
    assert_int_equal(demuxer->streams[1]->codecpar->codec_id, AV_CODEC_ID_SUBRIP);
    assert_string_equal(tag(demuxer, "MOONREEL"), MR_VERSION);
    file->width = video->width;
    file->height = video->height;
    file->started_us = strtoll(tag(demuxer, "MOONREEL_STARTED_US"), NULL, 10);
    snprintf(file->stream, sizeof(file->stream), "%s", tag(demuxer, "MOONREEL_STREAM"));
    file->duration_ms = demuxer->duration == AV_NOPTS_VALUE ? -1 : demuxer->duration / 1000;
}

static void take_frame(struct recorded_file *file, const AVPacket *packet, char **payload,
                       int64_t payload_ms)
{
    if (file->count > 0)
        assert_true(packet->pts > file->frames[file->count - 1].time_ms);
    file->frames = realloc(file->frames, (file->count + 1) * sizeof(*file->frames));
    struct recorded_frame *frame = &file->frames[file->count++];
    *frame = (struct recorded_frame){ .time_ms = packet->pts,
                                      .jpeg = malloc((size_t)packet->size),
                                      .jpeg_size = (size_t)packet->size };
    memcpy(frame->jpeg, packet->data, frame->jpeg_size);
    if (*payload == NULL)
        return;
    if (payload_ms == packet->pts)
        frame->payload = *payload;
    else
        free(*payload);
    file->strays += payload_ms != packet->pts;
    *payload = NULL;
}

void recording_read(const char *path, struct recorded_file *file)
{
    *file = (struct recorded_file){ .frames = malloc(1) };
    AVFormatContext *demuxer = NULL;
    AVPacket *packet = av_packet_alloc();
    char *payload = NULL;
    int64_t payload_ms = 0;
    if (avformat_open_input(&demuxer, path, NULL, NULL) < 0)
        fail_msg("cannot open %s", path);
    describe(demuxer, file);
    while (av_read_frame(demuxer, packet) >= 0) {
        if (packet->stream_index == 0) {
            take_frame(file, packet, &payload, payload_ms);
        } else {
            file->strays += payload != NULL;
            free(payload);
            payload = strndup((char *)packet->data, (size_t)packet->size);
            payload_ms = packet->pts;
        }
        av_packet_unref(packet);
    }
    file->strays += payload != NULL;
    free(payload);
    av_packet_free(&packet);
    avformat_close_input(&demuxer);
}

void recorded_file_finish(struct recorded_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        free(file->frames[i].jpeg);
        free(file->frames[i].payload);
    }
    free(file->frames);
    *file = (struct recorded_file){ 0 };
}

#include "media/record/recording.h"

#include "base/log.h"
#include "media/ffmpeg/ffmpeg_error.h"
#include "media/ffmpeg/ffmpeg_log.h"
#include "media/ffmpeg/recording_tags.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (64 * 1024)

#define INDEX_EVERY_MS 1000

/* How long the first payload is shown, of which the next one's time is not known yet. */
#define FIRST_DURATION_MS 40

/* A payload is shown until the next one; not for longer than this if that was long in coming. */
#define MOST_DURATION_MS 1000

enum { VIDEO, PAYLOADS };

struct mr_recording {
    int fd;
    int failed; /* the -errno of the first write that failed */
    AVIOContext *io;
    AVFormatContext *muxer;
    AVPacket *packet;
    off_t at, end;         /* of the next write; of all writes */
    off_t flushed;         /* the file's length after the last flush */
    int64_t last_ms;       /* -1: no frame yet */
    int64_t last_index_ms; /* of the newest frame in the index */
};

/* ---- FFmpeg's way to the file ---- */

static int write_bytes(void *opaque, uint8_t *bytes, int size)
{
    struct mr_recording *recording = opaque;
    for (int done = 0; done < size && recording->failed == 0;) {
        ssize_t wrote = pwrite(recording->fd, bytes + done, (size_t)(size - done), recording->at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            recording->failed = wrote < 0 ? -errno : -EIO;
            break;
        }
        done += (int)wrote;
        recording->at += wrote;
        if (recording->at > recording->end)
            recording->end = recording->at;
    }
    return recording->failed != 0 ? AVERROR(-recording->failed) : size;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    struct mr_recording *recording = opaque;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return recording->end;
    case SEEK_CUR:
        offset += recording->at;
        break;
    case SEEK_END:
        offset += recording->end;
        break;
    default:
        break;
    }
    if (offset < 0)
        return AVERROR(EINVAL);
    return recording->at = offset;
}

static int open_io(struct mr_recording *recording)
{
    uint8_t *buffer = av_malloc(BUFFER_BYTES);
    if (buffer != NULL)
        recording->io =
            avio_alloc_context(buffer, BUFFER_BYTES, 1, recording, NULL, write_bytes, seek);
    if (recording->io == NULL)
        av_free(buffer);
    return recording->io != NULL ? 0 : -ENOMEM;
}

/* ---- what is in it ---- */

static int add_track(struct mr_recording *recording, enum AVMediaType type, enum AVCodecID codec)
{
    AVStream *track = avformat_new_stream(recording->muxer, NULL);
    if (track == NULL)
        return -ENOMEM;
    track->codecpar->codec_type = type;
    track->codecpar->codec_id = codec;
    track->time_base = (AVRational){ 1, 1000 };
    return 0;
}

static int add_tracks(struct mr_recording *recording, const struct mr_recording_info *info)
{
    int failed = add_track(recording, AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_MJPEG);
    if (!failed)
        failed = add_track(recording, AVMEDIA_TYPE_SUBTITLE, AV_CODEC_ID_SUBRIP);
    if (failed)
        return failed;
    AVStream *video = recording->muxer->streams[VIDEO];
    video->codecpar->width = info->width;
    video->codecpar->height = info->height;
    video->codecpar->format = AV_PIX_FMT_YUVJ420P;
    video->codecpar->color_range = AVCOL_RANGE_JPEG;
    video->codecpar->color_space = AVCOL_SPC_BT470BG;
    video->codecpar->field_order = AV_FIELD_PROGRESSIVE;
    video->disposition = AV_DISPOSITION_DEFAULT;
    return av_dict_set(&recording->muxer->streams[PAYLOADS]->metadata, "title", "payloads", 0) < 0
               ? -ENOMEM
               : 0;
}

/* As ISO 8601 has it, which the muxer makes DateUTC of. */
static void format_time(int64_t wall_us, char *text, size_t size)
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm utc = { 0 };
    gmtime_r(&seconds, &utc);
    char whole[32];
    strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text, size, "%s.%06dZ", whole, (int)(wall_us % 1000000));
}

static int add_tags(struct mr_recording *recording, const struct mr_recording_info *info)
{
    AVDictionary **tags = &recording->muxer->metadata;
    char created[64];
    format_time(info->captured_us, created, sizeof(created));
    if (av_dict_set(tags, "encoding_tool", "moonreel " MR_VERSION, 0) < 0 ||
        av_dict_set(tags, "title", info->stream, 0) < 0 ||
        av_dict_set(tags, MR_RECORDING_TAG, MR_VERSION, 0) < 0 ||
        av_dict_set(tags, MR_RECORDING_TAG_STREAM, info->stream, 0) < 0 ||
        av_dict_set_int(tags, MR_RECORDING_TAG_STARTED, info->captured_us, 0) < 0 ||
        av_dict_set(tags, "creation_time", created, 0) < 0)
        return -ENOMEM;
    return 0;
}

/* ---- life ---- */

static void destroy(struct mr_recording *recording)
{
    avformat_free_context(recording->muxer);
    if (recording->io != NULL)
        av_freep(&recording->io->buffer);
    avio_context_free(&recording->io);
    av_packet_free(&recording->packet);
    close(recording->fd);
    free(recording);
}

static int result_of(const struct mr_recording *recording, int averror)
{
    if (recording->failed != 0)
        return recording->failed;
    return averror < 0 ? mr_ffmpeg_error_code(averror) : 0;
}

static int make(struct mr_recording *recording, const struct mr_recording_info *info)
{
    recording->packet = av_packet_alloc();
    if (recording->packet == NULL || open_io(recording) < 0 ||
        avformat_alloc_output_context2(&recording->muxer, NULL, "matroska", NULL) < 0 ||
        add_tracks(recording, info) < 0 || add_tags(recording, info) < 0)
        return -ENOMEM;
    recording->muxer->pb = recording->io;
    recording->muxer->flags |= AVFMT_FLAG_CUSTOM_IO;
    recording->muxer->flush_packets = 0; /* we do */
    int failed = result_of(recording, avformat_write_header(recording->muxer, NULL));
    return failed != 0 ? failed : mr_recording_flush(recording);
}

int mr_recording_open(int fd, const struct mr_recording_info *info, struct mr_recording **out)
{
    mr_ffmpeg_log_install();
    *out = NULL;
    struct mr_recording *recording = calloc(1, sizeof(*recording));
    if (recording == NULL) {
        close(fd);
        return -ENOMEM;
    }
    recording->fd = fd;
    recording->last_ms = -1;
    recording->last_index_ms = -INDEX_EVERY_MS;
    int failed = make(recording, info);
    if (failed != 0)
        destroy(recording);
    else
        *out = recording;
    return failed;
}

static int64_t next_duration(const struct mr_recording *recording, int64_t time_ms)
{
    int64_t since_ms = time_ms - recording->last_ms;
    if (recording->last_ms < 0)
        return FIRST_DURATION_MS;
    return since_ms < MOST_DURATION_MS ? since_ms : MOST_DURATION_MS;
}

/* The muxer copies what it keeps. */
static int put(struct mr_recording *recording, int track, int64_t time_ms, const void *bytes,
               size_t size)
{
    AVPacket *packet = recording->packet;
    packet->stream_index = track;
    packet->pts = packet->dts = time_ms;
    packet->duration = track == PAYLOADS ? next_duration(recording, time_ms) : 0;
    packet->data = (uint8_t *)bytes;
    packet->size = (int)size;
    packet->flags = AV_PKT_FLAG_KEY;
    int averror = av_write_frame(recording->muxer, packet);
    av_packet_unref(packet);
    return result_of(recording, averror);
}

static bool says_something(const struct mr_recording_frame *frame)
{
    return frame->payload_size > 0 &&
           (frame->payload_size != strlen("null") || memcmp(frame->payload, "null", 4) != 0);
}

/* The muxer begins a cluster with every frame, JPEGs being key frames. One is ended before the payload,
 * so that frame and payload are not torn apart; and since it remembers each of them for the index, it
 * is told most of the time that it could not write one. */
static int begin_cluster(struct mr_recording *recording, int64_t time_ms)
{
    bool in_index = time_ms - recording->last_index_ms >= INDEX_EVERY_MS;
    if (in_index)
        recording->last_index_ms = time_ms;
    int failed = result_of(recording, av_write_frame(recording->muxer, NULL));
    recording->io->seekable = in_index ? AVIO_SEEKABLE_NORMAL : 0;
    return failed;
}

int mr_recording_write(struct mr_recording *recording, const struct mr_recording_frame *frame)
{
    if (frame->jpeg_size > INT32_MAX || frame->payload_size > INT32_MAX)
        return -EFBIG;
    int64_t time_ms = frame->time_us / 1000;
    if (time_ms <= recording->last_ms)
        time_ms = recording->last_ms + 1;
    int failed = begin_cluster(recording, time_ms);
    if (failed == 0 && says_something(frame))
        failed = put(recording, PAYLOADS, time_ms, frame->payload, frame->payload_size);
    if (failed == 0)
        failed = put(recording, VIDEO, time_ms, frame->jpeg, frame->jpeg_size);
    recording->last_ms = time_ms;
    return failed;
}

int mr_recording_flush(struct mr_recording *recording)
{
    struct stat status;
    int failed = result_of(recording, av_write_frame(recording->muxer, NULL));
    if (failed == 0) {
        avio_flush(recording->io);
        failed = recording->failed;
    }
    if (failed == 0 && fstat(recording->fd, &status) == 0 && status.st_nlink == 0)
        failed = recording->failed = -ENOENT;
    if (failed == 0)
        recording->flushed = recording->end;
    return failed;
}

uint64_t mr_recording_bytes(const struct mr_recording *recording)
{
    return (uint64_t)recording->flushed;
}

/* The index is all that a file can do without. */
int mr_recording_close(struct mr_recording *recording, uint64_t *bytes)
{
    int failed = mr_recording_flush(recording);
    if (failed == 0) {
        recording->io->seekable = AVIO_SEEKABLE_NORMAL;
        int averror = av_write_trailer(recording->muxer);
        avio_flush(recording->io);
        failed = result_of(recording, averror);
    }
    *bytes = (uint64_t)(failed != 0 ? recording->flushed : recording->end);
    if (failed != 0)
        mr_recording_abandon(recording);
    else
        destroy(recording);
    return failed;
}

void mr_recording_abandon(struct mr_recording *recording)
{
    if (recording == NULL)
        return;
    if (ftruncate(recording->fd, recording->flushed) < 0)
        mr_log(MR_LOG_DEBUG, "recording", "a file keeps an incomplete end: %s", strerror(errno));
    destroy(recording);
}

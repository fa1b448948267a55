/* The payloads of a recording (recording.h) that is being played: kept from the packet they come in
 * until their frame is decoded. Belongs to a source, used by its thread.
 *
 * moonreel writes a payload before its frame; who copies a recording with other tools (ffmpeg -c copy, to
 * cut it) may find it after its frame. So each frame waits until the next one was read. */
#ifndef MR_MEDIA_RECORDED_H
#define MR_MEDIA_RECORDED_H

#include "base/blob.h"

#include <stdbool.h>
#include <stdint.h>

#define MR_RECORDED_MAX       64 /* payloads kept: more than any decoder holds frames back */
#define MR_RECORDED_MAX_BYTES (1024 * 1024) /* of one; larger ones are no payloads */

struct AVFormatContext;
struct mr_ahead;
struct AVPacket;
struct AVStream;

struct mr_recorded {
    int track; /* the payloads' stream; -1: it is no recording */
    struct {
        int64_t time;
        struct mr_blob *payload;
    } kept[MR_RECORDED_MAX]; /* `count` in the order they came */
    unsigned count;
    struct mr_blob *taken; /* of the frame taken last */
    struct AVPacket
        *ahead; /* the frame that was read and not handed out; NULL: it is no recording */
    bool holds; /* there is one */
};

/* Look whether an opened input is a recording; if it is, its payloads are read along with its frames.
 * in: recorded: zeroed, or finished; video: the stream that is decoded */
void mr_recorded_init(struct mr_recorded *recorded, struct AVFormatContext *demuxer,
                      const struct AVStream *video);
void mr_recorded_finish(struct mr_recorded *recorded); /* takes a zeroed one */

/* As mr_ahead_read, without the payloads: those are kept. Of more than MR_RECORDED_MAX the oldest makes
 * room. What is no recording is just read.
 * return: as av_read_frame */
int mr_recorded_read(struct mr_recorded *recorded, struct mr_ahead *ahead,
                     struct AVFormatContext *demuxer, struct AVPacket *packet);

/* The payload of the frame with this timestamp (in the video stream's units); older ones are let go.
 * return: lent until the next call; NULL: it has none */
struct mr_blob *mr_recorded_take(struct mr_recorded *recorded, int64_t time);

#endif

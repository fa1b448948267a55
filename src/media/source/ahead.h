/* Packets that an input has read ahead, to learn what kind of input it is. Belongs to an input, used by its thread. Private to src/media/source. */
#ifndef MR_MEDIA_AHEAD_H
#define MR_MEDIA_AHEAD_H

#include <stddef.h>

struct AVFormatContext;
struct AVPacket;

struct mr_ahead {
    struct AVPacket **packets; /* `count` of them, from `first` on, in the order they came */
    size_t first, count, capacity;
};

/* Read one more packet and keep it.
 * return: as av_read_frame; AVERROR(ENOMEM) */
int mr_ahead_fetch(struct mr_ahead *ahead, struct AVFormatContext *demuxer);

/* return: packet number `index` of those that are kept, lent; NULL: there are not as many */
const struct AVPacket *mr_ahead_at(const struct mr_ahead *ahead, size_t index);

/* Drop the oldest packets, `count` of them. */
void mr_ahead_drop(struct mr_ahead *ahead, size_t count);

/* Take the oldest packet that is kept, or read one.
 * return: as av_read_frame */
int mr_ahead_read(struct mr_ahead *ahead, struct AVFormatContext *demuxer, struct AVPacket *packet);

/* Free all packets. Takes an empty one and leaves one. */
void mr_ahead_finish(struct mr_ahead *ahead);

#endif

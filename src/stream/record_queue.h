/* The packets that wait for a recorder's thread: a ring of at most MR_RECORDER_FRAMES packets and
 * MR_RECORDER_BYTES of images and payloads. Plain data, under the recorder's lock. */
#ifndef MR_STREAM_RECORD_QUEUE_H
#define MR_STREAM_RECORD_QUEUE_H

#include "stream/packet.h"

#include <stdbool.h>

#define MR_RECORDER_FRAMES 256
#define MR_RECORDER_BYTES  ((size_t)32 * 1024 * 1024)

struct mr_record_entry {
    struct mr_packet *packet; /* a reference */
    int64_t came_us;          /* monotonic */
};

/* A zeroed one is empty. */
struct mr_record_queue {
    struct mr_record_entry entries[MR_RECORDER_FRAMES]; /* `count` from `head` on */
    unsigned head, count;
    size_t bytes;
};

/* return: whether the packet fits; one that is larger than the queue may wait alone */
bool mr_record_queue_has_room(const struct mr_record_queue *queue, const struct mr_packet *packet);

/* Append a packet that has room; a reference is taken. */
void mr_record_queue_put(struct mr_record_queue *queue, struct mr_packet *packet, int64_t came_us);

/* Take the oldest packet.
 * out:    *entry, whose reference is the caller's
 * return: false when the queue is empty */
bool mr_record_queue_take(struct mr_record_queue *queue, struct mr_record_entry *entry);

/* return: whether at most a quarter of the queue is in use */
bool mr_record_queue_is_short(const struct mr_record_queue *queue);

/* Release all packets that wait. */
void mr_record_queue_finish(struct mr_record_queue *queue);

#endif

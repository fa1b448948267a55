#include "stream/record_queue.h"

static size_t size_of(const struct mr_packet *packet)
{
    return packet->jpeg_size + packet->payload_size;
}

bool mr_record_queue_has_room(const struct mr_record_queue *queue, const struct mr_packet *packet)
{
    return queue->count == 0 || (queue->count < MR_RECORDER_FRAMES &&
                                 queue->bytes + size_of(packet) <= MR_RECORDER_BYTES);
}

void mr_record_queue_put(struct mr_record_queue *queue, struct mr_packet *packet, int64_t came_us)
{
    unsigned place = (queue->head + queue->count++) % MR_RECORDER_FRAMES;
    queue->entries[place] = (struct mr_record_entry){ mr_packet_ref(packet), came_us };
    queue->bytes += size_of(packet);
}

bool mr_record_queue_take(struct mr_record_queue *queue, struct mr_record_entry *entry)
{
    if (queue->count == 0)
        return false;
    *entry = queue->entries[queue->head];
    queue->head = (queue->head + 1) % MR_RECORDER_FRAMES;
    queue->count--;
    queue->bytes -= size_of(entry->packet);
    return true;
}

bool mr_record_queue_is_short(const struct mr_record_queue *queue)
{
    return queue->count <= MR_RECORDER_FRAMES / 4 && queue->bytes <= MR_RECORDER_BYTES / 4;
}

void mr_record_queue_finish(struct mr_record_queue *queue)
{
    struct mr_record_entry entry;
    while (mr_record_queue_take(queue, &entry))
        mr_packet_unref(&entry.packet);
}

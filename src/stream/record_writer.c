#include "stream/record_writer.h"

#include "base/clock.h"
#include "base/thread.h"
#include "stream/record_name.h"
#include "stream/record_state.h"
#include "stream/recorder_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_US 250000

/* Take the next packet, or wait for it until something is to be flushed.
 * return: whether one was taken; *over: nothing comes any more */
static bool take(struct mr_recorder *recorder, struct mr_record_entry *entry, bool *over)
{
    int64_t until_us = recorder->flush_us != MR_RECORDER_NO_FLUSH ? recorder->flush_us : -1;
    pthread_mutex_lock(&recorder->lock);
    while (recorder->queue.count == 0 && recorder->stop_us == 0)
        if (mr_thread_cond_wait_until(&recorder->wake, &recorder->lock, until_us) != 0)
            break;
    bool taken = mr_record_queue_take(&recorder->queue, entry);
    *over = !taken && recorder->stop_us != 0;
    if (taken)
        pthread_cond_signal(&recorder->room);
    pthread_mutex_unlock(&recorder->lock);
    return taken;
}

/* ---- files ---- */

/* Whether a file may be begun: at once, but not for a while after one that failed. */
static bool may_begin(const struct mr_recorder *recorder)
{
    return recorder->retry_us == 0 || mr_clock_now_us() >= recorder->retry_us;
}

/* The file ends with what was flushed. One without a frame is removed: there would be one a minute. */
static void fail(struct mr_recorder *recorder, int result)
{
    struct mr_error error;
    if (!recorder->useful)
        unlink(recorder->state.file);
    if (result == -ENOENT)
        mr_error_set(&error, result, "\"%s\" was removed", recorder->state.file);
    else
        mr_error_set(&error, result, "cannot write to \"%s\": %s", recorder->state.file,
                     strerror(-result));
    if (recorder->recording != NULL && recorder->useful)
        recorder->bytes_before += mr_recording_bytes(recorder->recording);
    mr_recording_abandon(recorder->recording);
    recorder->recording = NULL;
    recorder->useful = false;
    mr_record_state_note_failed(recorder, &error);
}

static void flush(struct mr_recorder *recorder)
{
    int result = mr_recording_flush(recorder->recording);
    if (result == 0)
        mr_record_state_note_flushed(recorder);
    else
        fail(recorder, result);
}

static void finish_file(struct mr_recorder *recorder)
{
    if (recorder->recording != NULL)
        flush(recorder);
    if (recorder->recording == NULL)
        return;
    uint64_t bytes = mr_recording_bytes(recorder->recording);
    int result = mr_recording_close(recorder->recording, &bytes);
    recorder->recording = NULL;
    recorder->bytes_before += bytes;
    if (result < 0) {
        fail(recorder, result);
        return;
    }
    recorder->useful = false;
    pthread_mutex_lock(&recorder->lock);
    recorder->state.active = false;
    recorder->state.bytes = recorder->bytes_before;
    pthread_mutex_unlock(&recorder->lock);
}

static void begin_file(struct mr_recorder *recorder, const struct mr_packet *packet)
{
    char name[MR_RECORD_NAME_MAX];
    struct mr_error error;
    const struct mr_recording_info info = {
        .stream = recorder->stream,
        .width = packet->width,
        .height = packet->height,
        .captured_us = packet->captured_us,
    };
    int fd = mr_record_name_create(recorder->pattern, packet->captured_us, name, &error);
    if (fd < 0) {
        mr_record_state_note_failed(recorder, &error);
        return;
    }
    mr_record_state_note_begun(recorder, name);
    int result = mr_recording_open(fd, &info, &recorder->recording);
    if (result < 0)
        fail(recorder, result);
    recorder->width = packet->width;
    recorder->height = packet->height;
}

static bool is_split(const struct mr_recorder *recorder, const struct mr_packet *packet,
                     int64_t time_us)
{
    return packet->width != recorder->width || packet->height != recorder->height ||
           (recorder->split_us > 0 && time_us - recorder->begin_us >= recorder->split_us);
}

/* ---- frames ---- */

static void write_frame(struct mr_recorder *recorder, const struct mr_packet *packet,
                        int64_t time_us)
{
    const struct mr_recording_frame frame = {
        .time_us = time_us - recorder->begin_us,
        .jpeg = packet->jpeg,
        .jpeg_size = packet->jpeg_size,
        .payload = packet->payload,
        .payload_size = packet->payload_size,
    };
    recorder->unflushed++;
    int result = mr_recording_write(recorder->recording, &frame);
    if (result < 0)
        fail(recorder, result);
    else if (recorder->flush_us == MR_RECORDER_NO_FLUSH)
        recorder->flush_us = mr_clock_now_us() + FLUSH_US;
}

static void record(struct mr_recorder *recorder, const struct mr_record_entry *entry)
{
    const struct mr_packet *packet = entry->packet;
    int64_t time_us = mr_record_time_of(&recorder->time, packet->pts_us, entry->came_us);
    if (recorder->recording != NULL && is_split(recorder, packet, time_us))
        finish_file(recorder);
    if (recorder->recording == NULL && may_begin(recorder)) {
        begin_file(recorder, packet);
        recorder->begin_us = time_us;
    }
    if (recorder->recording != NULL)
        write_frame(recorder, packet, time_us);
    else
        mr_record_state_drop(recorder);
}

/* Frames that a slow disk has not taken when it is time to stop are given up, so that the file can be
 * finished. */
static bool is_too_late(struct mr_recorder *recorder)
{
    pthread_mutex_lock(&recorder->lock);
    int64_t stop_us = recorder->stop_us;
    pthread_mutex_unlock(&recorder->lock);
    return stop_us != 0 && !recorder->patient && mr_clock_now_us() >= stop_us;
}

/* The owner may have left the thread to itself, and told what is lost. */
static void end(struct mr_recorder *recorder)
{
    pthread_mutex_lock(&recorder->lock);
    recorder->ended = true;
    pthread_cond_broadcast(&recorder->room);
    pthread_mutex_unlock(&recorder->lock);
    mr_record_writer_unref(recorder);
}

void *mr_record_writer_run(void *argument)
{
    struct mr_recorder *recorder = argument;
    for (bool over = false; !over;) {
        struct mr_record_entry entry;
        if (take(recorder, &entry, &over)) {
            if (is_too_late(recorder))
                mr_record_state_drop(recorder);
            else
                record(recorder, &entry);
            mr_packet_unref(&entry.packet);
        }
        if (recorder->flush_us <= mr_clock_now_us())
            flush(recorder);
    }
    finish_file(recorder);
    end(recorder);
    return NULL;
}

void mr_record_writer_unref(struct mr_recorder *recorder)
{
    if (atomic_fetch_sub(&recorder->refs, 1) > 1)
        return;
    mr_record_queue_finish(&recorder->queue);
    pthread_cond_destroy(&recorder->room);
    pthread_cond_destroy(&recorder->wake);
    pthread_mutex_destroy(&recorder->lock);
    free(recorder->pattern);
    free(recorder->stream);
    free(recorder);
}

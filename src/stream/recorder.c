#include "stream/recorder.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "media/record/recording.h"
#include "stream/record_queue.h"
#include "stream/record_time.h"
#include "stream/record_trouble.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_US  250000
#define FINISH_US 500000 /* for what waits when it is to stop */
#define NO_FLUSH  INT64_MAX

struct mr_recorder {
    /* immutable */
    char *stream, *pattern;
    int64_t split_us; /* 0: never */
    bool patient;
    int64_t retry_after_us;

    /* the starter's and stopper's */
    bool started;
    pthread_t thread;

    /* its thread's */
    struct mr_recording *recording; /* NULL: no file is open */
    struct mr_record_time time;
    int64_t begin_us; /* the first frame's, in the time of record_time */
    int width, height;
    uint64_t unflushed;    /* frames */
    bool useful;           /* a frame of the file was flushed */
    int64_t flush_us;      /* when to flush next; NO_FLUSH: nothing to flush */
    int64_t retry_us;      /* when to begin a file, monotonic; 0: no file failed yet */
    uint64_t bytes_before; /* of the files before */

    pthread_mutex_t lock;
    pthread_cond_t wake; /* something came, or it is to stop */
    pthread_cond_t room; /* something was taken */
    /* protected by lock */
    struct mr_record_queue queue;
    int64_t stop_us; /* when to give up what waits; 0: it is not to stop */
    struct mr_record_trouble trouble;
    struct mr_recorder_state state; /* but for what the trouble makes of it, see get_state */
};

/* ---- the queue ---- */

/* Count a frame that comes into no file. */
static void drop(struct mr_recorder *recorder)
{
    char file[MR_RECORD_NAME_MAX];
    pthread_mutex_lock(&recorder->lock);
    bool begins = mr_record_trouble_fall_behind(&recorder->trouble, mr_clock_now_us(),
                                                recorder->state.dropped++);
    if (begins)
        memcpy(file, recorder->state.file, sizeof(file));
    pthread_mutex_unlock(&recorder->lock);
    if (begins)
        mr_log(MR_LOG_ERROR, "record",
               "%s: the recording loses frames: the disk of \"%s\" is too slow or hangs",
               recorder->stream, file[0] != '\0' ? file : recorder->pattern);
}

void mr_recorder_put(struct mr_recorder *recorder, struct mr_packet *packet)
{
    pthread_mutex_lock(&recorder->lock);
    while (recorder->patient && !mr_record_queue_has_room(&recorder->queue, packet))
        pthread_cond_wait(&recorder->room, &recorder->lock);
    bool has_room = mr_record_queue_has_room(&recorder->queue, packet);
    if (has_room) {
        mr_record_queue_put(&recorder->queue, packet, mr_clock_now_us());
        pthread_cond_signal(&recorder->wake);
    }
    pthread_mutex_unlock(&recorder->lock);
    if (!has_room)
        drop(recorder);
}

/* Take the next packet, or wait for it until something is to be flushed.
 * return: whether one was taken; *over: nothing comes any more */
static bool take(struct mr_recorder *recorder, struct mr_record_entry *entry, bool *over)
{
    int64_t until_us = recorder->flush_us != NO_FLUSH ? recorder->flush_us : -1;
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

/* ---- the state ---- */

/* Frames have reached the disk, and few wait: the trouble is over, if there was one. */
static void note_flushed(struct mr_recorder *recorder)
{
    char lost[64] = "";
    uint64_t bytes = mr_recording_bytes(recorder->recording);
    pthread_mutex_lock(&recorder->lock);
    recorder->state.frames += recorder->unflushed;
    recorder->state.bytes = recorder->bytes_before + bytes;
    if (recorder->trouble.since_us != 0 && recorder->unflushed > 0 &&
        mr_record_queue_is_short(&recorder->queue))
        mr_record_trouble_end(&recorder->trouble, mr_clock_now_us(), recorder->state.dropped, lost,
                              sizeof(lost));
    pthread_mutex_unlock(&recorder->lock);
    if (lost[0] != '\0')
        mr_log(MR_LOG_WARN, "record", "%s: the recording goes on in \"%s\": %s", recorder->stream,
               recorder->state.file, lost);
    recorder->useful |= recorder->unflushed > 0;
    recorder->unflushed = 0;
    recorder->flush_us = NO_FLUSH;
}

/* A file that is begun while there is trouble may fail like the one before: the log tells when frames
 * are in it. */
static void note_begun(struct mr_recorder *recorder, const char *name)
{
    pthread_mutex_lock(&recorder->lock);
    bool troubled = recorder->trouble.since_us != 0;
    recorder->state.active = true;
    snprintf(recorder->state.file, sizeof(recorder->state.file), "%s", name);
    pthread_mutex_unlock(&recorder->lock);
    mr_log(troubled ? MR_LOG_DEBUG : MR_LOG_INFO, "record", "%s: recording to \"%s\"",
           recorder->stream, name);
}

/* A file could not be made or written. One line in the log for all attempts of a trouble. */
static void note_failed(struct mr_recorder *recorder, const struct mr_error *error)
{
    int64_t now_us = mr_clock_now_us();
    recorder->retry_us = recorder->patient ? INT64_MAX : now_us + recorder->retry_after_us;
    pthread_mutex_lock(&recorder->lock);
    bool news = mr_record_trouble_fail(&recorder->trouble, now_us, recorder->state.dropped, error);
    recorder->state.active = false;
    recorder->state.dropped += recorder->unflushed;
    pthread_mutex_unlock(&recorder->lock);
    mr_log(news ? MR_LOG_ERROR : MR_LOG_DEBUG, "record", "%s: recording has stopped: %s%s",
           recorder->stream, error->text,
           recorder->patient ? "" : "; it is tried again in a minute");
    recorder->unflushed = 0;
    recorder->flush_us = NO_FLUSH;
}

/* The recorder ends; tell how many frames are in no file. The state keeps the trouble. */
static void note_end(struct mr_recorder *recorder)
{
    char lost[64] = "";
    pthread_mutex_lock(&recorder->lock);
    struct mr_record_trouble trouble = recorder->trouble;
    if (trouble.since_us != 0)
        mr_record_trouble_end(&trouble, mr_clock_now_us(), recorder->state.dropped, lost,
                              sizeof(lost));
    pthread_mutex_unlock(&recorder->lock);
    if (lost[0] != '\0')
        mr_log(MR_LOG_WARN, "record", "%s: the recording ends: %s", recorder->stream, lost);
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
    note_failed(recorder, &error);
}

static void flush(struct mr_recorder *recorder)
{
    int result = mr_recording_flush(recorder->recording);
    if (result == 0)
        note_flushed(recorder);
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
        note_failed(recorder, &error);
        return;
    }
    note_begun(recorder, name);
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
    else if (recorder->flush_us == NO_FLUSH)
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
        drop(recorder);
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

static void *run(void *argument)
{
    struct mr_recorder *recorder = argument;
    for (bool over = false; !over;) {
        struct mr_record_entry entry;
        if (take(recorder, &entry, &over)) {
            if (is_too_late(recorder))
                drop(recorder);
            else
                record(recorder, &entry);
            mr_packet_unref(&entry.packet);
        }
        if (recorder->flush_us <= mr_clock_now_us())
            flush(recorder);
    }
    finish_file(recorder);
    note_end(recorder);
    return NULL;
}

/* ---- life ---- */

int mr_recorder_create(const struct mr_recorder_options *options, struct mr_recorder **out,
                       struct mr_error *error)
{
    *out = NULL;
    int result = mr_record_name_check(options->pattern, error);
    if (result < 0)
        return result;
    struct mr_recorder *recorder = calloc(1, sizeof(*recorder));
    if (recorder == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    pthread_mutex_init(&recorder->lock, NULL);
    mr_thread_cond_init(&recorder->wake);
    mr_thread_cond_init(&recorder->room);
    recorder->split_us = (int64_t)(options->split_s * 1e6);
    recorder->patient = options->patient;
    recorder->retry_after_us = options->retry_us > 0 ? options->retry_us : MR_RECORDER_RETRY_US;
    recorder->time.lossless = options->patient;
    recorder->flush_us = NO_FLUSH;
    recorder->state.wanted = true;
    recorder->stream = strdup(options->stream);
    recorder->pattern = strdup(options->pattern);
    if (recorder->stream == NULL || recorder->pattern == NULL) {
        mr_recorder_destroy(recorder);
        return mr_error_set(error, -ENOMEM, "out of memory");
    }
    *out = recorder;
    return 0;
}

int mr_recorder_start(struct mr_recorder *recorder)
{
    char name[32];
    snprintf(name, sizeof(name), "record %.20s", recorder->stream);
    int result = mr_thread_start(&recorder->thread, name, run, recorder);
    recorder->started = result == 0;
    return result;
}

void mr_recorder_stop(struct mr_recorder *recorder)
{
    if (!recorder->started)
        return;
    pthread_mutex_lock(&recorder->lock);
    recorder->stop_us = mr_clock_now_us() + FINISH_US;
    pthread_cond_signal(&recorder->wake);
    pthread_mutex_unlock(&recorder->lock);
    pthread_join(recorder->thread, NULL);
    recorder->started = false;
}

void mr_recorder_destroy(struct mr_recorder *recorder)
{
    if (recorder == NULL)
        return;
    mr_recorder_stop(recorder);
    mr_record_queue_finish(&recorder->queue);
    pthread_cond_destroy(&recorder->room);
    pthread_cond_destroy(&recorder->wake);
    pthread_mutex_destroy(&recorder->lock);
    free(recorder->pattern);
    free(recorder->stream);
    free(recorder);
}

void mr_recorder_get_state(struct mr_recorder *recorder, struct mr_recorder_state *state)
{
    pthread_mutex_lock(&recorder->lock);
    *state = recorder->state;
    if (recorder->trouble.since_us != 0) {
        state->off = true;
        state->active = false;
        mr_record_trouble_tell(&recorder->trouble, mr_clock_now_us(), state->dropped,
                               &state->error);
    }
    pthread_mutex_unlock(&recorder->lock);
}

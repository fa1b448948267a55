#include "stream/record_state.h"

#include "base/clock.h"
#include "base/log.h"
#include "stream/recorder_private.h"

#include <stdio.h>
#include <string.h>

/* Count a frame that comes into no file. */
void mr_record_state_drop(struct mr_recorder *recorder)
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

/* Frames have reached the disk, and few wait: the trouble is over, if there was one. */
void mr_record_state_note_flushed(struct mr_recorder *recorder)
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
    recorder->flush_us = MR_RECORDER_NO_FLUSH;
}

/* A file that is begun while there is trouble may fail like the one before: the log tells when frames
 * are in it. */
void mr_record_state_note_begun(struct mr_recorder *recorder, const char *name)
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
void mr_record_state_note_failed(struct mr_recorder *recorder, const struct mr_error *error)
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
    recorder->flush_us = MR_RECORDER_NO_FLUSH;
}

/* The recorder ends; tell how many frames are in no file. The state keeps the trouble. */
void mr_record_state_note_end(struct mr_recorder *recorder)
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

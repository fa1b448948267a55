#include "stream/recorder.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "stream/record_state.h"
#include "stream/record_writer.h"
#include "stream/recorder_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINISH_US 500000 /* for what waits when it is to stop */

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
        mr_record_state_drop(recorder);
}

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
    atomic_init(&recorder->refs, 1);
    pthread_mutex_init(&recorder->lock, NULL);
    mr_thread_cond_init(&recorder->wake);
    mr_thread_cond_init(&recorder->room);
    recorder->split_us = (int64_t)(options->split_s * 1e6);
    recorder->patient = options->patient;
    recorder->hangs_us = options->hangs_us > 0 ? options->hangs_us : MR_RECORDER_HANGS_US;
    recorder->retry_after_us = options->retry_us > 0 ? options->retry_us : MR_RECORDER_RETRY_US;
    recorder->time.lossless = options->patient;
    recorder->flush_us = MR_RECORDER_NO_FLUSH;
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
    atomic_fetch_add(&recorder->refs, 1);
    int result = mr_thread_start(&recorder->thread, name, mr_record_writer_run, recorder);
    recorder->started = result == 0;
    if (result < 0)
        atomic_fetch_sub(&recorder->refs, 1);
    return result;
}

/* Wait for the thread's end, but not for a disk that hangs.
 * out:    *dropped, *waiting: frames that were dropped, and frames that wait
 * return: whether it has ended */
static bool wait_for_end(struct mr_recorder *recorder, uint64_t *dropped, unsigned *waiting)
{
    pthread_mutex_lock(&recorder->lock);
    int64_t deadline_us = recorder->patient ? -1 : recorder->stop_us + recorder->hangs_us;
    while (!recorder->ended)
        if (mr_thread_cond_wait_until(&recorder->room, &recorder->lock, deadline_us) != 0)
            break;
    bool ended = recorder->ended;
    *dropped = recorder->state.dropped;
    *waiting = recorder->queue.count;
    pthread_mutex_unlock(&recorder->lock);
    return ended;
}

void mr_recorder_stop(struct mr_recorder *recorder)
{
    uint64_t dropped;
    unsigned waiting;
    if (!recorder->started)
        return;
    pthread_mutex_lock(&recorder->lock);
    recorder->stop_us = mr_clock_now_us() + FINISH_US;
    pthread_cond_signal(&recorder->wake);
    pthread_mutex_unlock(&recorder->lock);
    recorder->started = false;
    if (wait_for_end(recorder, &dropped, &waiting)) {
        pthread_join(recorder->thread, NULL);
        mr_record_state_note_end(recorder);
        return;
    }
    pthread_detach(recorder->thread);
    mr_log(MR_LOG_ERROR, "record",
           "%s: the recording is left as it is, since its disk hangs: %llu frames were dropped, %u "
           "more "
           "wait and are lost",
           recorder->stream, (unsigned long long)dropped, waiting);
}

void mr_recorder_destroy(struct mr_recorder *recorder)
{
    if (recorder == NULL)
        return;
    mr_recorder_stop(recorder);
    mr_record_writer_unref(recorder);
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

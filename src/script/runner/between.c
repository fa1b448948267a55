/* Between two frames: events and timers, by the script thread; settings, by whoever asks. */
#include "base/clock.h"
#include "script/runner/runner_private.h"

#include <errno.h>

#define EVENTS_AT_ONCE 32 /* then a frame may come first */

/* ---- events ---- */

int mr_runner_post(struct mr_runner *runner, const struct mr_script_event *event)
{
    int result = mr_inbox_put(&runner->inbox, event);
    if (result == 0)
        mr_runner_wake(runner);
    return result;
}

static void count_message(struct mr_runner *runner)
{
    pthread_mutex_lock(&runner->lock);
    runner->state.messages++;
    pthread_mutex_unlock(&runner->lock);
}

/* Tell what is queued; with the turn held. What comes while the script is lost waits. */
static void deliver(struct mr_runner *runner)
{
    struct mr_script_event event;
    struct mr_inbox_entry *entry;
    for (int i = 0; i < EVENTS_AT_ONCE && runner->live != NULL &&
                    (entry = mr_inbox_take(&runner->inbox, &event)) != NULL;
         i++) {
        struct mr_error error = { 0 };
        if (mr_instance_deliver(runner->live, &event, &error) < 0)
            mr_runner_note_error(runner, &error);
        if (event.kind == MR_SCRIPT_MESSAGE)
            count_message(runner);
        mr_inbox_free(entry);
        mr_runner_check_live(runner, &error);
    }
}

/* ---- timers ---- */

int64_t mr_runner_next_timer_us(const struct mr_runner *runner)
{
    return runner->live != NULL ? mr_instance_aftermath(runner->live)->next_timer_us : -1;
}

static void run_timers(struct mr_runner *runner)
{
    struct mr_error error = { 0 };
    int64_t due_us = mr_runner_next_timer_us(runner), now_us = due_us >= 0 ? mr_clock_now_us() : 0;
    if (due_us < 0 || due_us > now_us)
        return;
    if (mr_instance_run_timers(runner->live, now_us, &error) < 0)
        mr_runner_note_error(runner, &error);
    mr_runner_check_live(runner, &error);
}

int64_t mr_runner_tend(struct mr_runner *runner)
{
    mr_turn_take(&runner->turn);
    deliver(runner);
    run_timers(runner);
    int64_t next_us = mr_runner_next_timer_us(runner);
    if (runner->live != NULL && !mr_inbox_is_empty(&runner->inbox))
        next_us = 0;
    mr_turn_give(&runner->turn);
    return next_us;
}

/* ---- settings ---- */

static int refuse_lost(struct mr_error *error)
{
    return mr_error_set(error, -EAGAIN, "the script is being started again; try again soon");
}

int mr_runner_get_settings(struct mr_runner *runner, struct mr_buffer *json, struct mr_error *error)
{
    mr_turn_take_first(&runner->turn);
    const struct mr_buffer *kept = &runner->heritage.settings;
    bool loaded = runner->good != NULL;
    if (loaded)
        mr_buffer_append(json, kept->data, kept->size);
    mr_turn_give(&runner->turn);
    if (!loaded)
        return mr_error_set(error, -EAGAIN, "the script could not be loaded yet");
    return json->failed ? mr_error_set(error, -ENOMEM, "out of memory") : 0;
}

int mr_runner_change_settings(struct mr_runner *runner, const char *json, size_t size,
                              struct mr_error *error)
{
    int result = -EAGAIN;
    mr_turn_take_first(&runner->turn);
    if (runner->live != NULL) {
        result = mr_instance_change_settings(runner->live, json, size, error);
        if (result < 0 && result != -EINVAL)
            mr_runner_note_error(runner, error);
        mr_runner_check_live(runner, error);
    }
    if (runner->live != NULL && result != -EINVAL)
        mr_runner_keep_settings(runner, runner->live);
    if (result == -EAGAIN)
        refuse_lost(error);
    if (result == -ECANCELED)
        result = 0; /* they are changed; that on_settings failed is in the log */
    mr_turn_give(&runner->turn);
    mr_runner_wake(runner); /* on_settings may have set a timer */
    return result;
}

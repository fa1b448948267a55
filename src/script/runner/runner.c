#include "script/runner/runner.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/private_files.h"
#include "script/runner/bell.h"
#include "script/runner/fallback.h"
#include "script/runner/keeper.h"
#include "script/runner/live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_AT_ONCE 32 /* then a frame may come first */

struct mr_runner {
    struct mr_bell bell; /* the script's side rings it for the keeper's */

    /* the script's side */
    struct mr_live live;
    struct mr_fallback fallback;
    struct mr_notice_painter *notice;
    struct mr_inbox inbox;

    /* the keeper's side */
    struct mr_keeper keeper;
};

/* ---- making and destroying ---- */

static int load_first(struct mr_live *live, struct mr_error *error)
{
    const struct mr_trial no_trial = { 0 };
    int result = mr_bundle_open(live->path, &live->good, error);
    if (result == 0)
        result = mr_live_make_instance(live, &live->instance, error);
    if (result == 0)
        result = mr_instance_load(live->instance, live->good, &live->heritage, &no_trial, error);
    if (result == 0)
        result = mr_instance_start(live->instance, &live->heritage, error);
    if (result < 0)
        return result;
    live->since_us = live->until_us = mr_clock_now_us();
    live->generation = live->state.generation = 1;
    live->files_told = mr_bundle_count(live->good);
    live->state.running = true;
    live->state.pid = mr_instance_pid(live->instance);
    mr_live_keep_settings(live);
    return 0;
}

/* Nothing could be loaded: forget what was begun.
 * return: the version that was read, if any, so that its files are watched; the caller's */
static struct mr_bundle *wait_for_script(struct mr_live *live, const struct mr_error *why)
{
    struct mr_bundle *read = live->good;
    mr_instance_destroy(live->instance);
    live->instance = NULL;
    live->good = NULL;
    snprintf(live->state.last_error, sizeof(live->state.last_error), "%s", why->text);
    return read;
}

/* return: 0; -errno with *error */
static int prepare(struct mr_runner *runner, const struct mr_runner_options *options,
                   struct mr_error *error)
{
    int result = mr_live_init(&runner->live, options, &runner->bell);
    if (result == 0)
        result = mr_fallback_init(&runner->fallback, options->on_error, runner->live.canvases);
    if (result == 0 && (runner->notice = mr_notice_painter_create()) == NULL)
        result = -ENOMEM;
    if (result == 0)
        result = mr_bell_init(&runner->bell);
    if (result < 0)
        return mr_error_set(error, result, "script %s: %s", options->path, strerror(-result));
    mr_keeper_init(&runner->keeper, &runner->live, &runner->bell);
    return 0;
}

/* return: 0; -errno with *error */
static int begin(struct mr_runner *runner, const struct mr_runner_options *options,
                 struct mr_error *error)
{
    struct mr_bundle *rejected = NULL;
    int result = prepare(runner, options, error);
    if (result < 0)
        return result;
    result = load_first(&runner->live, error);
    if (result < 0 && !options->wait)
        return result;
    if (result < 0)
        rejected = wait_for_script(&runner->live, error);
    result = mr_keeper_start(&runner->keeper, rejected);
    return result < 0
               ? mr_error_set(error, result, "script %s: %s", options->path, strerror(-result))
               : 0;
}

int mr_runner_create(const struct mr_runner_options *options, struct mr_runner **out,
                     struct mr_error *error)
{
    *out = NULL;
    struct mr_runner *runner = calloc(1, sizeof(*runner));
    if (runner == NULL)
        return mr_error_set(error, -ENOMEM, "script %s: out of memory", options->path);
    runner->bell.fd = -1;
    mr_inbox_init(&runner->inbox);
    int result = begin(runner, options, error);
    if (result < 0) {
        mr_runner_destroy(runner);
        return result;
    }
    *out = runner;
    return 0;
}

void mr_runner_destroy(struct mr_runner *runner)
{
    if (runner == NULL)
        return;
    if (runner->keeper.live != NULL)
        mr_keeper_finish(&runner->keeper);
    mr_fallback_finish(&runner->fallback);
    mr_notice_painter_destroy(runner->notice);
    mr_live_finish(&runner->live);
    mr_inbox_finish(&runner->inbox);
    mr_bell_finish(&runner->bell);
    free(runner);
}

/* ---- one frame ---- */

static void take_over(struct mr_runner *runner, struct mr_engine_result *made,
                      struct mr_script_result *result)
{
    result->picture = made->picture;
    result->payload = (char *)made->payload.data;
    result->payload_size = made->payload.size;
    result->quality = made->quality;
    result->quality_set = made->quality_set;
    result->skip = made->skip;
    if (!made->skip)
        mr_fallback_keep(&runner->fallback, made->picture);
}

static void fall_back(struct mr_runner *runner, struct mr_picture *picture, const char *message,
                      struct mr_script_result *result)
{
    mr_fallback_choose(&runner->fallback, picture, message, result);
    result->payload = strdup("null");
    result->payload_size = result->payload != NULL ? strlen("null") : 0;
    result->skip |= result->payload == NULL;
    result->error = strdup(message);
    result->quality = runner->live.options.quality;
}

/* While the script is lost: why that is. */
static void say_lost(struct mr_live *live, struct mr_error *error)
{
    pthread_mutex_lock(&live->lock);
    mr_error_set(error, -EAGAIN, "%s (the script is being started again)", live->state.last_error);
    pthread_mutex_unlock(&live->lock);
}

/* Keep the frame for those who try new versions, and count it. */
static void remember(struct mr_live *live, struct mr_picture *picture, unsigned viewers,
                     const struct mr_error *error)
{
    struct mr_picture *before;
    pthread_mutex_lock(&live->lock);
    before = live->last;
    live->last = mr_picture_ref(picture);
    live->viewers = viewers;
    live->state.frames++;
    live->state.failing = error->code != 0;
    live->state.errors += live->state.failing;
    pthread_mutex_unlock(&live->lock);
    mr_picture_unref(&before);
}

/* return: 0; -errno with *error, as the script gave it */
static int run_frame(struct mr_live *live, struct mr_picture *picture, unsigned viewers,
                     struct mr_engine_result *made, struct mr_error *error)
{
    if (live->instance == NULL) {
        say_lost(live, error);
        return -EAGAIN;
    }
    int result = mr_instance_process(live->instance, picture, viewers, made, error);
    if (result < 0)
        mr_live_note_error(live, error);
    mr_live_check(live, error);
    return result;
}

void mr_runner_process(struct mr_runner *runner, struct mr_picture *picture, unsigned viewers,
                       struct mr_script_result *result)
{
    struct mr_live *live = &runner->live;
    struct mr_error error = { 0 };
    struct mr_engine_result made;
    *result = (struct mr_script_result){ 0 };

    if (live->options.patient)
        mr_live_wait(live);
    mr_turn_take(&live->turn);
    int64_t timer_us = mr_live_next_timer_us(live);
    if (run_frame(live, picture, viewers, &made, &error) < 0)
        fall_back(runner, picture, error.text, result);
    else
        take_over(runner, &made, result);
    result->generation = live->generation;
    mr_live_tell_files(live);
    remember(live, picture, viewers, &error);
    bool timer_set = mr_live_next_timer_us(live) != timer_us;
    mr_turn_give(&live->turn);
    if (timer_set) /* whoever waits for the one before does not know of this one */
        mr_live_wake(live);

    mr_script_log_flush(live->log);
}

void mr_runner_give_notice(struct mr_runner *runner, const struct mr_notice *notice,
                           struct mr_script_result *result)
{
    struct mr_live *live = &runner->live;
    *result = (struct mr_script_result){ .quality = live->options.quality };
    pthread_mutex_lock(&live->lock);
    result->generation = live->state.generation;
    pthread_mutex_unlock(&live->lock);
    result->picture = mr_notice_paint(runner->notice, live->canvases, notice);
    result->payload = mr_notice_make_payload(notice, &result->payload_size);
    result->skip = result->picture == NULL || result->payload == NULL;
}

/* ---- events ---- */

int mr_runner_post(struct mr_runner *runner, const struct mr_script_event *event)
{
    int result = mr_inbox_put(&runner->inbox, event);
    if (result == 0)
        mr_live_wake(&runner->live);
    return result;
}

static void count_message(struct mr_live *live)
{
    pthread_mutex_lock(&live->lock);
    live->state.messages++;
    pthread_mutex_unlock(&live->lock);
}

/* Tell what is queued; with the turn held. What comes while the script is lost waits. */
static void deliver(struct mr_runner *runner)
{
    struct mr_live *live = &runner->live;
    struct mr_script_event event;
    struct mr_inbox_entry *entry;
    for (int i = 0; i < EVENTS_AT_ONCE && live->instance != NULL &&
                    (entry = mr_inbox_take(&runner->inbox, &event)) != NULL;
         i++) {
        struct mr_error error = { 0 };
        if (mr_instance_deliver(live->instance, &event, &error) < 0)
            mr_live_note_error(live, &error);
        if (event.kind == MR_SCRIPT_MESSAGE)
            count_message(live);
        mr_inbox_free(entry);
        mr_live_check(live, &error);
    }
}

/* ---- timers ---- */

static void run_timers(struct mr_live *live)
{
    struct mr_error error = { 0 };
    int64_t due_us = mr_live_next_timer_us(live), now_us = due_us >= 0 ? mr_clock_now_us() : 0;
    if (due_us < 0 || due_us > now_us)
        return;
    if (mr_instance_run_timers(live->instance, now_us, &error) < 0)
        mr_live_note_error(live, &error);
    mr_live_check(live, &error);
}

int64_t mr_runner_tend(struct mr_runner *runner)
{
    struct mr_live *live = &runner->live;
    mr_turn_take(&live->turn);
    deliver(runner);
    run_timers(live);
    int64_t next_us = mr_live_next_timer_us(live);
    if (live->instance != NULL && !mr_inbox_is_empty(&runner->inbox))
        next_us = 0;
    mr_turn_give(&live->turn);
    return next_us;
}

/* ---- settings ---- */

static int refuse_lost(struct mr_error *error)
{
    return mr_error_set(error, -EAGAIN, "the script is being started again; try again soon");
}

int mr_runner_get_settings(struct mr_runner *runner, struct mr_buffer *json, struct mr_error *error)
{
    struct mr_live *live = &runner->live;
    mr_turn_take_first(&live->turn);
    const struct mr_buffer *kept = &live->heritage.settings;
    bool loaded = live->good != NULL;
    if (loaded)
        mr_buffer_append(json, kept->data, kept->size);
    mr_turn_give(&live->turn);
    if (!loaded)
        return mr_error_set(error, -EAGAIN, "the script could not be loaded yet");
    return json->failed ? mr_error_set(error, -ENOMEM, "out of memory") : 0;
}

int mr_runner_change_settings(struct mr_runner *runner, const char *json, size_t size,
                              struct mr_error *error)
{
    struct mr_live *live = &runner->live;
    int result = -EAGAIN;
    *error = (struct mr_error){ 0 };
    mr_turn_take_first(&live->turn);
    if (live->instance != NULL) {
        result = mr_instance_change_settings(live->instance, json, size, error);
        if (result < 0 && result != -EINVAL)
            mr_live_note_error(live, error);
        mr_live_check(live, error);
    }
    if (live->instance != NULL && result != -EINVAL)
        mr_live_keep_settings(live);
    if (result == -EAGAIN)
        refuse_lost(error);
    if (result == -ECANCELED)
        result = 0; /* they are changed; that on_settings failed is in the log */
    mr_turn_give(&live->turn);
    mr_live_wake(live); /* on_settings may have set a timer */
    return result;
}

/* ---- questions and requests ---- */

enum mr_verdict mr_runner_propose(struct mr_runner *runner,
                                  const struct mr_script_proposal *proposal, uint32_t *generation,
                                  struct mr_error *error)
{
    return mr_proposals_make(&runner->keeper.proposals, proposal, generation, error);
}

void mr_runner_refuse_proposals(struct mr_runner *runner)
{
    mr_proposals_refuse(&runner->keeper.proposals);
}

int mr_runner_read_script(struct mr_runner *runner, struct mr_buffer *text, struct mr_error *error)
{
    const char *path = runner->live.path;
    int result = mr_file_read_script(path, MR_BUNDLE_MAX_BYTES, text);
    if (result < 0)
        return mr_error_set(error, result, "cannot read the script \"%s\": %s", path,
                            result == -EFBIG                    ? "longer than 1 MiB"
                            : result == MR_PRIVATE_FILES_DENIED ? MR_PRIVATE_FILES_REASON
                                                                : strerror(-result));
    return 0;
}

struct mr_log_ring *mr_runner_log(struct mr_runner *runner)
{
    return mr_script_log_ring(runner->live.log);
}

void mr_runner_reload(struct mr_runner *runner)
{
    mr_bell_ring(&runner->bell, MR_BELL_ASKED);
}

void mr_runner_hurry(struct mr_runner *runner)
{
    mr_live_set_hurry(&runner->live, true);
}

void mr_runner_get_state(struct mr_runner *runner, struct mr_runner_state *state)
{
    mr_live_get_state(&runner->live, state);
    state->refused = mr_inbox_refused(&runner->inbox);
}

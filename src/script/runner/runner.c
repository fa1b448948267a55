#include "script/runner/runner.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "media/pixels/layers.h"
#include "script/runner/runner_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making and destroying ---- */

int mr_runner_make_instance(struct mr_runner *runner, struct mr_instance **instance,
                            struct mr_error *error)
{
    int result = mr_instance_create(&runner->instance_options, instance, error);
    bool lost = result == -EPIPE || result == -ETIMEDOUT; /* started, but it never got ready */
    if (lost || (result == 0 && mr_instance_pid(*instance) > 0)) {
        pthread_mutex_lock(&runner->lock);
        runner->state.starts++;
        pthread_mutex_unlock(&runner->lock);
    }
    if (lost)
        mr_runner_count_loss(runner, result == -EPIPE);
    return result;
}

static int load_first(struct mr_runner *runner, struct mr_error *error)
{
    const struct mr_trial no_trial = { 0 };
    int result = mr_bundle_open(runner->path, &runner->good, error);
    if (result == 0)
        result = mr_runner_make_instance(runner, &runner->live, error);
    if (result == 0)
        result = mr_instance_load(runner->live, runner->good, &runner->heritage, &no_trial, error);
    if (result == 0)
        result = mr_instance_start(runner->live, &runner->heritage, error);
    if (result < 0)
        return result;
    mr_runner_keep_settings(runner, runner->live);
    runner->live_since_us = runner->live_until_us = mr_clock_now_us();
    runner->generation = runner->state.generation = 1;
    runner->state.running = true;
    runner->state.pid = mr_instance_pid(runner->live);
    return 0;
}

/* Nothing could be loaded: what is watched and tried again is what was read, if anything was. */
static void wait_for_script(struct mr_runner *runner, const struct mr_error *why)
{
    mr_instance_destroy(runner->live);
    runner->live = NULL;
    runner->reload.rejected = runner->good;
    runner->good = NULL;
    runner->reload.missing = runner->reload.rejected == NULL;
    snprintf(runner->state.last_error, sizeof(runner->state.last_error), "%s", why->text);
}

const char *mr_runner_stand(const struct mr_runner *runner)
{
    return runner->good != NULL ? "the version before goes on"
                                : "the stream waits for one that can run";
}

static void set_instance_options(struct mr_runner *runner)
{
    const struct mr_runner_options *options = &runner->options;
    runner->instance_options = (struct mr_instance_options){
        .host = runner->host,
        .hurry = &runner->hurry,
        .engine = { .stream = runner->stream,
                    .deadline_ms = options->deadline_ms,
                    .memory_mib = options->memory_mib,
                    .quality = options->quality,
                    .watchdog = runner->watchdog,
                    .canvases = runner->canvases,
                    .log = runner->log,
                    .broadcast = options->broadcast,
                    .broadcast_opaque = options->opaque },
    };
}

static struct mr_runner *allocate(const struct mr_runner_options *options)
{
    struct mr_runner *runner = calloc(1, sizeof(*runner));
    if (runner == NULL)
        return NULL;
    runner->options = *options;
    runner->options.stream = runner->stream = strdup(options->stream);
    runner->options.path = runner->path = strdup(options->path);
    runner->options.host = runner->host = options->host != NULL ? strdup(options->host) : NULL;
    if (options->settings != NULL)
        mr_buffer_append_text(&runner->heritage.settings, options->settings);
    runner->options.settings = NULL; /* they are the heritage's now */
    runner->canvases = mr_canvases_create();
    runner->blank = mr_blank_create();
    runner->notice = mr_notice_painter_create();
    runner->log = mr_script_log_create(options->stream);
    runner->reload.wake_fd = -1;
    mr_turn_init(&runner->turn);
    mr_inbox_init(&runner->inbox);
    pthread_mutex_init(&runner->lock, NULL);
    mr_cond_init(&runner->settled);
    if (runner->stream == NULL || runner->path == NULL || runner->canvases == NULL ||
        (runner->host == NULL) != (options->host == NULL) || runner->blank == NULL ||
        runner->log == NULL || runner->notice == NULL || runner->heritage.settings.failed) {
        mr_runner_destroy(runner);
        return NULL;
    }
    return runner;
}

int mr_runner_create(const struct mr_runner_options *options, struct mr_runner **out,
                     struct mr_error *error)
{
    *out = NULL;
    struct mr_runner *runner = allocate(options);
    if (runner == NULL)
        return mr_error_set(error, -ENOMEM, "script %s: out of memory", options->path);

    int result = options->host == NULL ? mr_watchdog_create(&runner->watchdog) : 0;
    if (result == 0)
        result = mr_reload_init(runner); /* watches before the file is read: nothing is missed */
    if (result < 0)
        mr_error_set(error, result, "script %s: %s", options->path, strerror(-result));
    set_instance_options(runner);
    if (result == 0)
        result = load_first(runner, error);
    if (result < 0 && options->wait && runner->reload.wake_fd >= 0) {
        wait_for_script(runner, error);
        result = 0;
    }
    if (result == 0) {
        result = mr_reload_start(runner);
        if (result < 0)
            mr_error_set(error, result, "script %s: %s", options->path, strerror(-result));
    }
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
    mr_reload_stop(runner);
    mr_instance_destroy(runner->live); /* of a runner that never came to run */
    mr_bundle_unref(&runner->good);
    mr_buffer_finish(&runner->heritage.state);
    mr_buffer_finish(&runner->heritage.settings);
    mr_picture_unref(&runner->held);
    mr_picture_unref(&runner->last);
    mr_watchdog_destroy(runner->watchdog);
    mr_blank_destroy(runner->blank);
    mr_notice_painter_destroy(runner->notice);
    mr_canvases_destroy(runner->canvases);
    mr_script_log_destroy(runner->log);
    mr_inbox_finish(&runner->inbox);
    mr_turn_finish(&runner->turn);
    pthread_cond_destroy(&runner->settled);
    pthread_mutex_destroy(&runner->lock);
    free(runner->stream);
    free(runner->path);
    free(runner->host);
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
    if (runner->options.on_error == MR_ON_ERROR_HOLD && !made->skip) {
        mr_layers_complete(made->picture); /* what is under it is not to be held as well */
        mr_picture_unref(&runner->held);
        runner->held = mr_picture_ref(made->picture);
    }
}

void mr_runner_note_error(struct mr_runner *runner, const struct mr_error *error)
{
    const struct mr_aftermath *aftermath = mr_instance_aftermath(runner->live);
    if (!aftermath->lost) /* else it is said with the loss */
        mr_faults_add(&runner->faults, runner->log, error->text, aftermath->traceback);
    pthread_mutex_lock(&runner->lock);
    snprintf(runner->state.last_error, sizeof(runner->state.last_error), "%s", error->text);
    pthread_mutex_unlock(&runner->lock);
}

/* While the script is lost: why that is. */
static void say_lost(struct mr_runner *runner, struct mr_error *error)
{
    pthread_mutex_lock(&runner->lock);
    mr_error_set(error, -EAGAIN, "%s (the script is being started again)",
                 runner->state.last_error);
    pthread_mutex_unlock(&runner->lock);
}

/* Keep the frame for those who try new versions, and count it. */
static void remember(struct mr_runner *runner, struct mr_picture *picture, unsigned viewers,
                     const struct mr_error *error)
{
    struct mr_picture *before;
    pthread_mutex_lock(&runner->lock);
    before = runner->last;
    runner->last = mr_picture_ref(picture);
    runner->viewers = viewers;
    runner->state.frames++;
    runner->state.failing = error->code != 0;
    runner->state.errors += runner->state.failing;
    pthread_mutex_unlock(&runner->lock);
    mr_picture_unref(&before);
}

static void note_new_files(struct mr_runner *runner)
{
    size_t files = mr_bundle_count(runner->good);
    if (files == atomic_load_explicit(&runner->reload.files_watched, memory_order_relaxed))
        return;
    atomic_store(&runner->reload.files_watched, files);
    atomic_store(&runner->reload.files_changed, true);
    mr_reload_wake(runner);
}

/* return: 0; -errno with *error, as the script gave it */
static int run_frame(struct mr_runner *runner, struct mr_picture *picture, unsigned viewers,
                     struct mr_engine_result *made, struct mr_error *error)
{
    if (runner->live == NULL) {
        say_lost(runner, error);
        return -EAGAIN;
    }
    int result = mr_instance_process(runner->live, picture, viewers, made, error);
    if (result < 0)
        mr_runner_note_error(runner, error);
    mr_runner_check_live(runner, error);
    return result;
}

void mr_runner_process(struct mr_runner *runner, struct mr_picture *picture, unsigned viewers,
                       struct mr_script_result *result)
{
    struct mr_error error = { 0 };
    struct mr_engine_result made;
    *result = (struct mr_script_result){ 0 };

    if (runner->options.patient)
        mr_runner_wait_for_live(runner);
    mr_turn_take(&runner->turn);
    int64_t timer_us = mr_runner_next_timer_us(runner);
    if (run_frame(runner, picture, viewers, &made, &error) < 0)
        mr_runner_fall_back(runner, picture, error.text, result);
    else
        take_over(runner, &made, result);
    result->generation = runner->generation;
    note_new_files(runner);
    remember(runner, picture, viewers, &error);
    bool timer_set = mr_runner_next_timer_us(runner) != timer_us;
    mr_turn_give(&runner->turn);
    if (timer_set) /* whoever waits for the one before does not know of this one */
        mr_runner_wake(runner);

    mr_script_log_flush(runner->log);
}

void mr_script_result_finish(struct mr_script_result *result)
{
    mr_picture_unref(&result->picture);
    free(result->payload);
    free(result->error);
    *result = (struct mr_script_result){ 0 };
}

/* ---- questions and requests ---- */

void mr_runner_reload(struct mr_runner *runner)
{
    atomic_store(&runner->reload.asked, true);
    mr_reload_wake(runner);
}

void mr_runner_set_hurry(struct mr_runner *runner, bool hurry)
{
    atomic_store(&runner->hurry, hurry);
    if (runner->watchdog != NULL)
        mr_watchdog_hurry(runner->watchdog, hurry);
    pthread_mutex_lock(&runner->lock);
    pthread_cond_broadcast(&runner->settled);
    pthread_mutex_unlock(&runner->lock);
}

void mr_runner_hurry(struct mr_runner *runner)
{
    mr_runner_set_hurry(runner, true);
}

void mr_runner_wake(struct mr_runner *runner)
{
    if (runner->options.wake != NULL)
        runner->options.wake(runner->options.opaque);
}

void mr_runner_get_state(struct mr_runner *runner, struct mr_runner_state *state)
{
    pthread_mutex_lock(&runner->lock);
    *state = runner->state;
    pthread_mutex_unlock(&runner->lock);
    state->refused = mr_inbox_refused(&runner->inbox);
}

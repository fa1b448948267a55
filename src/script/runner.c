#include "script/runner.h"

#include "base/log.h"
#include "script/runner_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making and destroying ---- */

int mr_runner_make_engine(struct mr_runner *runner, struct mr_bundle *bundle, bool trial,
                          struct mr_engine **engine, struct mr_error *error)
{
    const struct mr_engine_options options = {
        .stream = runner->stream,
        .deadline_ms = runner->options.deadline_ms,
        .memory_mib = runner->options.memory_mib,
        .quality = runner->options.quality,
        .trial = trial,
        .watchdog = runner->watchdog,
        .canvases = runner->canvases,
        .log = runner->log,
    };
    return mr_engine_create(&options, bundle, engine, error);
}

static int load_first(struct mr_runner *runner, struct mr_error *error)
{
    struct mr_bundle *bundle;
    int result = mr_bundle_open(runner->path, &bundle, error);
    if (result == 0)
        result = mr_runner_make_engine(runner, bundle, false, &runner->live, error);
    if (result == 0)
        result = mr_engine_init(runner->live, error);
    mr_bundle_unref(&bundle);
    runner->generation = runner->state.generation = 1;
    return result;
}

static struct mr_runner *allocate(const struct mr_runner_options *options)
{
    struct mr_runner *runner = calloc(1, sizeof(*runner));
    if (runner == NULL)
        return NULL;
    runner->options = *options;
    runner->options.stream = runner->stream = strdup(options->stream);
    runner->options.path = runner->path = strdup(options->path);
    runner->canvases = mr_canvases_create();
    runner->blank = mr_blank_create();
    runner->log = mr_script_log_create(options->stream);
    runner->reload.wake_fd = -1;
    mr_turn_init(&runner->turn);
    pthread_mutex_init(&runner->lock, NULL);
    if (runner->stream == NULL || runner->path == NULL || runner->canvases == NULL ||
        runner->blank == NULL || runner->log == NULL) {
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

    int result = mr_watchdog_create(&runner->watchdog);
    if (result == 0)
        result = mr_reload_init(runner); /* watches before the file is read: nothing is missed */
    if (result < 0)
        mr_error_set(error, result, "script %s: %s", options->path, strerror(-result));
    if (result == 0)
        result = load_first(runner, error);
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

static void say_goodbye(struct mr_runner *runner)
{
    struct mr_error error;
    if (mr_engine_shutdown(runner->live, "stop", &error) < 0)
        mr_log(MR_LOG_ERROR, mr_runner_module(runner), "shutdown: %s", error.text);
}

void mr_runner_destroy(struct mr_runner *runner)
{
    if (runner == NULL)
        return;
    bool ran = runner->reload.started;
    mr_reload_stop(runner);
    if (ran)
        say_goodbye(runner);
    mr_engine_destroy(runner->live);
    mr_picture_unref(&runner->held);
    mr_picture_unref(&runner->last);
    mr_watchdog_destroy(runner->watchdog);
    mr_blank_destroy(runner->blank);
    mr_canvases_destroy(runner->canvases);
    mr_script_log_destroy(runner->log);
    mr_turn_finish(&runner->turn);
    pthread_mutex_destroy(&runner->lock);
    free(runner->stream);
    free(runner->path);
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
    result->skip = made->skip;
    if (runner->options.on_error == MR_ON_ERROR_HOLD && !made->skip) {
        mr_picture_unref(&runner->held);
        runner->held = mr_picture_ref(made->picture);
    }
}

static void fail(struct mr_runner *runner, struct mr_picture *picture, const struct mr_error *error,
                 struct mr_script_result *result)
{
    mr_faults_add(&runner->faults, mr_runner_module(runner), error->text,
                  mr_engine_traceback(runner->live));
    mr_runner_fall_back(runner, picture, error->text, result);
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
    if (error->code != 0) {
        runner->state.errors++;
        snprintf(runner->state.last_error, sizeof(runner->state.last_error), "%s", error->text);
    }
    pthread_mutex_unlock(&runner->lock);
    mr_picture_unref(&before);
}

static void note_new_files(struct mr_runner *runner)
{
    size_t files = mr_bundle_count(mr_engine_bundle(runner->live));
    if (files == atomic_load_explicit(&runner->reload.files_watched, memory_order_relaxed))
        return;
    atomic_store(&runner->reload.files_watched, files);
    atomic_store(&runner->reload.files_changed, true);
    mr_reload_wake(runner);
}

void mr_runner_process(struct mr_runner *runner, struct mr_picture *picture, unsigned viewers,
                       struct mr_script_result *result)
{
    struct mr_error error = { 0 };
    struct mr_engine_result made;
    *result = (struct mr_script_result){ 0 };

    mr_turn_take(&runner->turn);
    if (mr_engine_process(runner->live, picture, viewers, &made, &error) < 0)
        fail(runner, picture, &error, result);
    else
        take_over(runner, &made, result);
    result->generation = runner->generation;
    note_new_files(runner);
    remember(runner, picture, viewers, &error);
    mr_turn_give(&runner->turn);

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

void mr_runner_hurry(struct mr_runner *runner)
{
    mr_watchdog_hurry(runner->watchdog, true);
}

void mr_runner_get_state(struct mr_runner *runner, struct mr_runner_state *state)
{
    pthread_mutex_lock(&runner->lock);
    *state = runner->state;
    pthread_mutex_unlock(&runner->lock);
}

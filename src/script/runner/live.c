#include "script/runner/live.h"
#include "script/engine/engine.h"
#include "script/lua/watchdog.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making and destroying ---- */

static void set_instance_options(struct mr_live *live)
{
    const struct mr_runner_options *options = &live->options;
    live->instance_options = (struct mr_instance_options){
        .host = live->host,
        .hurry = &live->hurry,
        .engine = { .stream = live->stream,
                    .limits = options->limits,
                    .quality = options->quality,
                    .watchdog = live->watchdog,
                    .canvases = live->canvases,
                    .log = live->log,
                    .broadcast = options->broadcast,
                    .broadcast_opaque = options->opaque },
    };
}

int mr_live_init(struct mr_live *live, const struct mr_runner_options *options,
                 struct mr_bell *bell)
{
    live->bell = bell;
    live->options = *options;
    live->options.stream = live->stream = strdup(options->stream);
    live->options.path = live->path = strdup(options->path);
    live->options.host = live->host = options->host != NULL ? strdup(options->host) : NULL;
    if (options->settings != NULL)
        mr_buffer_append_text(&live->heritage.settings, options->settings);
    live->options.settings = NULL; /* they are the heritage's now */
    live->canvases = mr_canvases_create();
    live->log = mr_script_log_create(options->stream);
    mr_turn_init(&live->turn);
    pthread_mutex_init(&live->lock, NULL);
    mr_thread_cond_init(&live->settled);
    if (live->stream == NULL || live->path == NULL || live->canvases == NULL ||
        (live->host == NULL) != (options->host == NULL) || live->log == NULL ||
        live->heritage.settings.failed)
        return -ENOMEM;
    int result = options->host == NULL ? mr_watchdog_create(&live->watchdog) : 0;
    set_instance_options(live);
    return result;
}

void mr_live_finish(struct mr_live *live)
{
    mr_instance_destroy(live->instance); /* of a runner that never came to run */
    mr_bundle_unref(&live->good);
    mr_buffer_finish(&live->heritage.state);
    mr_buffer_finish(&live->heritage.settings);
    mr_picture_unref(&live->last);
    mr_watchdog_destroy(live->watchdog);
    mr_canvases_destroy(live->canvases);
    mr_script_log_destroy(live->log);
    mr_turn_finish(&live->turn);
    pthread_cond_destroy(&live->settled);
    pthread_mutex_destroy(&live->lock);
    free(live->stream);
    free(live->path);
    free(live->host);
}

int mr_live_make_instance(struct mr_live *live, struct mr_instance **instance,
                          struct mr_error *error)
{
    int result = mr_instance_create(&live->instance_options, instance, error);
    bool lost = result == -EPIPE || result == -ETIMEDOUT; /* started, but it never got ready */
    if (lost || (result == 0 && mr_instance_pid(*instance) > 0)) {
        pthread_mutex_lock(&live->lock);
        live->state.starts++;
        pthread_mutex_unlock(&live->lock);
    }
    if (lost)
        mr_live_count_loss(live, result == -EPIPE);
    return result;
}

/* ---- after a call ---- */

/* Keep the state of a lost script for the next one; what was kept before stays if it cannot be had. */
static void keep_state(struct mr_live *live)
{
    struct mr_buffer state = { 0 };
    mr_instance_salvage(live->instance, &state);
    if (state.size > 0 && !state.failed) {
        mr_buffer_finish(&live->heritage.state);
        live->heritage.state = state;
    } else {
        mr_buffer_finish(&state);
    }
}

void mr_live_count_loss(struct mr_live *live, bool died)
{
    pthread_mutex_lock(&live->lock);
    if (died)
        live->state.deaths++;
    else
        live->state.kills++;
    pthread_mutex_unlock(&live->lock);
}

static void note_loss(struct mr_live *live, const char *why)
{
    pthread_mutex_lock(&live->lock);
    live->state.running = false;
    live->state.pid = 0;
    snprintf(live->state.last_error, sizeof(live->state.last_error), "%s", why);
    pthread_mutex_unlock(&live->lock);
}

/* A script that met its memory limit and caught the error goes on, but is told of as of any error. */
static void check_limit(struct mr_live *live, const struct mr_aftermath *aftermath,
                        const struct mr_error *error)
{
    struct mr_error caught = { 0 };
    if (aftermath->limits_met <= live->limits_met)
        return;
    live->limits_met = aftermath->limits_met;
    if (error->code != 0)
        return; /* which is what came of it */
    mr_engine_describe_caught_limit(mr_bundle_main(live->good)->name,
                                    live->options.limits.memory_mib, &caught);
    mr_live_note_error(live, &caught);
}

void mr_live_check(struct mr_live *live, const struct mr_error *error)
{
    const struct mr_aftermath *aftermath = mr_instance_aftermath(live->instance);
    if (!aftermath->lost) {
        live->until_us = mr_clock_now_us();
        check_limit(live, aftermath, error);
        return;
    }
    const char *why =
        error->code != 0 ? error->text : "stopped while its state or its settings were read";
    mr_script_log_say(live->log, MR_LOG_ERROR, "%s; the script is started again%s%s", why,
                      aftermath->traceback[0] != '\0' ? "\n" : "", aftermath->traceback);
    keep_state(live);
    mr_live_count_loss(live, aftermath->died);
    note_loss(live, why);
    live->dead = live->instance;
    live->instance = NULL;
    mr_bell_ring(live->bell, MR_BELL_LOST);
}

void mr_live_note_error(struct mr_live *live, const struct mr_error *error)
{
    const struct mr_aftermath *aftermath = mr_instance_aftermath(live->instance);
    if (!aftermath->lost) /* else it is said with the loss */
        mr_faults_add(&live->faults, live->log, error->text, aftermath->traceback);
    pthread_mutex_lock(&live->lock);
    snprintf(live->state.last_error, sizeof(live->state.last_error), "%s", error->text);
    pthread_mutex_unlock(&live->lock);
}

void mr_live_keep_settings(struct mr_live *live)
{
    struct mr_buffer settings = { 0 };
    struct mr_error error = { 0 };
    int result = mr_instance_get_settings(live->instance, &settings, &error);
    if (result == 0 && settings.failed)
        result = mr_error_set(&error, -ENOMEM, "the settings are not kept: out of memory");
    if (result == 0) {
        mr_buffer_finish(&live->heritage.settings);
        live->heritage.settings = settings;
    } else {
        mr_script_log_say(live->log, MR_LOG_WARN, "%s", error.text);
        mr_buffer_finish(&settings);
    }
    mr_live_check(live, &error);
}

int64_t mr_live_next_timer_us(const struct mr_live *live)
{
    return live->instance != NULL ? mr_instance_aftermath(live->instance)->next_timer_us : -1;
}

void mr_live_tell_files(struct mr_live *live)
{
    size_t files = live->good != NULL ? mr_bundle_count(live->good) : 0;
    if (files == live->files_told)
        return;
    live->files_told = files;
    mr_bell_ring(live->bell, MR_BELL_FILES);
}

/* ---- any thread ---- */

void mr_live_set_hurry(struct mr_live *live, bool hurry)
{
    atomic_store(&live->hurry, hurry);
    if (live->watchdog != NULL)
        mr_watchdog_hurry(live->watchdog, hurry);
    pthread_mutex_lock(&live->lock);
    pthread_cond_broadcast(&live->settled);
    pthread_mutex_unlock(&live->lock);
}

void mr_live_wake(struct mr_live *live)
{
    if (live->options.wake != NULL)
        live->options.wake(live->options.opaque);
}

void mr_live_get_state(struct mr_live *live, struct mr_runner_state *state)
{
    pthread_mutex_lock(&live->lock);
    *state = live->state;
    pthread_mutex_unlock(&live->lock);
}

void mr_live_wait(struct mr_live *live)
{
    pthread_mutex_lock(&live->lock);
    uint64_t seen = live->attempts;
    while (!live->state.running && live->attempts == seen && !atomic_load(&live->hurry))
        pthread_cond_wait(&live->settled, &live->lock);
    pthread_mutex_unlock(&live->lock);
}

/* ---- the keeper's thread ---- */

const char *mr_live_stand(const struct mr_live *live)
{
    return live->good != NULL ? "the version before goes on"
                              : "the stream waits for one that can run";
}

struct mr_instance *mr_live_take_dead(struct mr_live *live, int64_t *lasted_us)
{
    mr_turn_take_first(&live->turn);
    struct mr_instance *dead = live->dead;
    *lasted_us = live->until_us - live->since_us;
    live->dead = NULL;
    mr_turn_give(&live->turn);
    return dead;
}

void mr_live_note_attempt(struct mr_live *live)
{
    pthread_mutex_lock(&live->lock);
    live->attempts++;
    pthread_cond_broadcast(&live->settled);
    pthread_mutex_unlock(&live->lock);
}

void mr_live_note_rejected(struct mr_live *live, const char *why)
{
    pthread_mutex_lock(&live->lock);
    live->state.rejected++;
    if (why != NULL)
        snprintf(live->state.last_error, sizeof(live->state.last_error), "%s", why);
    pthread_mutex_unlock(&live->lock);
}

void mr_live_end(struct mr_live *live)
{
    struct mr_error error;
    if (live->instance != NULL && mr_instance_shutdown(live->instance, "stop", &error) < 0)
        mr_script_log_say(live->log, MR_LOG_ERROR, "shutdown: %s", error.text);
    mr_instance_destroy(live->instance);
    mr_instance_destroy(live->dead);
    live->instance = live->dead = NULL;
}

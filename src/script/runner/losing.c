/* A script that is lost (stopped at its deadline, out of memory, its process dead) and found again: its
 * state is kept, viewers see what --on-script-error says, and the reload thread starts the same version
 * again, by the way that new versions take (replace.c), sooner or later as it deserves. */
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "script/runner/runner_private.h"

#include <stdio.h>

#define FIRST_DELAY_US INT64_C(100000)
#define LAST_DELAY_US  INT64_C(10000000)
#define STEADY_US      INT64_C(10000000) /* who ran that long begins anew */
#define SHORT_US       INT64_C(1000000)  /* who did not even run that long waits longer */

/* ---- losing it ---- */

/* What cannot be had (a script that is out of memory) leaves what was known before. */
static void keep_state(struct mr_runner *runner)
{
    struct mr_buffer state = { 0 };
    mr_instance_salvage(runner->live, &state);
    if (state.size > 0 && !state.failed) {
        mr_buffer_finish(&runner->heritage.state);
        runner->heritage.state = state;
    } else {
        mr_buffer_finish(&state);
    }
}

void mr_runner_count_loss(struct mr_runner *runner, bool died)
{
    pthread_mutex_lock(&runner->lock);
    if (died)
        runner->state.deaths++;
    else
        runner->state.kills++;
    pthread_mutex_unlock(&runner->lock);
}

static void note_loss(struct mr_runner *runner, const char *why)
{
    pthread_mutex_lock(&runner->lock);
    runner->state.running = false;
    runner->state.pid = 0;
    snprintf(runner->state.last_error, sizeof(runner->state.last_error), "%s", why);
    pthread_mutex_unlock(&runner->lock);
}

/* A script that met its memory limit and caught the error goes on, but is told of as of any error. */
static void check_limit(struct mr_runner *runner, const struct mr_aftermath *aftermath,
                        const struct mr_error *error)
{
    struct mr_error caught = { 0 };
    if (aftermath->limits_met == runner->limits_met)
        return;
    runner->limits_met = aftermath->limits_met;
    if (error->code != 0)
        return; /* which is what came of it */
    mr_engine_describe_caught_limit(mr_bundle_main(runner->good)->name, runner->options.memory_mib,
                                    &caught);
    mr_runner_note_error(runner, &caught);
}

void mr_runner_check_live(struct mr_runner *runner, const struct mr_error *error)
{
    const struct mr_aftermath *aftermath = mr_instance_aftermath(runner->live);
    if (!aftermath->lost) {
        runner->live_until_us = mr_clock_now_us();
        check_limit(runner, aftermath, error);
        return;
    }
    const char *why = error->code != 0 ? error->text : "stopped while its state was read";
    mr_script_log_say(runner->log, MR_LOG_ERROR, "%s; the script is started again%s%s", why,
                      aftermath->traceback[0] != '\0' ? "\n" : "", aftermath->traceback);
    keep_state(runner);
    mr_runner_count_loss(runner, aftermath->died);
    note_loss(runner, why);
    runner->dead = runner->live;
    runner->live = NULL;
    atomic_store(&runner->reload.lost, true);
    mr_reload_wake(runner);
}

void mr_runner_wait_for_live(struct mr_runner *runner)
{
    pthread_mutex_lock(&runner->lock);
    uint64_t seen = runner->attempts;
    while (!runner->state.running && runner->attempts == seen && !atomic_load(&runner->hurry))
        pthread_cond_wait(&runner->settled, &runner->lock);
    pthread_mutex_unlock(&runner->lock);
}

/* ---- starting it again: the reload thread ---- */

static void schedule(struct mr_reload *reload)
{
    int64_t delay_us = FIRST_DELAY_US;
    for (unsigned i = 0; i < reload->failures && delay_us < LAST_DELAY_US; i++)
        delay_us *= 2;
    if (delay_us > LAST_DELAY_US)
        delay_us = LAST_DELAY_US;
    reload->restart_us = mr_clock_now_us() + delay_us;
}

void mr_runner_bury(struct mr_runner *runner)
{
    struct mr_reload *reload = &runner->reload;
    mr_turn_take_first(&runner->turn);
    struct mr_instance *dead = runner->dead;
    int64_t lasted_us = runner->live_until_us - runner->live_since_us;
    runner->dead = NULL;
    mr_turn_give(&runner->turn);
    mr_instance_destroy(dead);
    if (lasted_us >= STEADY_US)
        reload->failures = 0;
    else if (lasted_us < SHORT_US)
        reload->failures++;
    schedule(reload);
}

static void note_attempt(struct mr_runner *runner)
{
    pthread_mutex_lock(&runner->lock);
    runner->attempts++;
    pthread_cond_broadcast(&runner->settled);
    pthread_mutex_unlock(&runner->lock);
}

void mr_runner_restart(struct mr_runner *runner)
{
    struct mr_reload *reload = &runner->reload;
    struct mr_error error = { 0 };
    int result = mr_runner_replace(runner, runner->good, NULL, &error);
    if (result == 0) {
        reload->restart_us = -1;
        mr_script_log_say(runner->log, MR_LOG_INFO, "%s runs again", runner->path);
    } else if (!atomic_load(&reload->stop) && !atomic_load(&runner->hurry)) {
        reload->failures++;
        schedule(reload);
        mr_script_log_say(runner->log, MR_LOG_ERROR, "%s; the next try is in %.1f s", error.text,
                          (double)(reload->restart_us - mr_clock_now_us()) / 1e6);
    }
    note_attempt(runner);
}

/* ---- the end ---- */

void mr_runner_say_goodbye(struct mr_runner *runner)
{
    struct mr_error error;
    if (runner->live != NULL && mr_instance_shutdown(runner->live, "stop", &error) < 0)
        mr_script_log_say(runner->log, MR_LOG_ERROR, "shutdown: %s", error.text);
    mr_instance_destroy(runner->live);
    mr_instance_destroy(runner->dead);
    runner->live = runner->dead = NULL;
}

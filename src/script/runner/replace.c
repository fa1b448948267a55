/* Replacing the live script by another version, or by the same one after it was lost, without losing
 * a frame or its state:
 *
 *   1. in the background, a new instance loads the text, tries it with a copy of the state on the last
 *      frame, and loads it afresh; whatever fails there is the end of it;
 *   2. between two frames the old one is shut down, its state handed over, init called, and the
 *      instances are exchanged.
 *
 * Only step 2 keeps the script thread waiting. All of this is done by the reload thread. */
#include "base/clock.h"
#include "base/log.h"
#include "script/runner/runner_private.h"

#include <errno.h>
#include <string.h>

#define TRIAL_WIDTH  640
#define TRIAL_HEIGHT 360

/* ---- state and settings ---- */

static bool append_kept(struct mr_buffer *to, const struct mr_buffer *from)
{
    mr_buffer_clear(to);
    mr_buffer_append(to, from->data, from->size);
    return !to->failed;
}

/* Copy what the next version gets, with the turn held. What cannot be copied is left out: a new
 * version must be able to replace one that put functions there. */
static void copy_heritage(struct mr_runner *runner, struct mr_heritage *heritage, bool tell)
{
    struct mr_error left_out = { 0 }, error = { 0 };
    append_kept(&heritage->settings, &runner->heritage.settings);
    if (runner->live == NULL) {
        append_kept(&heritage->state, &runner->heritage.state);
        return;
    }
    if (mr_instance_get_state(runner->live, &heritage->state, &left_out, &error) < 0) {
        mr_buffer_clear(&heritage->state);
        if (tell)
            mr_script_log_say(runner->log, MR_LOG_WARN, "%s: the new version starts without it",
                              error.text);
    } else if (left_out.code != 0 && tell) {
        mr_script_log_say(runner->log, MR_LOG_WARN,
                          "%s: not handed over to the new version (state is plain data)",
                          left_out.text);
    }
    mr_runner_check_live(runner, &error);
    if (runner->live == NULL)
        append_kept(&heritage->state, &runner->heritage.state);
}

void mr_runner_keep_settings(struct mr_runner *runner, struct mr_instance *instance)
{
    struct mr_buffer settings = { 0 };
    struct mr_error error = { 0 };
    if (mr_instance_get_settings(instance, &settings, &error) < 0) {
        mr_script_log_say(runner->log, MR_LOG_WARN, "%s", error.text);
        mr_buffer_finish(&settings);
        return;
    }
    mr_buffer_finish(&runner->heritage.settings);
    runner->heritage.settings = settings;
}

/* ---- step 1 ---- */

/* return: the newest frame, or a grey one before the first; one reference */
static struct mr_picture *get_trial_picture(struct mr_runner *runner, unsigned *viewers)
{
    pthread_mutex_lock(&runner->lock);
    struct mr_picture *picture = runner->last != NULL ? mr_picture_ref(runner->last) : NULL;
    *viewers = runner->viewers;
    pthread_mutex_unlock(&runner->lock);
    if (picture != NULL)
        return picture;

    struct mr_picture_pool *pool;
    if (mr_picture_pool_create(MR_PICTURE_I420, TRIAL_WIDTH, TRIAL_HEIGHT, 1, &pool) < 0)
        return NULL;
    picture = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool);
    for (int i = 0; picture != NULL && i < 3; i++)
        memset(picture->plane[i], 128,
               (size_t)picture->stride_bytes[i] *
                   (size_t)(i == 0 ? TRIAL_HEIGHT : TRIAL_HEIGHT / 2));
    return picture;
}

static int try_version(struct mr_runner *runner, struct mr_bundle *bundle,
                       struct mr_heritage *heritage, struct mr_instance **next,
                       struct mr_error *error)
{
    struct mr_trial trial;
    mr_turn_take_first(&runner->turn);
    copy_heritage(runner, heritage, false);
    mr_turn_give(&runner->turn);

    int result = mr_runner_make_instance(runner, next, error);
    if (result < 0)
        return result;
    trial.picture = get_trial_picture(runner, &trial.viewers);
    if (trial.picture == NULL)
        return mr_error_set(error, -ENOMEM, "no memory for a picture to try the script on");
    result = mr_instance_load(*next, bundle, heritage, &trial, error);
    mr_picture_unref(&trial.picture);
    return result;
}

/* ---- step 2 ---- */

static void shut_down_old(struct mr_runner *runner)
{
    struct mr_error error = { 0 };
    if (runner->live == NULL)
        return;
    if (mr_instance_shutdown(runner->live, "reload", &error) < 0)
        mr_script_log_say(runner->log, MR_LOG_WARN, "shutdown: %s", error.text);
    mr_runner_check_live(runner, &error);
}

/* return: the one that was live, to be let go of; NULL if it was lost and is buried */
static struct mr_instance *exchange(struct mr_runner *runner, struct mr_instance *next, bool trial)
{
    struct mr_instance *old = runner->live != NULL ? runner->live : runner->dead;
    struct mr_bundle *bundle = mr_instance_bundle(next);
    bool new_version = bundle != runner->good;
    runner->dead = NULL;
    atomic_store(&runner->reload.lost, false); /* its successor is here */
    runner->live = next;
    runner->limits_met = 0;
    runner->live_since_us = runner->live_until_us = mr_clock_now_us();
    mr_bundle_ref(bundle);
    mr_bundle_unref(&runner->good);
    runner->good = bundle;
    runner->generation += new_version;
    if (new_version)
        mr_faults_reset(&runner->faults);
    atomic_store(&runner->reload.files_watched, mr_bundle_count(bundle));

    pthread_mutex_lock(&runner->lock);
    runner->state.generation = runner->generation;
    runner->state.reloads += new_version;
    runner->state.running = true;
    runner->state.pid = mr_instance_pid(next);
    if (new_version) {
        runner->state.trial = trial;
        runner->state.last_error[0] = '\0';
    }
    pthread_cond_broadcast(&runner->settled);
    pthread_mutex_unlock(&runner->lock);
    return old;
}

static int hand_over(struct mr_runner *runner, struct mr_heritage *heritage,
                     struct mr_instance **next, struct mr_proposal *proposal,
                     struct mr_error *error)
{
    mr_turn_take_first(&runner->turn);
    shut_down_old(runner);
    copy_heritage(runner, heritage, true);
    int result = mr_instance_start(*next, heritage, error);
    if (result == 0 && proposal != NULL)
        result = mr_proposal_save(proposal, error);
    if (result == 0) {
        mr_runner_keep_settings(runner, *next);
        *next = exchange(runner, *next, proposal != NULL && proposal->trial);
    }
    mr_turn_give(&runner->turn);
    if (result == 0)
        mr_runner_wake(runner);
    return result;
}

/* A process that was lost before it took over counts as well. */
static void count_failure(struct mr_runner *runner, const struct mr_instance *next)
{
    const struct mr_aftermath *aftermath = mr_instance_aftermath(next);
    if (aftermath->lost && mr_instance_pid(next) > 0)
        mr_runner_count_loss(runner, aftermath->died);
}

int mr_runner_replace(struct mr_runner *runner, struct mr_bundle *bundle,
                      struct mr_proposal *proposal, struct mr_error *error)
{
    struct mr_instance *next = NULL;
    struct mr_heritage heritage = { 0 };
    int result = try_version(runner, bundle, &heritage, &next, error);
    if (result == 0 && proposal != NULL)
        result = mr_proposal_prepare(runner, proposal, error);
    if (result == 0)
        result = hand_over(runner, &heritage, &next, proposal, error);
    if (result < 0 && next != NULL)
        count_failure(runner, next);
    mr_instance_destroy(next);
    mr_buffer_finish(&heritage.state);
    mr_buffer_finish(&heritage.settings);
    return result;
}

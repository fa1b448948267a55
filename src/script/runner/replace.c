#include "script/runner/replace.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <string.h>

#define TRIAL_WIDTH  640
#define TRIAL_HEIGHT 360

/* ---- state and settings ---- */

/* return: 0; -ENOMEM with *error */
static int copy_kept(struct mr_buffer *to, const struct mr_buffer *from, struct mr_error *error)
{
    mr_buffer_clear(to);
    mr_buffer_append(to, from->data, from->size);
    return to->failed ? mr_error_set(error, -ENOMEM, "no memory to hand over state and settings")
                      : 0;
}

/* Copy the live script's state, with the turn held. Values that are no plain data are left out: a new
 * version must be able to replace one that put functions there. */
static void copy_state(struct mr_live *live, struct mr_heritage *heritage, bool tell)
{
    struct mr_error left_out = { 0 }, error = { 0 };
    if (mr_instance_get_state(live->instance, &heritage->state, &left_out, &error) < 0) {
        mr_buffer_clear(&heritage->state);
        if (tell)
            mr_script_log_say(live->log, MR_LOG_WARN, "%s: the new version starts without it",
                              error.text);
    } else if (left_out.code != 0 && tell) {
        mr_script_log_say(live->log, MR_LOG_WARN,
                          "%s: not handed over to the new version (state is plain data)",
                          left_out.text);
    }
    mr_live_check(live, &error);
}

/* Copy what the next version gets, with the turn held.
 * return: 0; -ENOMEM with *error */
static int copy_heritage(struct mr_live *live, struct mr_heritage *heritage, bool tell,
                         struct mr_error *error)
{
    int result = copy_kept(&heritage->settings, &live->heritage.settings, error);
    if (result < 0)
        return result;
    if (live->instance != NULL)
        copy_state(live, heritage, tell);
    if (live->instance == NULL) /* it was lost before, or by that */
        result = copy_kept(&heritage->state, &live->heritage.state, error);
    return result;
}

/* ---- step 1 ---- */

/* return: the newest frame, or a grey one before the first; one reference */
static struct mr_picture *get_trial_picture(struct mr_live *live, unsigned *viewers)
{
    pthread_mutex_lock(&live->lock);
    struct mr_picture *picture = live->last != NULL ? mr_picture_ref(live->last) : NULL;
    *viewers = live->viewers;
    pthread_mutex_unlock(&live->lock);
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

static int try_version(struct mr_live *live, struct mr_bundle *bundle, struct mr_heritage *heritage,
                       struct mr_instance **next, struct mr_error *error)
{
    struct mr_trial trial;
    mr_turn_take_first(&live->turn);
    int result = copy_heritage(live, heritage, false, error);
    mr_turn_give(&live->turn);

    if (result == 0)
        result = mr_live_make_instance(live, next, error);
    if (result < 0)
        return result;
    trial.picture = get_trial_picture(live, &trial.viewers);
    if (trial.picture == NULL)
        return mr_error_set(error, -ENOMEM, "no memory for a picture to try the script on");
    result = mr_instance_load(*next, bundle, heritage, &trial, error);
    mr_picture_unref(&trial.picture);
    return result;
}

/* ---- step 2 ---- */

static void shut_down_old(struct mr_live *live)
{
    struct mr_error error = { 0 };
    if (live->instance == NULL)
        return;
    if (mr_instance_shutdown(live->instance, "reload", &error) < 0)
        mr_script_log_say(live->log, MR_LOG_WARN, "shutdown: %s", error.text);
    mr_live_check(live, &error);
}

/* return: the one that was live, to be let go of; NULL if it was lost and is buried */
static struct mr_instance *exchange(struct mr_live *live, struct mr_instance *next, bool trial)
{
    struct mr_instance *old = live->instance != NULL ? live->instance : live->dead;
    struct mr_bundle *bundle = mr_instance_bundle(next);
    bool new_version = bundle != live->good;
    live->dead = NULL;
    mr_bell_take(live->bell, MR_BELL_LOST); /* its successor is here */
    live->instance = next;
    live->limits_met = 0;
    live->since_us = live->until_us = mr_clock_now_us();
    mr_bundle_ref(bundle);
    mr_bundle_unref(&live->good);
    live->good = bundle;
    live->generation += new_version;
    if (new_version)
        mr_faults_reset(&live->faults);
    live->files_told = mr_bundle_count(bundle); /* the keeper watches them from now on */

    pthread_mutex_lock(&live->lock);
    live->state.generation = live->generation;
    live->state.reloads += new_version;
    live->state.running = true;
    live->state.pid = mr_instance_pid(next);
    if (new_version) {
        live->state.trial = trial;
        live->state.last_error[0] = '\0';
    }
    pthread_cond_broadcast(&live->settled);
    pthread_mutex_unlock(&live->lock);
    return old;
}

static int hand_over(struct mr_live *live, struct mr_heritage *heritage, struct mr_instance **next,
                     const struct mr_candidate *candidate, struct mr_error *error)
{
    mr_turn_take_first(&live->turn);
    shut_down_old(live);
    int result = copy_heritage(live, heritage, true, error);
    if (result == 0)
        result = mr_instance_start(*next, heritage, error);
    if (result == 0 && candidate->commit != NULL)
        result = candidate->commit(candidate->opaque, error);
    if (result == 0) {
        *next = exchange(live, *next, candidate->trial);
        mr_live_keep_settings(live);
    }
    mr_turn_give(&live->turn);
    if (result == 0)
        mr_live_wake(live);
    return result;
}

/* A process that was lost before it took over counts as well. */
static void count_failure(struct mr_live *live, const struct mr_instance *next)
{
    const struct mr_aftermath *aftermath = mr_instance_aftermath(next);
    if (aftermath->lost && mr_instance_pid(next) > 0)
        mr_live_count_loss(live, aftermath->died);
}

int mr_replace_run(struct mr_live *live, const struct mr_candidate *candidate,
                   struct mr_error *error)
{
    struct mr_instance *next = NULL;
    struct mr_heritage heritage = { 0 };
    int result = try_version(live, candidate->bundle, &heritage, &next, error);
    if (result == 0 && candidate->prepare != NULL)
        result = candidate->prepare(candidate->opaque, error);
    if (result == 0)
        result = hand_over(live, &heritage, &next, candidate, error);
    if (result < 0 && next != NULL)
        count_failure(live, next);
    mr_instance_destroy(next);
    mr_buffer_finish(&heritage.state);
    mr_buffer_finish(&heritage.settings);
    return result;
}

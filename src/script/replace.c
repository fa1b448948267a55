/* Replacing the live script by a new version without losing a frame or its state:
 *
 *   1. in the background, a first engine with the new text and a copy of the state runs init and
 * the last frame; whatever fails there is the end of it;
 *   2. still in the background, a second, fresh engine loads the very same texts;
 *   3. between two frames the old one is shut down, its state handed over, init called, and the
 *      engines are exchanged.
 *
 * Only step 3 keeps the script thread waiting. All of this is done by the reload thread. */
#include "base/log.h"
#include "script/runner_private.h"

#include <errno.h>
#include <string.h>

#define TRIAL_WIDTH  640
#define TRIAL_HEIGHT 360

struct versions {
    struct mr_engine *trial, *next, *old;
    struct mr_buffer state;
};

/* ---- state ---- */

/* Copy the live script's state, with the turn held. What cannot be copied is left out: a new
 * version must be able to replace one that put functions there. */
static void copy_state(struct mr_runner *runner, struct mr_buffer *state, bool tell)
{
    struct mr_error left_out = { 0 }, error = { 0 };
    mr_buffer_clear(state);
    if (mr_engine_get_state(runner->live, state, &left_out, &error) < 0) {
        mr_buffer_clear(state);
        if (tell)
            mr_log(MR_LOG_WARN, mr_runner_module(runner), "%s: the new version starts without it",
                   error.text);
    } else if (left_out.code != 0 && tell) {
        mr_log(MR_LOG_WARN, mr_runner_module(runner),
               "%s: not handed over to the new version (state is plain data)", left_out.text);
    }
}

static int set_state_and_init(struct mr_engine *engine, const struct mr_buffer *state,
                              struct mr_error *error)
{
    int result = state->size > 0 ? mr_engine_set_state(engine, state->data, state->size, error) : 0;
    return result < 0 ? result : mr_engine_init(engine, error);
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

static int run_frame(struct mr_runner *runner, struct mr_engine *engine, struct mr_error *error)
{
    unsigned viewers;
    struct mr_engine_result made;
    struct mr_picture *picture = get_trial_picture(runner, &viewers);
    if (picture == NULL)
        return mr_error_set(error, -ENOMEM, "no memory for a picture to try the script on");
    int result = mr_engine_process(engine, picture, viewers, &made, error);
    if (result == 0) {
        mr_picture_unref(&made.picture);
        mr_buffer_finish(&made.payload);
    }
    mr_picture_unref(&picture);
    return result;
}

static int try_version(struct mr_runner *runner, struct mr_bundle *bundle,
                       struct versions *versions, struct mr_error *error)
{
    mr_turn_take_first(&runner->turn);
    copy_state(runner, &versions->state, false);
    mr_turn_give(&runner->turn);

    int result = mr_runner_make_engine(runner, bundle, true, &versions->trial, error);
    if (result == 0)
        result = set_state_and_init(versions->trial, &versions->state, error);
    if (result == 0)
        result = run_frame(runner, versions->trial, error);
    return result;
}

/* ---- step 3 ---- */

static void shut_down_old(struct mr_runner *runner)
{
    struct mr_error error;
    if (mr_engine_shutdown(runner->live, "reload", &error) < 0)
        mr_log(MR_LOG_WARN, mr_runner_module(runner), "shutdown: %s", error.text);
}

static void exchange(struct mr_runner *runner, struct versions *versions)
{
    versions->old = runner->live;
    runner->live = versions->next;
    versions->next = NULL;
    runner->generation++;
    mr_faults_reset(&runner->faults);
    atomic_store(&runner->reload.files_watched, mr_bundle_count(mr_engine_bundle(runner->live)));

    pthread_mutex_lock(&runner->lock);
    runner->state.generation = runner->generation;
    runner->state.reloads++;
    runner->state.last_error[0] = '\0';
    pthread_mutex_unlock(&runner->lock);
}

static int hand_over(struct mr_runner *runner, struct versions *versions, struct mr_error *error)
{
    mr_turn_take_first(&runner->turn);
    shut_down_old(runner);
    copy_state(runner, &versions->state, true);
    int result = set_state_and_init(versions->next, &versions->state, error);
    if (result == 0)
        exchange(runner, versions);
    mr_turn_give(&runner->turn);
    return result;
}

int mr_runner_replace(struct mr_runner *runner, struct mr_bundle *bundle, struct mr_error *error)
{
    struct versions versions = { 0 };
    int result = try_version(runner, bundle, &versions, error);
    if (result == 0)
        result = mr_runner_make_engine(runner, bundle, false, &versions.next, error);
    if (result == 0) {
        mr_engine_take_text(versions.next, versions.trial);
        result = hand_over(runner, &versions, error);
    }
    mr_engine_destroy(versions.trial);
    mr_engine_destroy(versions.next);
    mr_engine_destroy(versions.old);
    mr_buffer_finish(&versions.state);
    return result;
}

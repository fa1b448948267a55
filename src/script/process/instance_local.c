/* An instance in this process: an engine, and before it one for the trial. */
#include "script/process/instance_local.h"

#include "script/engine/calls.h"
#include "script/engine/engine.h"
#include "script/engine/talk.h"
#include "script/engine/timers.h"
#include "script/process/instance_private.h"

#include <errno.h>
#include <malloc.h>

struct local {
    struct mr_instance instance;
    struct mr_engine *engine; /* NULL before load */
};

static struct local *local_of(struct mr_instance *instance)
{
    return (struct local *)instance;
}

/* Note what the call left behind. return: result */
static int note(struct mr_instance *instance, int result)
{
    struct mr_aftermath *aftermath = &instance->aftermath;
    const struct mr_engine *engine = local_of(instance)->engine;
    aftermath->lost |= result == -ETIMEDOUT || result == -ENOMEM;
    aftermath->next_timer_us = engine != NULL ? mr_timers_next_us(engine) : -1;
    aftermath->limits_met = engine != NULL ? mr_engine_limits_met(engine) : 0;
    aftermath->traceback = engine != NULL ? mr_engine_traceback(engine) : "";
    return result;
}

/* ---- loading ---- */

static int make_engine(struct mr_instance *instance, bool trial, struct mr_engine **engine,
                       struct mr_error *error)
{
    struct mr_engine_options options = instance->options.engine;
    options.trial = trial;
    return mr_engine_create(&options, instance->bundle, engine, error);
}

static int begin(struct mr_engine *engine, const struct mr_heritage *heritage,
                 struct mr_error *error)
{
    const struct mr_buffer *state = &heritage->state, *settings = &heritage->settings;
    int result = 0;
    if (settings->size > 0)
        result =
            mr_calls_adopt_settings(engine, (const char *)settings->data, settings->size, error);
    if (result == 0 && state->size > 0)
        result = mr_calls_set_state(engine, state->data, state->size, error);
    return result < 0 ? result : mr_calls_init(engine, error);
}

static int run_frame(struct mr_engine *engine, const struct mr_trial *trial, struct mr_error *error)
{
    struct mr_engine_result made;
    int result = mr_calls_process(engine, trial->picture, trial->viewers, &made, error);
    if (result == 0) {
        mr_picture_unref(&made.picture);
        mr_buffer_finish(&made.payload);
    }
    return result;
}

static int try_once(struct mr_instance *instance, const struct mr_heritage *heritage,
                    const struct mr_trial *trial, struct mr_engine **engine, struct mr_error *error)
{
    int result = make_engine(instance, true, engine, error);
    if (result == 0)
        result = begin(*engine, heritage, error);
    return result < 0 ? result : run_frame(*engine, trial, error);
}

static int load(struct mr_instance *instance, const struct mr_heritage *heritage,
                const struct mr_trial *trial, struct mr_error *error)
{
    struct local *local = local_of(instance);
    struct mr_engine *tried = NULL;
    int result = trial->picture != NULL ? try_once(instance, heritage, trial, &tried, error) : 0;
    if (result == 0)
        result = make_engine(instance, false, &local->engine, error);
    if (result == 0 && tried != NULL)
        mr_engine_take_text(local->engine, tried);
    mr_engine_destroy(tried);
    return note(instance, result);
}

static int start(struct mr_instance *instance, const struct mr_heritage *heritage,
                 struct mr_error *error)
{
    return note(instance, begin(local_of(instance)->engine, heritage, error));
}

static void destroy(struct mr_instance *instance)
{
    mr_engine_destroy(local_of(instance)->engine);
    malloc_trim(0); /* the C library would keep what a large script held, for the next one */
}

/* ---- calls ---- */

static int process(struct mr_instance *instance, struct mr_picture *picture, unsigned viewers,
                   struct mr_engine_result *result, struct mr_error *error)
{
    return note(instance,
                mr_calls_process(local_of(instance)->engine, picture, viewers, result, error));
}

static int deliver(struct mr_instance *instance, const struct mr_script_event *event,
                   struct mr_error *error)
{
    return note(instance, mr_talk_deliver(local_of(instance)->engine, event, error));
}

static int run_timers(struct mr_instance *instance, int64_t now_us, struct mr_error *error)
{
    int64_t next_us;
    return note(instance, mr_timers_run(local_of(instance)->engine, now_us, &next_us, error));
}

static int shut_down(struct mr_instance *instance, const char *reason, struct mr_error *error)
{
    return note(instance, mr_calls_shutdown(local_of(instance)->engine, reason, error));
}

static int get_state(struct mr_instance *instance, struct mr_buffer *state,
                     struct mr_error *left_out, struct mr_error *error)
{
    return note(instance, mr_calls_get_state(local_of(instance)->engine, state, left_out, error));
}

static int get_settings(struct mr_instance *instance, struct mr_buffer *json,
                        struct mr_error *error)
{
    return note(instance, mr_calls_get_settings(local_of(instance)->engine, json, error));
}

static int change_settings(struct mr_instance *instance, const char *json, size_t size,
                           struct mr_error *error)
{
    return note(instance, mr_calls_change_settings(local_of(instance)->engine, json, size, error));
}

static void salvage(struct mr_instance *instance, struct mr_buffer *state)
{
    struct mr_error left_out = { 0 }, error = { 0 };
    if (mr_calls_get_state(local_of(instance)->engine, state, &left_out, &error) < 0)
        mr_buffer_clear(state);
}

static const struct mr_instance_calls calls = {
    .destroy = destroy,
    .load = load,
    .start = start,
    .process = process,
    .deliver = deliver,
    .run_timers = run_timers,
    .shutdown = shut_down,
    .get_state = get_state,
    .get_settings = get_settings,
    .change_settings = change_settings,
    .salvage = salvage,
};

int mr_instance_local_create(const struct mr_instance_options *options,
                             struct mr_instance **instance, struct mr_error *error)
{
    *instance = mr_instance_allocate(sizeof(struct local), &calls, options);
    return *instance != NULL ? 0 : mr_error_set(error, -ENOMEM, "out of memory");
}

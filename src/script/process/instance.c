#include "script/process/instance.h"

#include "script/process/instance_local.h"
#include "script/process/instance_private.h"
#include "script/process/instance_remote.h"

int mr_instance_create(const struct mr_instance_options *options, struct mr_instance **instance,
                       struct mr_error *error)
{
    return options->host != NULL ? mr_instance_remote_create(options, instance, error)
                                 : mr_instance_local_create(options, instance, error);
}

void mr_instance_destroy(struct mr_instance *instance)
{
    mr_instance_free(instance);
}

int mr_instance_load(struct mr_instance *instance, struct mr_bundle *bundle,
                     const struct mr_heritage *heritage, const struct mr_trial *trial,
                     struct mr_error *error)
{
    instance->bundle = mr_bundle_ref(bundle);
    return instance->calls->load(instance, heritage, trial, error);
}

int mr_instance_start(struct mr_instance *instance, const struct mr_heritage *heritage,
                      struct mr_error *error)
{
    return instance->calls->start(instance, heritage, error);
}

int mr_instance_process(struct mr_instance *instance, struct mr_picture *picture, unsigned viewers,
                        struct mr_engine_result *result, struct mr_error *error)
{
    return instance->calls->process(instance, picture, viewers, result, error);
}

int mr_instance_deliver(struct mr_instance *instance, const struct mr_script_event *event,
                        struct mr_error *error)
{
    return instance->calls->deliver(instance, event, error);
}

int mr_instance_run_timers(struct mr_instance *instance, int64_t now_us, struct mr_error *error)
{
    return instance->calls->run_timers(instance, now_us, error);
}

int mr_instance_shutdown(struct mr_instance *instance, const char *reason, struct mr_error *error)
{
    return instance->calls->shutdown(instance, reason, error);
}

int mr_instance_get_state(struct mr_instance *instance, struct mr_buffer *state,
                          struct mr_error *left_out, struct mr_error *error)
{
    mr_buffer_clear(state);
    return instance->calls->get_state(instance, state, left_out, error);
}

int mr_instance_get_settings(struct mr_instance *instance, struct mr_buffer *json,
                             struct mr_error *error)
{
    mr_buffer_clear(json);
    return instance->calls->get_settings(instance, json, error);
}

int mr_instance_change_settings(struct mr_instance *instance, const char *json, size_t size,
                                struct mr_error *error)
{
    return instance->calls->change_settings(instance, json, size, error);
}

void mr_instance_salvage(struct mr_instance *instance, struct mr_buffer *state)
{
    mr_buffer_clear(state);
    instance->calls->salvage(instance, state);
}

const struct mr_aftermath *mr_instance_aftermath(const struct mr_instance *instance)
{
    return &instance->aftermath;
}

struct mr_bundle *mr_instance_bundle(struct mr_instance *instance)
{
    return instance->bundle;
}

int mr_instance_pid(const struct mr_instance *instance)
{
    return instance->pid;
}

/* Shared by the two kinds of instances: the common part that each begins with, and its calls. */
#ifndef MR_SCRIPT_INSTANCE_PRIVATE_H
#define MR_SCRIPT_INSTANCE_PRIVATE_H

#include "script/process/instance_types.h"

struct mr_instance;

struct mr_instance_calls {
    void (*destroy)(struct mr_instance *instance);
    int (*load)(struct mr_instance *instance, const struct mr_heritage *heritage,
                const struct mr_trial *trial, struct mr_error *error);
    int (*start)(struct mr_instance *instance, const struct mr_heritage *heritage,
                 struct mr_error *error);
    int (*process)(struct mr_instance *instance, struct mr_picture *picture, unsigned viewers,
                   struct mr_engine_result *result, struct mr_error *error);
    int (*deliver)(struct mr_instance *instance, const struct mr_script_event *event,
                   struct mr_error *error);
    int (*run_timers)(struct mr_instance *instance, int64_t now_us, struct mr_error *error);
    int (*shutdown)(struct mr_instance *instance, const char *reason, struct mr_error *error);
    int (*get_state)(struct mr_instance *instance, struct mr_buffer *state,
                     struct mr_error *left_out, struct mr_error *error);
    int (*get_settings)(struct mr_instance *instance, struct mr_buffer *json,
                        struct mr_error *error);
    int (*change_settings)(struct mr_instance *instance, const char *json, size_t size,
                           struct mr_error *error);
    void (*salvage)(struct mr_instance *instance, struct mr_buffer *state);
};

struct mr_instance {
    /* immutable */
    const struct mr_instance_calls *calls;
    struct mr_instance_options options;
    int pid;

    struct mr_bundle *bundle; /* set by load */
    struct mr_aftermath aftermath;
};

/* Allocate `size` bytes that begin with a struct mr_instance. return: NULL when out of memory */
struct mr_instance *mr_instance_allocate(size_t size, const struct mr_instance_calls *calls,
                                         const struct mr_instance_options *options);

/* Free an instance of either kind, without a shutdown. Takes NULL. */
void mr_instance_free(struct mr_instance *instance);

#endif

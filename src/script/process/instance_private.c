#include "script/process/instance_private.h"

#include <stdlib.h>

struct mr_instance *mr_instance_allocate(size_t size, const struct mr_instance_calls *calls,
                                         const struct mr_instance_options *options)
{
    struct mr_instance *instance = calloc(1, size);
    if (instance == NULL)
        return NULL;
    instance->calls = calls;
    instance->options = *options;
    instance->aftermath.next_timer_us = -1;
    instance->aftermath.traceback = "";
    return instance;
}

void mr_instance_free(struct mr_instance *instance)
{
    if (instance == NULL)
        return;
    instance->calls->destroy(instance);
    mr_bundle_unref(&instance->bundle);
    free(instance);
}

/* An instance whose script is loaded in this process. */
#ifndef MR_SCRIPT_INSTANCE_LOCAL_H
#define MR_SCRIPT_INSTANCE_LOCAL_H

#include "base/error.h"
#include "script/process/instance_types.h"

struct mr_instance;

/* As mr_instance_create.
 * return: 0; -errno with *error */
int mr_instance_local_create(const struct mr_instance_options *options,
                             struct mr_instance **instance, struct mr_error *error);

#endif

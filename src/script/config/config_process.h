/* Runs the text of a configuration in a process of its own, which is confined like a script's and ended when it takes too
 * long, whatever it does. Main's thread. */
#ifndef MR_SCRIPT_CONFIG_PROCESS_H
#define MR_SCRIPT_CONFIG_PROCESS_H

#include "base/buffer.h"
#include "base/error.h"

#include <stddef.h>

/* Once it has begun. Lua code is stopped before, after MR_CONFIG_RUN_MS. */
#define MR_CONFIG_PROCESS_MS 1200

/* As mr_config_run, by `program --config-host`.
 * return: 0; -errno with *error: as mr_config_run, or the process could not be started, died, or was ended */
int mr_config_process_run(const char *program, const char *path, const struct mr_buffer *text,
                          struct mr_buffer *values, struct mr_error *error);

#endif

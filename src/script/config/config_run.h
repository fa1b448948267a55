/* Runs the text of a configuration: Lua that sets global names to plain data, in a bare environment.
 *
 * There are string, table, math and utf8, the functions that look at values, and of `os` time, date, clock and getenv.
 * Nothing reads or writes files, loads code or catches errors. Lua code may take MR_CONFIG_RUN_MS and 32 MiB. One call
 * of a library function (string.find with a hostile pattern) cannot be interrupted here: config_process.h runs the text
 * in a process that can be ended. One thread at a time; nothing of Lua outlives the call. */
#ifndef MR_SCRIPT_CONFIG_RUN_H
#define MR_SCRIPT_CONFIG_RUN_H

#include "base/buffer.h"
#include "base/error.h"

#define MR_CONFIG_RUN_MS 1000

struct mr_config_text {
    const char *path; /* as messages name it */
    const char *text;
    size_t size;
    volatile int *line_now; /* the line that runs; NULL: nobody wants to know */
};

/* Run it. Tables with positions become lists, others objects (an empty one, too).
 * out:    *values: a JSON object with sorted keys is appended: what the text set
 * return: 0; -errno with *error, "PATH:LINE: …": it cannot be run, takes too long or too much memory, or sets
 *         something that is no plain data */
int mr_config_run(const struct mr_config_text *text, struct mr_buffer *values,
                  struct mr_error *error);

#endif

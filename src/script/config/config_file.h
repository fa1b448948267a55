/* The configuration file: Lua that sets global names to plain data, run once in a bare environment.
 *
 * There are string, table, math and utf8 (less what cannot be interrupted), the functions that look at
 * values, and of `os` time, date, clock and getenv. Nothing reads or writes files, loads code or catches
 * errors. It may take a second and 32 MiB. One thread at a time; nothing of Lua outlives the reading. */
#ifndef MR_SCRIPT_CONFIG_FILE_H
#define MR_SCRIPT_CONFIG_FILE_H

#include "base/error.h"
#include "script/config/config_lines.h"

#include <jansson.h>

#define MR_CONFIG_FILE_MAX_BYTES (1024 * 1024)

struct mr_config_file {
    json_t *values;               /* an object: what the file set, keys in order; a reference */
    struct mr_config_lines lines; /* where it did */
};

/* Run the file `path`. Tables with positions become lists, others objects (an empty one, too).
 * out:    *file, to be finished whatever is returned
 * return: 0; -errno with *error, "PATH:LINE: …": it cannot be read or run, takes too long or too much
 *         memory, sets something that is no plain data, or a key twice */
int mr_config_file_read(const char *path, struct mr_config_file *file, struct mr_error *error);
void mr_config_file_finish(struct mr_config_file *file); /* may be all zero */

#endif

/* The configuration file: its values, and the lines on which they are set. Its text is Lua (config_run.h). One thread at
 * a time. */
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

/* Read and run the file `path`.
 * in:     program: moonreel's binary, which runs the text in a confined process; NULL: this process does
 * out:    *file, to be finished whatever is returned
 * return: 0; -errno with *error, "PATH:LINE: …": it cannot be read or run, takes too long or too much
 *         memory, sets something that is no plain data, or a key twice */
int mr_config_file_read(const char *path, const char *program, struct mr_config_file *file,
                        struct mr_error *error);
void mr_config_file_finish(struct mr_config_file *file); /* may be all zero */

#endif

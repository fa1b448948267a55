/* moonreel's own files: the configuration and the recordings become private files
 * (base/private_files.h), which no script and no editor of scripts reaches. Main's thread. */
#ifndef MR_APP_OWN_FILES_H
#define MR_APP_OWN_FILES_H

#include "app/config.h"
#include "app/options.h"

/* Register the files of this run besides those before, which may still be written.
 * in:     given: the command line's options; config: NULL when there is none
 * return: 0; -ENOMEM with *error, no file is added */
int mr_own_files_register(const struct mr_options *given, const struct mr_config *config,
                          struct mr_error *error);

/* Warn, once, when the configuration lies in the folder of a stream's script or below. */
void mr_own_files_warn(const struct mr_config *config);

#endif

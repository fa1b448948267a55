/* moonreel --check. Main's thread. */
#ifndef MR_APP_CHECK_H
#define MR_APP_CHECK_H

#include "app/options.h"
#include "base/error.h"

/* Say everything that is wrong with the configuration options->config, a line each on standard error,
 * or on standard output that nothing is.
 * return: 0; -errno with *error, the last line */
int mr_check_config(const struct mr_options *options, struct mr_error *error);

#endif

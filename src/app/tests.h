/* moonreel --test. Main's thread. */
#ifndef MR_APP_TESTS_H
#define MR_APP_TESTS_H

#include "app/options.h"
#include "base/error.h"

/* Run the files of options->files as tests of scripts: results go to standard output. Signals keep
 * their default meanings.
 * return: 0 when all passed; -errno with *error */
int mr_tests_run(const struct mr_options *options, struct mr_error *error);

#endif

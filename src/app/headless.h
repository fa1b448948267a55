/* moonreel --headless. Main's thread. */
#ifndef MR_APP_HEADLESS_H
#define MR_APP_HEADLESS_H

#include "app/options.h"
#include "app/signals.h"
#include "base/error.h"

/* Run the source through the script once, writing what was asked for, then print the summary.
 * return: 0; -errno with *error (source, script, output, or frames on which the script failed) */
int mr_headless_run(const struct mr_options *options, struct mr_signals *signals,
                    struct mr_error *error);

#endif

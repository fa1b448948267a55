/* moonreel as a server. Main's thread. */
#ifndef MR_APP_SERVE_H
#define MR_APP_SERVE_H

#include "app/options.h"
#include "app/signals.h"
#include "base/error.h"

/* Serve until a signal ends it.
 * return: 0; -errno with *error */
int mr_serve_run(const struct mr_options *options, struct mr_signals *signals,
                 struct mr_error *error);

#endif

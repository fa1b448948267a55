/* Timers of scripts: after, every. By the thread that runs the script. */
#ifndef MR_SCRIPT_TIMERS_H
#define MR_SCRIPT_TIMERS_H

#include "base/error.h"

#include <stdint.h>

struct mr_engine;

/* return: the time by which the script goes, in µs: options.clock_us, or the monotonic clock. */
int64_t mr_timers_now_us(const struct mr_engine *engine);

/* Call what after() and every() have due at `now_us` (mr_clock_now_us).
 * out:    *next_us: when to call again, -1: no timer is set
 * return: 0; -errno with *error when one of them failed: the rest is run by the next call, so
 *         *next_us is `now_us` then or later */
int mr_timers_run(struct mr_engine *engine, int64_t now_us, int64_t *next_us,
                  struct mr_error *error);

/* return: when the next timer is due, in µs of the script's clock; -1: none is set */
int64_t mr_timers_next_us(const struct mr_engine *engine);

#endif

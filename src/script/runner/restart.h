/* When a lost script is started again: the later, the more often it failed. Plain data of the
 * keeper's thread. */
#ifndef MR_SCRIPT_RESTART_H
#define MR_SCRIPT_RESTART_H

#include <stdint.h>

struct mr_restart {
    int64_t due_us;    /* of the next start (mr_clock_now_us); -1: the script is not lost */
    unsigned failures; /* in a row: starts that failed, or did not last */
};

/* Another version runs, and has not failed yet. */
void mr_restart_reset(struct mr_restart *restart);

/* The script was lost after it had run for `lasted_us`: schedule its start. */
void mr_restart_lost(struct mr_restart *restart, int64_t lasted_us);

/* A start failed: schedule the next one. */
void mr_restart_failed(struct mr_restart *restart);

/* The script runs again; whether it lasts is not known yet. */
void mr_restart_done(struct mr_restart *restart);

#endif

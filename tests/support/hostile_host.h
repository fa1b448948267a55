/* Hostile scripts (hostile.h) against a running moonreel with one viewer. For each: a good script
 * runs, the hostile one is saved over it, does its worst, and a good one is saved next. Checked each
 * time, as a viewer and an operator would see it:
 *
 *  - frames come at their rate: within the deadline and RECOVERY_US of a call that had to be ended
 *    begins a second in which at least 20 of 25 frames arrive; where nothing had to be ended, no frame
 *    is missing while the version is tried
 *  - the log names the cause, and holds no control character
 *  - the API answers
 *  - the good script takes over, and then the host holds no more memory, descriptors and threads than
 *    before, and has one script process and no dead one */
#ifndef MR_TESTS_HOSTILE_HOST_H
#define MR_TESTS_HOSTILE_HOST_H

#include <stdbool.h>

struct hostile_run {
    unsigned part, parts; /* the cases i with i % parts == part */
    bool off;             /* --isolation off, and only the cases that can do with it */
    const char *on_error; /* of --on-script-error */
};

/* Run them, a fresh host for every few dozen; fails the running cmocka test: at the first mistake, or
 * at the end with HOSTILE_ALL in the environment. HOSTILE_ONLY=part runs those with it in their names. */
void hostile_run(const struct hostile_run *run);

/* Stop the host and let go of everything; for a test's tear-down, also after a failure. */
void hostile_run_end(void);

#endif

/* Files with tests of scripts: test("name", function(t) … end), run one after the other. A file is
 * run in a state like a script's own, a script under test in another (trial_bench.h). No failure and
 * no endless loop of one test keeps the others from being run.
 *
 * Used by one thread. */
#ifndef MR_SCRIPT_TRIAL_RUN_H
#define MR_SCRIPT_TRIAL_RUN_H

#include "base/error.h"
#include "script/lua/limits.h"

#include <stdio.h>

/* A test, and what a file does by itself, may take as long as this many calls of a script. */
#define MR_TRIAL_DEADLINES 10

struct mr_trial_options {
    struct mr_script_limits limits;
    FILE *out; /* for results; written to at once, borrowed */

    /* NULL, or told of a file or a test that is about to be run: what C code keeps from being
     * stopped is for the caller to end */
    void (*begin)(void *opaque, const char *name);
    void *opaque;
};

struct mr_trial_counts {
    unsigned passed, failed; /* a file that cannot be run or holds no test is a failure */
};

/* Run the tests of the files and write a line for each result, and why a test failed.
 * out:    *counts
 * return: 0, failures or not; -errno with *error: nothing could be run */
int mr_trial_run(const struct mr_trial_options *options, const char *const *files, size_t count,
                 struct mr_trial_counts *counts, struct mr_error *error);

#endif

/* A version that is to become the live one, whoever brought it: a change on the disk, a proposal, a
 * request, or the restart of a lost script. Plain data. */
#ifndef MR_SCRIPT_CANDIDATE_H
#define MR_SCRIPT_CANDIDATE_H

#include "base/error.h"
#include "script/lua/bundle.h"

#include <stdbool.h>

struct mr_candidate {
    struct mr_bundle *bundle; /* borrowed from whoever brought it */
    bool trial;               /* the script's file stays as it is */

    /* Steps of whoever brought it, on the keeper's thread: `prepare` after the candidate has passed
     * its test, `commit` within the turn in which it takes over. NULL: nothing is to be done.
     * return: 0; -errno with *error: the candidate does not take over */
    int (*prepare)(void *opaque, struct mr_error *error);
    int (*commit)(void *opaque, struct mr_error *error);
    void *opaque;
};

#endif

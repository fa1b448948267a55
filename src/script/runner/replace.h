/* Replacing the live instance by another version, or by the same one after it was lost, without
 * losing a frame or the script's state:
 *
 *   1. in the background, a new instance loads the candidate's text, tries it with a copy of the state
 *      on the last frame, and loads it afresh; whatever fails there is the end of it;
 *   2. between two frames the old instance is shut down, its state handed over, init called, and the
 *      instances are exchanged.
 *
 * Only step 2 keeps the script thread waiting. */
#ifndef MR_SCRIPT_REPLACE_H
#define MR_SCRIPT_REPLACE_H

#include "script/runner/candidate.h"
#include "script/runner/live.h"

/* Test a candidate, and let it take over if it passes and its own steps succeed.
 * return: 0; -errno with *error: the version before goes on
 * thread: the keeper's; waits for the frame under way */
int mr_replace_run(struct mr_live *live, const struct mr_candidate *candidate,
                   struct mr_error *error);

#endif

/* The keeper: the thread ("reload") that sees to it that the right version of the script runs. It
 * watches the script's files, takes proposals, starts a lost script again, ends a trial whose authors have
 * gone, and replaces the live instance by what passes its test. It works on one candidate at a time, and is told of work by the
 * bell.
 *
 * The memory of the runner. */
#ifndef MR_SCRIPT_KEEPER_H
#define MR_SCRIPT_KEEPER_H

#include "script/runner/bell.h"
#include "script/runner/changes.h"
#include "script/runner/live.h"
#include "script/runner/proposal.h"
#include "script/runner/restart.h"

#include <pthread.h>
#include <stdbool.h>

struct mr_keeper {
    /* immutable */
    struct mr_live *live; /* borrowed */
    struct mr_bell *bell; /* borrowed */
    pthread_t thread;
    bool started;

    struct mr_proposals proposals; /* any thread */

    /* keeper's thread only, after the start */
    struct mr_changes changes;
    struct mr_bundle *rejected; /* the version that did not pass, watched as well */
    bool missing;               /* the file is gone, and that was said */
    bool unwatched;             /* not every file is watched, and that was said */
    struct mr_restart restart;
    int64_t trial_since_us; /* 0: no trial runs */
};

/* Watch the script's file, before it is read for the first time, so that no change is missed.
 * in: live, bell: borrowed, outlive the keeper */
void mr_keeper_init(struct mr_keeper *keeper, struct mr_live *live, struct mr_bell *bell);

/* Start the thread.
 * in:     rejected: the version that could not be loaded at first, whose files are watched; the
 *         keeper's from now on. NULL with nothing loaded: there is no file
 * return: 0; -errno */
int mr_keeper_start(struct mr_keeper *keeper, struct mr_bundle *rejected);

/* Join the thread, which ends the live instance, and free everything. */
void mr_keeper_finish(struct mr_keeper *keeper);

#endif

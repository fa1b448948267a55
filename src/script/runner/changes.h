/* Changes of the script's files: which files are watched, and when a change is old enough to be acted
 * upon, since editors save in several steps.
 *
 * The memory of the keeper; used by its thread only, once that has started. */
#ifndef MR_SCRIPT_CHANGES_H
#define MR_SCRIPT_CHANGES_H

#include "script/lua/bundle.h"
#include "script/runner/bell.h"
#include "script/runner/watcher.h"

#include <stdbool.h>
#include <stdint.h>

struct mr_changes {
    const char *path;           /* the script's file; borrowed */
    struct mr_watcher *watcher; /* NULL: the system gives none */
    int64_t first_us;           /* of the changes that are waited out; -1: there are none */
    int64_t due_us;
};

/* Watch the script's own file.
 * in:     path: borrowed, outlives *changes
 * return: 0; -errno: the system gives no watcher, or there is no memory, and the file is not watched */
int mr_changes_init(struct mr_changes *changes, const char *path);
void mr_changes_finish(struct mr_changes *changes);

/* Watch the files of the live version and of the one that was rejected, whose mending makes it pass.
 * Should a file of the newer of the two have changed before it was watched, that is a change, too.
 * in:     good, rejected: borrowed; NULL: there is none
 * return: 0, also when the system gives no watcher; -ENOSPC: there are more files than can be
 *         watched; -ENOMEM. As many as can be are watched all the same. */
int mr_changes_watch(struct mr_changes *changes, struct mr_bundle *good,
                     struct mr_bundle *rejected);

/* Wait for a change, the bell, or `until_us` (-1: none), whichever comes first. */
void mr_changes_wait(struct mr_changes *changes, struct mr_bell *bell, int64_t until_us);

/* return: whether changes were waited out long enough */
bool mr_changes_are_due(const struct mr_changes *changes);

/* The files are about to be read: only what changes from here on is a new change. */
void mr_changes_forget(struct mr_changes *changes);

#endif

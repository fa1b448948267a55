/* The watcher: tells when one of a set of files changed, with inotify on their folders, since
 * editors save by writing a new file and renaming it.
 *
 * One thread. */
#ifndef MR_SCRIPT_WATCHER_H
#define MR_SCRIPT_WATCHER_H

#include <stdbool.h>

struct mr_watcher;

/* return: 0 or -errno of inotify_init1; *watcher is NULL on error */
int mr_watcher_create(struct mr_watcher **watcher);
void mr_watcher_destroy(struct mr_watcher *watcher); /* takes NULL */

/* The set is renewed as a whole: begin, add each path (what a symbolic link points to is watched,
 * too), end. The files need not exist, nor their folders.
 * return: 0; -ENOSPC: the set is full; -ENOMEM */
void mr_watcher_begin(struct mr_watcher *watcher);
int mr_watcher_add(struct mr_watcher *watcher, const char *path);
void mr_watcher_end(struct mr_watcher *watcher);

/* return: a descriptor that is readable when files changed; it stays the watcher's */
int mr_watcher_fd(const struct mr_watcher *watcher);

/* Read what there is. return: whether a file of the set was written, renamed, made or removed */
bool mr_watcher_read(struct mr_watcher *watcher);

/* Whether a folder is not watched: it is not there, or the system's limit is reached. */
bool mr_watcher_is_blind(const struct mr_watcher *watcher);

/* Try those folders again. return: whether one is watched now that was not before */
bool mr_watcher_retry(struct mr_watcher *watcher);

#endif

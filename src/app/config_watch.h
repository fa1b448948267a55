/* Watches the configuration file for being saved; as with scripts, a save is waited out. Plain data, main's
 * thread. */
#ifndef MR_APP_CONFIG_WATCH_H
#define MR_APP_CONFIG_WATCH_H

#include "script/runner/watcher.h"

#include <stdint.h>

struct mr_config_watch {
    const char *path;           /* lent */
    struct mr_watcher *watcher; /* NULL: there is none */
    int64_t first_us;           /* of the changes being waited out; -1: none */
    int64_t due_us;
};

/* Begin to watch, before the file is read for the first time. Logs a warning when the system cannot.
 * in:     path: borrowed until mr_config_watch_stop */
void mr_config_watch_start(struct mr_config_watch *watch, const char *path);
void mr_config_watch_stop(struct mr_config_watch *watch);

/* return: the descriptor to poll for reading, the watch's; -1: the system cannot watch */
int mr_config_watch_fd(const struct mr_config_watch *watch);

/* return: when mr_config_watch_look is due although nothing can be read, monotonic; -1: never */
int64_t mr_config_watch_due_us(const struct mr_config_watch *watch);

/* Read what there is. return: whether the file was saved */
bool mr_config_watch_look(struct mr_config_watch *watch);

#endif

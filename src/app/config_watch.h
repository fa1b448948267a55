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

/* Before the file is read for the first time. Logs it when the system cannot. */
void mr_config_watch_start(struct mr_config_watch *watch, const char *path);
void mr_config_watch_stop(struct mr_config_watch *watch);

int mr_config_watch_fd(const struct mr_config_watch *watch); /* -1: there is none */

/* When mr_config_watch_look is to be called, besides when there is something to read; -1: never. */
int64_t mr_config_watch_due_us(const struct mr_config_watch *watch);

/* Read what there is. return: whether the file was saved */
bool mr_config_watch_look(struct mr_config_watch *watch);

#endif

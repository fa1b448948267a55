#include "app/config_watch.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

#define DEBOUNCE_US     INT64_C(100000)
#define MAX_DEBOUNCE_US INT64_C(500000)  /* a file that is saved without pause is read so often */
#define BLIND_RETRY_US  INT64_C(1000000) /* while the file's folder is gone */

/* Watch the file and, if it is a link, what it leads to now. */
static void begin_watch(struct mr_config_watch *watch)
{
    mr_watcher_begin(watch->watcher);
    mr_watcher_add(watch->watcher, watch->path);
    mr_watcher_end(watch->watcher);
}

void mr_config_watch_start(struct mr_config_watch *watch, const char *path)
{
    *watch = (struct mr_config_watch){ .path = path, .first_us = -1 };
    int result = mr_watcher_create(&watch->watcher);
    if (result < 0) {
        mr_log(
            MR_LOG_WARN, "app",
            "%s is not watched for changes: inotify: %s; SIGHUP applies it again (many watch files "
            "here: raise fs.inotify.max_user_instances)",
            path, strerror(-result));
        return;
    }
    begin_watch(watch);
}

void mr_config_watch_stop(struct mr_config_watch *watch)
{
    mr_watcher_destroy(watch->watcher);
    watch->watcher = NULL;
}

int mr_config_watch_fd(const struct mr_config_watch *watch)
{
    return watch->watcher != NULL ? mr_watcher_fd(watch->watcher) : -1;
}

int64_t mr_config_watch_due_us(const struct mr_config_watch *watch)
{
    if (watch->watcher == NULL)
        return -1;
    if (watch->first_us >= 0)
        return watch->due_us;
    return mr_watcher_is_blind(watch->watcher) ? mr_clock_now_us() + BLIND_RETRY_US : -1;
}

bool mr_config_watch_look(struct mr_config_watch *watch)
{
    if (watch->watcher == NULL)
        return false;
    int64_t now_us = mr_clock_now_us();
    bool changed = mr_watcher_read(watch->watcher);
    if (mr_watcher_is_blind(watch->watcher))
        changed |= mr_watcher_retry(watch->watcher);
    if (changed) {
        if (watch->first_us < 0)
            watch->first_us = now_us;
        int64_t latest_us = watch->first_us + MAX_DEBOUNCE_US;
        watch->due_us = now_us + DEBOUNCE_US < latest_us ? now_us + DEBOUNCE_US : latest_us;
    }
    if (watch->first_us < 0 || now_us < watch->due_us)
        return false;
    watch->first_us = -1;
    begin_watch(watch);
    return true;
}

#include "script/runner/changes.h"

#include "base/clock.h"

#include <poll.h>

#define DEBOUNCE_MS     100
#define MAX_DEBOUNCE_MS 500 /* files that are saved without pause are read nevertheless */
#define BLIND_RETRY_MS  1000

int mr_changes_init(struct mr_changes *changes, const char *path)
{
    *changes = (struct mr_changes){ .path = path, .first_us = -1 };
    int result = mr_watcher_create(&changes->watcher);
    if (result < 0)
        return result;
    mr_watcher_begin(changes->watcher);
    result = mr_watcher_add(changes->watcher, path);
    mr_watcher_end(changes->watcher);
    return result;
}

void mr_changes_finish(struct mr_changes *changes)
{
    mr_watcher_destroy(changes->watcher);
    changes->watcher = NULL;
}

static void note_change(struct mr_changes *changes)
{
    int64_t now_us = mr_clock_now_us();
    if (changes->first_us < 0)
        changes->first_us = now_us;
    int64_t latest_us = changes->first_us + MAX_DEBOUNCE_MS * 1000;
    changes->due_us = now_us + DEBOUNCE_MS * 1000;
    if (changes->due_us > latest_us)
        changes->due_us = latest_us;
}

/* Watch as many files of the bundle as can be. return: 0; -errno of the first one that cannot */
static int watch_bundle(struct mr_watcher *watcher, struct mr_bundle *bundle)
{
    int result = 0;
    size_t count = bundle != NULL ? mr_bundle_count(bundle) : 0;
    for (size_t i = 0; i < count; i++) {
        int added = mr_watcher_add(watcher, mr_bundle_path(bundle, i));
        if (result == 0)
            result = added;
    }
    return result;
}

int mr_changes_watch(struct mr_changes *changes, struct mr_bundle *good, struct mr_bundle *rejected)
{
    struct mr_bundle *newest = rejected != NULL ? rejected : good;
    if (changes->watcher == NULL)
        return 0;
    mr_watcher_begin(changes->watcher);
    int own = mr_watcher_add(changes->watcher, changes->path);
    int of_good = watch_bundle(changes->watcher, good);
    int of_rejected = watch_bundle(changes->watcher, rejected);
    mr_watcher_end(changes->watcher);
    if (newest != NULL && mr_bundle_is_stale(newest))
        note_change(changes);
    return own < 0 ? own : of_good < 0 ? of_good : of_rejected;
}

static int get_timeout_ms(const struct mr_changes *changes, int64_t until_us)
{
    int64_t due_us = changes->first_us >= 0 ? changes->due_us : -1;
    if (until_us >= 0 && (due_us < 0 || until_us < due_us))
        due_us = until_us;
    if (due_us >= 0) {
        int64_t left_us = due_us - mr_clock_now_us();
        return left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
    }
    bool blind = changes->watcher != NULL && mr_watcher_is_blind(changes->watcher);
    return blind ? BLIND_RETRY_MS : -1;
}

void mr_changes_wait(struct mr_changes *changes, struct mr_bell *bell, int64_t until_us)
{
    struct mr_watcher *watcher = changes->watcher;
    struct pollfd fds[2] = {
        { .fd = bell->fd, .events = POLLIN },
        { .fd = watcher != NULL ? mr_watcher_fd(watcher) : -1, .events = POLLIN },
    };
    int ready = poll(fds, 2, get_timeout_ms(changes, until_us));
    if (ready > 0 && fds[0].revents != 0)
        mr_bell_hush(bell);
    if (watcher == NULL)
        return;
    if (ready > 0 && fds[1].revents != 0 && mr_watcher_read(watcher))
        note_change(changes);
    if (ready == 0 && mr_watcher_is_blind(watcher) && mr_watcher_retry(watcher))
        note_change(changes);
}

bool mr_changes_are_due(const struct mr_changes *changes)
{
    return changes->first_us >= 0 && mr_clock_now_us() >= changes->due_us;
}

void mr_changes_forget(struct mr_changes *changes)
{
    changes->first_us = -1;
}

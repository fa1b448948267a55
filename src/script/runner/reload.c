/* The reload thread: waits for a change of the script's files or a request, and replaces the script
 * by what is on disk then. Changes are waited out for DEBOUNCE_MS, since editors save in steps. */
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "script/runner/runner_private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define DEBOUNCE_MS     100
#define MAX_DEBOUNCE_MS 500 /* who saves without pause is served nevertheless */
#define BLIND_RETRY_MS  1000

struct timing {
    int64_t first_us; /* of the changes being waited out; -1: none */
    int64_t due_us;
};

/* ---- what is watched ---- */

static void watch_bundle(struct mr_watcher *watcher, struct mr_bundle *bundle)
{
    size_t count = bundle != NULL ? mr_bundle_count(bundle) : 0;
    for (size_t i = 0; i < count; i++)
        mr_watcher_add(watcher, mr_bundle_path(bundle, i));
}

/* Watch the files of the live script and of the version that did not pass: mending one of those is
 * how it comes to pass.
 * return: whether one of the files that were read last changed before it was watched */
static bool watch_files(struct mr_runner *runner)
{
    struct mr_reload *reload = &runner->reload;
    if (reload->watcher == NULL)
        return false;
    mr_turn_take_first(&runner->turn);
    struct mr_bundle *bundle = runner->good != NULL ? mr_bundle_ref(runner->good) : NULL;
    mr_turn_give(&runner->turn);

    mr_watcher_begin(reload->watcher);
    mr_watcher_add(reload->watcher, runner->path);
    watch_bundle(reload->watcher, bundle);
    watch_bundle(reload->watcher, reload->rejected);
    mr_watcher_end(reload->watcher);
    struct mr_bundle *newest = reload->rejected != NULL ? reload->rejected : bundle;
    bool stale = newest != NULL && mr_bundle_is_stale(newest);
    mr_bundle_unref(&bundle);
    return stale;
}

/* ---- one reload ---- */

static void reject(struct mr_runner *runner, const struct mr_error *error)
{
    if (atomic_load(&runner->reload.stop) || atomic_load(&runner->hurry))
        return; /* it was cut short */
    pthread_mutex_lock(&runner->lock);
    runner->state.rejected++;
    snprintf(runner->state.last_error, sizeof(runner->state.last_error), "%s", error->text);
    pthread_mutex_unlock(&runner->lock);
    mr_script_log_say(runner->log, MR_LOG_ERROR, "%s; %s", error->text, mr_runner_stand(runner));
}

/* A new version runs. */
static void settle(struct mr_runner *runner)
{
    runner->reload.restart_us = -1; /* should the one before have been lost */
    runner->reload.failures = 0;
    struct mr_runner_state state;
    mr_runner_get_state(runner, &state);
    mr_script_log_say(runner->log, MR_LOG_INFO, "%s %s (version %u)", runner->path,
                      state.trial ? "is as it was; an unsaved text runs" : "loaded",
                      state.generation);
}

/* return: whether the file is not there, which is said once */
static bool is_missing(struct mr_runner *runner, int result, bool asked)
{
    struct mr_reload *reload = &runner->reload;
    bool missing = result == -ENOENT && !asked;
    if (missing && !reload->missing)
        mr_script_log_say(runner->log, MR_LOG_WARN, "%s is gone; %s", runner->path,
                          mr_runner_stand(runner));
    reload->missing = missing;
    return missing;
}

static bool is_same_text(const struct mr_bundle *a, const struct mr_bundle *b)
{
    const struct mr_bundle_text *left = mr_bundle_main(a), *right = mr_bundle_main(b);
    return left->size == right->size && memcmp(left->data, right->data, left->size) == 0;
}

/* Saving a proposal changes the file, and the watcher tells of it up to MAX_DEBOUNCE_MS later: no
 * reason to load what runs already, nor to end a trial that began meanwhile. A trial ends when the
 * files are no longer what they were when it began.
 * return: whether `bundle`, just read from disk, has nothing new for the live script */
static bool is_live(struct mr_runner *runner, const struct mr_bundle *bundle)
{
    struct mr_runner_state state;
    mr_turn_take_first(&runner->turn);
    struct mr_bundle *good = runner->good != NULL ? mr_bundle_ref(runner->good) : NULL;
    mr_turn_give(&runner->turn);
    if (good == NULL)
        return false;
    mr_runner_get_state(runner, &state);
    bool live = (state.trial || is_same_text(bundle, good)) && runner->reload.rejected == NULL &&
                !mr_bundle_is_stale(good);
    mr_bundle_unref(&good);
    return live;
}

/* return: whether it is to be done again */
static bool reload_once(struct mr_runner *runner, bool asked)
{
    struct mr_reload *reload = &runner->reload;
    struct mr_error error = { 0 };
    struct mr_bundle *bundle;
    int result = mr_bundle_open(runner->path, &bundle, &error);
    if (is_missing(runner, result, asked))
        return false;
    if (result == 0 && !asked && is_live(runner, bundle)) {
        mr_bundle_unref(&bundle);
        return false;
    }
    if (result == 0)
        result = mr_runner_replace(runner, bundle, NULL, &error);
    mr_bundle_unref(&reload->rejected);
    if (result == 0) {
        settle(runner);
        mr_bundle_unref(&bundle);
    } else {
        reject(runner, &error);
        reload->rejected = bundle;
    }
    return watch_files(runner);
}

/* return: as reload_once */
static bool judge(struct mr_runner *runner)
{
    if (!mr_runner_judge(runner))
        return false;
    mr_bundle_unref(&runner->reload.rejected);
    settle(runner);
    return watch_files(runner);
}

/* ---- the thread ---- */

static void note_change(struct timing *timing)
{
    int64_t now_us = mr_clock_now_us();
    if (timing->first_us < 0)
        timing->first_us = now_us;
    int64_t latest_us = timing->first_us + MAX_DEBOUNCE_MS * 1000;
    timing->due_us = now_us + DEBOUNCE_MS * 1000;
    if (timing->due_us > latest_us)
        timing->due_us = latest_us;
}

static int get_timeout_ms(const struct mr_reload *reload, const struct timing *timing)
{
    int64_t due_us = timing->first_us >= 0 ? timing->due_us : -1;
    if (reload->restart_us >= 0 && (due_us < 0 || reload->restart_us < due_us))
        due_us = reload->restart_us;
    if (due_us >= 0) {
        int64_t left_us = due_us - mr_clock_now_us();
        return left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
    }
    bool blind = reload->watcher != NULL && mr_watcher_is_blind(reload->watcher);
    return blind ? BLIND_RETRY_MS : -1;
}

static void wait_for_news(struct mr_reload *reload, struct timing *timing)
{
    struct pollfd fds[2] = {
        { .fd = reload->wake_fd, .events = POLLIN },
        { .fd = reload->watcher != NULL ? mr_watcher_fd(reload->watcher) : -1, .events = POLLIN },
    };
    uint64_t count;
    int ready = poll(fds, 2, get_timeout_ms(reload, timing));
    if (ready > 0 && fds[0].revents != 0)
        ready = (int)read(reload->wake_fd, &count, sizeof(count)); /* 8 */
    if (reload->watcher == NULL)
        return;
    if (fds[1].revents != 0 && mr_watcher_read(reload->watcher))
        note_change(timing);
    if (ready == 0 && mr_watcher_is_blind(reload->watcher) && mr_watcher_retry(reload->watcher))
        note_change(timing);
}

static void *run(void *opaque)
{
    struct mr_runner *runner = opaque;
    struct mr_reload *reload = &runner->reload;
    struct timing timing = { .first_us = -1 };
    if (watch_files(runner))
        note_change(&timing);
    while (!atomic_load(&reload->stop)) {
        wait_for_news(reload, &timing);
        if (atomic_exchange(&reload->files_changed, false) && watch_files(runner))
            note_change(&timing);
        if (atomic_exchange(&reload->lost, false))
            mr_runner_bury(runner);
        if (atomic_exchange(&reload->proposed, false) && judge(runner))
            note_change(&timing);
        bool asked = atomic_exchange(&reload->asked, false);
        bool due = timing.first_us >= 0 && mr_clock_now_us() >= timing.due_us;
        if ((asked || due) && !atomic_load(&reload->stop)) {
            timing.first_us = -1; /* what changes from here on is a new change */
            if (reload_once(runner, asked))
                note_change(&timing);
        } else if (reload->restart_us >= 0 && mr_clock_now_us() >= reload->restart_us &&
                   !atomic_load(&reload->stop)) {
            mr_runner_restart(runner);
        }
    }
    mr_runner_set_hurry(runner, false); /* for these last words */
    mr_runner_say_goodbye(runner);      /* here: a process ends with the thread that started it */
    return NULL;
}

/* ---- starting and stopping ---- */

int mr_reload_init(struct mr_runner *runner)
{
    struct mr_reload *reload = &runner->reload;
    reload->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (reload->wake_fd < 0)
        return -errno;
    int result = mr_watcher_create(&reload->watcher);
    if (result < 0) {
        mr_script_log_say(
            runner->log, MR_LOG_WARN,
            "%s is not watched for changes: inotify: %s; SIGHUP loads it again (many watch "
            "files here: raise fs.inotify.max_user_instances)",
            runner->path, strerror(-result));
        return 0;
    }
    mr_watcher_begin(reload->watcher);
    mr_watcher_add(reload->watcher, runner->path);
    mr_watcher_end(reload->watcher);
    return 0;
}

int mr_reload_start(struct mr_runner *runner)
{
    if (runner->good != NULL)
        atomic_store(&runner->reload.files_watched, mr_bundle_count(runner->good));
    runner->reload.restart_us = -1;
    int result = mr_thread_start(&runner->reload.thread, "reload", run, runner);
    runner->reload.started = result == 0;
    return result;
}

void mr_reload_wake(struct mr_runner *runner)
{
    uint64_t one = 1;
    ssize_t written = write(runner->reload.wake_fd, &one, sizeof(one));
    (void)written; /* it can only fail when the thread is to wake up already */
}

void mr_reload_stop(struct mr_runner *runner)
{
    struct mr_reload *reload = &runner->reload;
    if (reload->started) {
        mr_runner_refuse_proposals(runner);
        mr_runner_hurry(runner); /* a version on trial is not waited for */
        atomic_store(&reload->stop, true);
        mr_reload_wake(runner);
        pthread_join(reload->thread, NULL);
        reload->started = false;
    }
    mr_watcher_destroy(reload->watcher);
    mr_bundle_unref(&reload->rejected);
    if (reload->wake_fd >= 0)
        close(reload->wake_fd);
    reload->wake_fd = -1;
}

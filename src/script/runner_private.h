/* What the runner's files share.
 *
 * Locks: a turn (turn.h) may be held while `lock` is taken, not the other way round; `lock` covers
 * a few assignments and never a call into Lua. */
#ifndef MR_SCRIPT_RUNNER_PRIVATE_H
#define MR_SCRIPT_RUNNER_PRIVATE_H

#include "script/blank.h"
#include "script/bundle.h"
#include "script/canvas.h"
#include "script/engine.h"
#include "script/faults.h"
#include "script/runner.h"
#include "script/script_log.h"
#include "script/turn.h"
#include "script/watchdog.h"
#include "script/watcher.h"

#include <pthread.h>
#include <stdatomic.h>

struct mr_reload {
    pthread_t thread;
    bool started;
    int wake_fd;                 /* eventfd: look at the flags */
    atomic_bool stop;            /* set once */
    atomic_bool asked;           /* mr_runner_reload was called */
    atomic_bool files_changed;   /* the live script required something new */
    atomic_size_t files_watched; /* of the live script */

    /* reload thread only, after the start */
    struct mr_watcher *watcher; /* NULL: the system gives none */
    struct mr_bundle *rejected; /* the version that did not pass, watched as well */
    bool missing;               /* the file is gone, and that was said */
};

struct mr_runner {
    /* immutable */
    struct mr_runner_options options; /* strings are the runner's */
    char *stream, *path;
    struct mr_watchdog *watchdog;
    struct mr_canvases *canvases;
    struct mr_script_log *log;
    struct mr_blank *blank;

    struct mr_turn turn;
    /* whoever has the turn */
    struct mr_engine *live;
    uint32_t generation;
    struct mr_faults faults;
    struct mr_picture *held; /* the last good picture, for MR_ON_ERROR_HOLD */

    pthread_mutex_t lock;
    /* protected by lock */
    struct mr_runner_state state;
    struct mr_picture *last; /* the newest frame, as it came: new versions are tried on it */
    unsigned viewers;

    struct mr_reload reload;
};

static inline const char *mr_runner_module(const struct mr_runner *runner)
{
    return mr_script_log_module(runner->log);
}

/* Make an engine for this runner. */
int mr_runner_make_engine(struct mr_runner *runner, struct mr_bundle *bundle, bool trial,
                          struct mr_engine **engine, struct mr_error *error);

/* fallback.c: fill the result of a frame on which the script failed, as options.on_error says. */
void mr_runner_fall_back(struct mr_runner *runner, struct mr_picture *picture, const char *message,
                         struct mr_script_result *result);

/* replace.c: try the version in `bundle`, and let it take over if it passes.
 * return: 0; -errno with *error: the one before goes on */
int mr_runner_replace(struct mr_runner *runner, struct mr_bundle *bundle, struct mr_error *error);

/* reload.c. start: the watcher is made by then; stop joins the thread. */
int mr_reload_init(struct mr_runner *runner);
int mr_reload_start(struct mr_runner *runner);
void mr_reload_stop(struct mr_runner *runner);
void mr_reload_wake(struct mr_runner *runner);

#endif

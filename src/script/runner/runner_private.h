/* What the runner's files share: runner.c (frames), between.c (events, timers, settings), losing.c
 * (a script that is lost), replace.c (one version by the next), reload.c (the thread that does it),
 * proposal.c (a version from elsewhere than the disk), fallback.c (what viewers see instead).
 *
 * Locks: a turn (turn.h) may be held while `lock` is taken, not the other way round; `lock` covers
 * a few assignments and never a call into Lua. */
#ifndef MR_SCRIPT_RUNNER_PRIVATE_H
#define MR_SCRIPT_RUNNER_PRIVATE_H

#include "base/draft.h"
#include "script/draw/blank.h"
#include "script/draw/canvas.h"
#include "script/engine/watchdog.h"
#include "script/lua/script_log.h"
#include "script/process/instance.h"
#include "script/runner/faults.h"
#include "script/runner/inbox.h"
#include "script/runner/notice.h"
#include "script/runner/runner.h"
#include "script/runner/turn.h"
#include "script/runner/watcher.h"

#include <pthread.h>
#include <stdatomic.h>

struct mr_reload {
    pthread_t thread;
    bool started;
    int wake_fd;                 /* eventfd: look at the flags */
    atomic_bool stop;            /* set once */
    atomic_bool asked;           /* mr_runner_reload was called */
    atomic_bool lost;            /* runner->dead is to be buried, a new instance to be started */
    atomic_bool proposed;        /* runner->proposal is to be tried */
    atomic_bool files_changed;   /* the live script required something new */
    atomic_size_t files_watched; /* of the live script */

    /* reload thread only, after the start */
    struct mr_watcher *watcher; /* NULL: the system gives none */
    struct mr_bundle *rejected; /* the version that did not pass, watched as well */
    bool missing;               /* the file is gone, and that was said */
    int64_t restart_us;         /* when a lost script is to be started again; -1: it is not lost */
    unsigned failures;          /* in a row: starts that failed, or did not last */
};

/* A version that somebody wants to run. It is its proposer's, who waits for the verdict; if it went
 * away meanwhile, the reload thread's. */
struct mr_proposal {
    /* immutable */
    struct mr_buffer text, expected;
    bool expects;
    bool trial;
    /* protected by the runner's lock */
    bool taken; /* the reload thread is at it */
    bool decided;
    bool abandoned; /* nobody waits: it must not take over */
    /* the reload thread's until it is decided */
    struct mr_draft draft;
    struct mr_error error;
    enum mr_verdict verdict;
    uint32_t generation;
};

struct mr_runner {
    /* immutable */
    struct mr_runner_options options; /* strings are the runner's */
    char *stream, *path, *host;
    struct mr_watchdog *watchdog; /* NULL: the script has a process of its own */
    struct mr_canvases *canvases;
    struct mr_script_log *log;
    struct mr_blank *blank;
    struct mr_notice_painter *notice;
    struct mr_instance_options instance_options;

    atomic_bool hurry; /* calls into a script's process are given up */

    struct mr_turn turn;
    /* whoever has the turn */
    struct mr_instance *live; /* NULL while the script is lost */
    struct mr_instance *dead; /* lost, for the reload thread */
    struct mr_bundle *good;   /* what live was loaded from, or is to be loaded again from; NULL: no
                                    version could be loaded yet (options.wait) */
    struct mr_heritage heritage;          /* settings: the current ones, before the first version
                                    options.settings; state: what a lost script left */
    int64_t live_since_us, live_until_us; /* took over; last came back from a call */
    uint32_t generation;
    uint64_t limits_met; /* of the live instance's, how many were told of */
    struct mr_faults faults;
    struct mr_picture *held; /* the last good picture, for MR_ON_ERROR_HOLD */

    struct mr_inbox inbox; /* any thread */

    pthread_mutex_t lock;
    pthread_cond_t settled; /* state.running or `attempts` changed, or it is over */
    /* protected by lock */
    struct mr_runner_state state;
    struct mr_picture *last; /* the newest frame, as it came: new versions are tried on it */
    unsigned viewers;
    uint64_t attempts;            /* to start a lost script again */
    struct mr_proposal *proposal; /* one at a time, until it is decided */
    bool deaf;                    /* no more proposals */

    struct mr_reload reload;
};

/* Make an instance for this runner, and count it. */
int mr_runner_make_instance(struct mr_runner *runner, struct mr_instance **instance,
                            struct mr_error *error);

/* Log an error of the live script, once for each kind, and keep it for the API; with the turn held. */
void mr_runner_note_error(struct mr_runner *runner, const struct mr_error *error);

/* Give up calls into the script that are under way, and all later ones, until told otherwise. */
void mr_runner_set_hurry(struct mr_runner *runner, bool hurry);

/* When the live script's next timer is due; -1: none is set, or it is lost. With the turn held. */
int64_t mr_runner_next_timer_us(const struct mr_runner *runner);

/* What becomes of a stream whose new version cannot run, for messages. The reload thread's. */
const char *mr_runner_stand(const struct mr_runner *runner);

/* Something is to be done between frames. */
void mr_runner_wake(struct mr_runner *runner);

/* fallback.c: fill the result of a frame on which the script failed, as options.on_error says. */
void mr_runner_fall_back(struct mr_runner *runner, struct mr_picture *picture, const char *message,
                         struct mr_script_result *result);

/* losing.c. */

/* After every call of runner->live, with the turn held: if the instance was lost by it, keep its
 * state and have a new one started. */
void mr_runner_check_live(struct mr_runner *runner, const struct mr_error *error);

/* Count a lost instance among the deaths or the kills. */
void mr_runner_count_loss(struct mr_runner *runner, bool died);

/* Wait until a lost script runs again or could not be started (options.patient); without the turn. */
void mr_runner_wait_for_live(struct mr_runner *runner);

/* The reload thread's part: bury and schedule; start again. */
void mr_runner_bury(struct mr_runner *runner);
void mr_runner_restart(struct mr_runner *runner);

/* Say "stop" to the live script and let go of it; nobody calls it any more. */
void mr_runner_say_goodbye(struct mr_runner *runner);

/* replace.c: try the version in `bundle`, and let it take over if it passes and, if it is a proposal
 * (else NULL), could be saved.
 * return: 0; -errno with *error: the one before goes on */
int mr_runner_replace(struct mr_runner *runner, struct mr_bundle *bundle,
                      struct mr_proposal *proposal, struct mr_error *error);

/* Ask the live script for its settings and keep them; with the turn held. */
void mr_runner_keep_settings(struct mr_runner *runner, struct mr_instance *instance);

/* proposal.c, by the reload thread. */

/* Put runner->proposal to the test, if there is one, and say what became of it.
 * return: whether another version runs now */
bool mr_runner_judge(struct mr_runner *runner);

/* Steps of mr_runner_replace: write the file; let it take its place; neither for a trial.
 * return: 0; -errno with *error */
int mr_proposal_prepare(struct mr_runner *runner, struct mr_proposal *proposal,
                        struct mr_error *error);
int mr_proposal_save(struct mr_proposal *proposal, struct mr_error *error);

/* reload.c. start: the watcher is made by then; stop joins the thread, which says goodbye. */
int mr_reload_init(struct mr_runner *runner);
int mr_reload_start(struct mr_runner *runner);
void mr_reload_stop(struct mr_runner *runner);
void mr_reload_wake(struct mr_runner *runner);

#endif

/* The live instance: the version of the script that runs, what it is made with, and what it leaves to
 * the next one. One a stream.
 *
 * Whoever calls the instance has the turn: the script thread for each frame and between two frames,
 * the keeper's thread to replace the instance (replace.h), any thread for settings. After each call
 * mr_live_check sees to an instance that was lost by it; the bell then tells the keeper.
 *
 * Locks: a turn (turn.h) may be held while `lock` is taken, not the other way round; `lock` covers a
 * few assignments and never a call into Lua. */
#ifndef MR_SCRIPT_LIVE_H
#define MR_SCRIPT_LIVE_H

#include "script/draw/canvas.h"
#include "script/lua/script_log.h"
#include "script/lua/watchdog.h"
#include "script/process/instance.h"
#include "script/runner/bell.h"
#include "script/runner/faults.h"
#include "script/runner/runner_options.h"
#include "script/runner/turn.h"

#include <pthread.h>
#include <stdatomic.h>

struct mr_live {
    /* immutable */
    struct mr_runner_options options; /* strings are this structure's */
    char *stream, *path, *host;
    struct mr_watchdog *watchdog; /* NULL: the script has a process of its own */
    struct mr_canvases *canvases;
    struct mr_script_log *log;
    struct mr_bell *bell; /* borrowed: the keeper's */
    struct mr_instance_options instance_options;

    atomic_bool hurry; /* calls into the script are given up */

    struct mr_turn turn;
    /* whoever has the turn */
    struct mr_instance *instance; /* NULL while the script is lost */
    struct mr_instance *dead;     /* lost, for the keeper to bury */
    struct mr_bundle *good; /* what the instance was loaded from, or is to be loaded from again;
                                     NULL: no version could be loaded yet (options.wait). Only the
                                     keeper's thread changes it */
    struct mr_heritage heritage; /* settings: the current ones, before the first version
                                     options.settings; state: what a lost script left */
    int64_t since_us, until_us;  /* took over; last came back from a call */
    uint32_t generation;
    uint64_t limits_met; /* of the instance's, how many were told of */
    size_t files_told;   /* files of `good` that the keeper knows of */
    struct mr_faults faults;

    pthread_mutex_t lock;
    pthread_cond_t settled; /* state.running or `attempts` changed, or there is no time to wait */
    /* protected by lock */
    struct mr_runner_state state;
    struct mr_picture *last; /* the newest frame, as it came: new versions are tried on it */
    unsigned viewers;
    uint64_t attempts; /* to start a lost script again */
};

/* Prepare for a first version; nothing is loaded.
 * in:     live: zeroed; options: strings are copied; bell: borrowed
 * return: 0; -errno, and mr_live_finish is to be called all the same */
int mr_live_init(struct mr_live *live, const struct mr_runner_options *options,
                 struct mr_bell *bell);

/* Free everything, without a shutdown. The keeper's thread has ended. */
void mr_live_finish(struct mr_live *live);

/* ---- whoever has the turn ---- */

/* After every call of live->instance: if it was lost by it, keep its state and have the keeper start
 * a new one. An error that the script swallowed (a memory limit) is noted.
 * in: error: of the call; code 0: it went well */
void mr_live_check(struct mr_live *live, const struct mr_error *error);

/* Log an error of the instance, once for each kind, and keep it for the API. */
void mr_live_note_error(struct mr_live *live, const struct mr_error *error);

/* Ask the instance, which is there, for its settings and keep them for the next one; it may be lost
 * by that. */
void mr_live_keep_settings(struct mr_live *live);

/* return: when the instance's next timer is due (mr_clock_now_us); -1: none is set, or it is lost */
int64_t mr_live_next_timer_us(const struct mr_live *live);

/* Tell the keeper if the script has read a file since the last call. */
void mr_live_tell_files(struct mr_live *live);

/* ---- any thread ---- */

/* Make an instance that may become the live one, and count its process.
 * out:    *instance, the caller's; NULL on error
 * return: 0; -errno with *error */
int mr_live_make_instance(struct mr_live *live, struct mr_instance **instance,
                          struct mr_error *error);

/* Count a lost process among the deaths or the kills. */
void mr_live_count_loss(struct mr_live *live, bool died);

/* Give up calls into the script that are under way, and all later ones, until told otherwise. */
void mr_live_set_hurry(struct mr_live *live, bool hurry);

/* Call options.wake: something is to be done between two frames. */
void mr_live_wake(struct mr_live *live);

/* Copy the counters and the state. */
void mr_live_get_state(struct mr_live *live, struct mr_runner_state *state);

/* Wait until a lost script runs again or could not be started; without the turn. */
void mr_live_wait(struct mr_live *live);

/* ---- the keeper's thread ---- */

/* return: what becomes of the stream when a new version cannot run, for messages; a constant */
const char *mr_live_stand(const struct mr_live *live);

/* Take a lost instance away, to destroy it.
 * out:    *lasted_us: how long it ran
 * return: the caller's; NULL: there is none */
struct mr_instance *mr_live_take_dead(struct mr_live *live, int64_t *lasted_us);

/* A lost script was started again, or could not be: whoever waits in mr_live_wait goes on. */
void mr_live_note_attempt(struct mr_live *live);

/* Count a version that did not pass its test.
 * in: why: kept for the API; NULL: only count */
void mr_live_note_rejected(struct mr_live *live, const char *why);

/* Call shutdown("stop") and destroy the instance; no other thread calls it any more. */
void mr_live_end(struct mr_live *live);

#endif

#include "script/runner/keeper.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "script/runner/replace.h"

#include <errno.h>
#include <string.h>

/* A trial ends so long after the last one who followed the log, as a studio does, has gone. Whether it has gone is looked
 * at now and then, while a trial runs. */
#define TRIAL_GRACE_US INT64_C(10000000)
#define TRIAL_LOOK_US  INT64_C(1000000)

static bool is_cut_short(const struct mr_keeper *keeper)
{
    return mr_bell_is_rung(keeper->bell, MR_BELL_STOP) || atomic_load(&keeper->live->hurry);
}

static void watch_files(struct mr_keeper *keeper)
{
    struct mr_live *live = keeper->live;
    int result = mr_changes_watch(&keeper->changes, live->good, keeper->rejected);
    if (result < 0 && !keeper->unwatched)
        mr_script_log_say(live->log, MR_LOG_WARN,
                          "%s: not all of its files are watched for changes: %s; SIGHUP loads it "
                          "again",
                          live->path, result == -ENOSPC ? "they are too many" : strerror(-result));
    keeper->unwatched = result < 0;
}

/* A new version runs. */
static void settle(struct mr_keeper *keeper)
{
    struct mr_live *live = keeper->live;
    struct mr_runner_state state;
    mr_restart_reset(&keeper->restart); /* should the one before have been lost */
    mr_live_get_state(live, &state);
    keeper->trial_since_us = state.trial ? mr_clock_now_us() : 0;
    mr_script_log_say(live->log, MR_LOG_INFO, "%s %s (version %u)", live->path,
                      state.trial ? "is as it was; an unsaved text runs" : "loaded",
                      state.generation);
}

/* ---- what is on the disk ---- */

static void reject(struct mr_keeper *keeper, const struct mr_error *error)
{
    struct mr_live *live = keeper->live;
    if (is_cut_short(keeper))
        return;
    mr_live_note_rejected(live, error->text);
    mr_script_log_say(live->log, MR_LOG_ERROR, "%s; %s", error->text, mr_live_stand(live));
}

/* return: whether the file is not there, which is said once */
static bool is_missing(struct mr_keeper *keeper, int result, bool asked)
{
    bool missing = result == -ENOENT && !asked;
    if (missing && !keeper->missing)
        mr_script_log_say(keeper->live->log, MR_LOG_WARN, "%s is gone; %s", keeper->live->path,
                          mr_live_stand(keeper->live));
    keeper->missing = missing;
    return missing;
}

static bool is_same_text(const struct mr_bundle *a, const struct mr_bundle *b)
{
    const struct mr_bundle_text *left = mr_bundle_main(a), *right = mr_bundle_main(b);
    return left->size == right->size && memcmp(left->data, right->data, left->size) == 0;
}

/* Saving a proposal changes the file, and the watcher tells of it up to half a second later: no reason
 * to load what runs already, nor to end a trial that began meanwhile. A trial ends when the files are
 * no longer what they were when it began.
 * return: whether `bundle`, just read from disk, has nothing new for the live script */
static bool is_live(struct mr_keeper *keeper, const struct mr_bundle *bundle)
{
    struct mr_runner_state state;
    struct mr_bundle *good = keeper->live->good;
    if (good == NULL)
        return false;
    mr_live_get_state(keeper->live, &state);
    return (state.trial || is_same_text(bundle, good)) && keeper->rejected == NULL &&
           !mr_bundle_is_stale(good);
}

static void load_from_disk(struct mr_keeper *keeper, bool asked)
{
    struct mr_error error = { 0 };
    struct mr_candidate candidate = { 0 };
    int result = mr_bundle_open(keeper->live->path, &candidate.bundle, &error);
    if (is_missing(keeper, result, asked))
        return;
    if (result == 0 && !asked && is_live(keeper, candidate.bundle)) {
        mr_bundle_unref(&candidate.bundle);
        return;
    }
    if (result == 0)
        result = mr_replace_run(keeper->live, &candidate, &error);
    mr_bundle_unref(&keeper->rejected);
    if (result == 0) {
        settle(keeper);
        mr_bundle_unref(&candidate.bundle);
    } else {
        reject(keeper, &error);
        keeper->rejected = candidate.bundle;
    }
    watch_files(keeper);
}

/* ---- proposals ---- */

/* return: the verdict, which is said and counted when the text is at fault */
static enum mr_verdict judge(struct mr_keeper *keeper, const struct mr_proposal *proposal,
                             int result, const struct mr_error *error)
{
    struct mr_live *live = keeper->live;
    enum mr_verdict verdict = mr_proposal_judge(proposal, result);
    if (verdict != MR_VERDICT_RUNS && atomic_load(&live->hurry))
        verdict = MR_VERDICT_BUSY; /* it was cut short */
    if (verdict != MR_VERDICT_RUNS && verdict != MR_VERDICT_BUSY)
        mr_script_log_say(live->log, MR_LOG_WARN, "%s; it was proposed, %s", error->text,
                          mr_live_stand(live));
    if (verdict == MR_VERDICT_REJECTED)
        mr_live_note_rejected(live, NULL);
    return verdict;
}

static void try_proposal(struct mr_keeper *keeper)
{
    struct mr_error error = { 0 };
    struct mr_candidate candidate;
    struct mr_runner_state state;
    struct mr_proposal *proposal = mr_proposals_take(&keeper->proposals);
    if (proposal == NULL)
        return;
    int result = mr_proposal_open(proposal, &candidate, &error);
    if (result == 0)
        result = mr_replace_run(keeper->live, &candidate, &error);
    enum mr_verdict verdict = judge(keeper, proposal, result, &error);
    mr_live_get_state(keeper->live, &state);
    mr_proposals_decide(&keeper->proposals, proposal, verdict, state.generation, &error);
    if (result < 0)
        return;
    mr_bundle_unref(&keeper->rejected);
    settle(keeper);
    watch_files(keeper);
}

/* Nobody who began a trial without following the log can be seen to go: it lasts. */
static bool is_trial_left(const struct mr_keeper *keeper)
{
    int64_t left_us = mr_log_ring_left_us(mr_script_log_ring(keeper->live->log));
    return keeper->trial_since_us > 0 && left_us > keeper->trial_since_us &&
           mr_clock_now_us() - left_us >= TRIAL_GRACE_US;
}

static void end_trial(struct mr_keeper *keeper)
{
    mr_script_log_say(keeper->live->log, MR_LOG_INFO,
                      "%s: nobody looks after the unsaved text any more; the saved one runs again",
                      keeper->live->path);
    keeper->trial_since_us = 0;
    load_from_disk(keeper, true);
}

/* ---- a lost script ---- */

static void bury(struct mr_keeper *keeper)
{
    int64_t lasted_us;
    mr_instance_destroy(mr_live_take_dead(keeper->live, &lasted_us));
    mr_restart_lost(&keeper->restart, lasted_us);
}

static void start_again(struct mr_keeper *keeper)
{
    struct mr_live *live = keeper->live;
    struct mr_error error = { 0 };
    const struct mr_candidate candidate = { .bundle = live->good,
                                            .trial = keeper->trial_since_us > 0 };
    int result = mr_replace_run(live, &candidate, &error);
    if (result == 0) {
        mr_restart_done(&keeper->restart);
        watch_files(keeper);
        mr_script_log_say(live->log, MR_LOG_INFO, "%s runs again", live->path);
    } else {
        mr_restart_failed(&keeper->restart);
        if (!is_cut_short(keeper))
            mr_script_log_say(live->log, MR_LOG_ERROR, "%s; the next try is in %.1f s", error.text,
                              (double)(keeper->restart.due_us - mr_clock_now_us()) / 1e6);
    }
    mr_live_note_attempt(live);
}

/* ---- the thread ---- */

static bool is_restart_due(const struct mr_keeper *keeper)
{
    int64_t due_us = keeper->restart.due_us;
    return due_us >= 0 && mr_clock_now_us() >= due_us;
}

static void work(struct mr_keeper *keeper)
{
    if (mr_bell_take(keeper->bell, MR_BELL_FILES))
        watch_files(keeper);
    if (mr_bell_take(keeper->bell, MR_BELL_LOST))
        bury(keeper);
    if (mr_bell_take(keeper->bell, MR_BELL_PROPOSED))
        try_proposal(keeper);
    bool asked = mr_bell_take(keeper->bell, MR_BELL_ASKED);
    if (mr_bell_is_rung(keeper->bell, MR_BELL_STOP))
        return;
    if (asked || mr_changes_are_due(&keeper->changes)) {
        mr_changes_forget(&keeper->changes);
        load_from_disk(keeper, asked);
    } else if (is_trial_left(keeper)) {
        end_trial(keeper);
    } else if (is_restart_due(keeper)) {
        start_again(keeper);
    }
}

/* When to look again at the latest; -1: not before something happens. */
static int64_t get_due_us(const struct mr_keeper *keeper)
{
    int64_t look_us = mr_clock_now_us() + TRIAL_LOOK_US, due_us = keeper->restart.due_us;
    if (keeper->trial_since_us > 0 && (due_us < 0 || look_us < due_us))
        return look_us;
    return due_us;
}

static void *run(void *opaque)
{
    struct mr_keeper *keeper = opaque;
    watch_files(keeper);
    while (!mr_bell_is_rung(keeper->bell, MR_BELL_STOP)) {
        mr_changes_wait(&keeper->changes, keeper->bell, get_due_us(keeper));
        work(keeper);
    }
    mr_live_set_hurry(keeper->live, false); /* for its last words */
    mr_live_end(keeper->live); /* here: a process ends with the thread that started it */
    return NULL;
}

/* ---- starting and stopping ---- */

void mr_keeper_init(struct mr_keeper *keeper, struct mr_live *live, struct mr_bell *bell)
{
    *keeper = (struct mr_keeper){ .live = live, .bell = bell };
    mr_restart_reset(&keeper->restart);
    mr_proposals_init(&keeper->proposals, live->path, bell);
    int result = mr_changes_init(&keeper->changes, live->path);
    if (result < 0)
        mr_script_log_say(
            live->log, MR_LOG_WARN,
            "%s is not watched for changes: inotify: %s; SIGHUP loads it again (many watch "
            "files here: raise fs.inotify.max_user_instances)",
            live->path, strerror(-result));
}

int mr_keeper_start(struct mr_keeper *keeper, struct mr_bundle *rejected)
{
    keeper->rejected = rejected;
    keeper->missing = rejected == NULL && keeper->live->good == NULL;
    int result = mr_thread_start(&keeper->thread, "reload", run, keeper);
    keeper->started = result == 0;
    return result;
}

void mr_keeper_finish(struct mr_keeper *keeper)
{
    if (keeper->started) {
        mr_proposals_refuse(&keeper->proposals);
        mr_live_set_hurry(keeper->live, true); /* a version on trial is not waited for */
        mr_bell_ring(keeper->bell, MR_BELL_STOP);
        pthread_join(keeper->thread, NULL);
    }
    mr_changes_finish(&keeper->changes);
    mr_bundle_unref(&keeper->rejected);
    mr_proposals_finish(&keeper->proposals);
}

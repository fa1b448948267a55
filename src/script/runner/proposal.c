/* A version that does not come from the disk: somebody proposes a text and waits, the reload thread
 * puts it to the test (replace.c) and, between its last test and its taking over, saves it. */
#include "base/clock.h"
#include "base/file.h"
#include "base/private_files.h"
#include "base/thread.h"
#include "script/runner/runner_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_US 5000000 /* how long a proposer waits until it is its turn */

/* ---- the file ---- */

int mr_runner_read_script(struct mr_runner *runner, struct mr_buffer *text, struct mr_error *error)
{
    int result = mr_file_read_script(runner->path, MR_BUNDLE_MAX_BYTES, text);
    if (result < 0)
        return mr_error_set(error, result, "cannot read the script \"%s\": %s", runner->path,
                            result == -EFBIG   ? "longer than 1 MiB"
                            : result == MR_PRIVATE_FILES_DENIED ? MR_PRIVATE_FILES_REASON
                                               : strerror(-result));
    return 0;
}

struct mr_log_ring *mr_runner_log(struct mr_runner *runner)
{
    return mr_script_log_ring(runner->log);
}

static int check_unchanged(struct mr_runner *runner, struct mr_proposal *proposal,
                           struct mr_error *error)
{
    const struct mr_buffer *expected = &proposal->expected;
    struct mr_buffer now = { 0 };
    if (!proposal->expects)
        return 0;
    int result = mr_file_read_script(runner->path, MR_BUNDLE_MAX_BYTES, &now);
    bool same = result == 0 && now.size == expected->size &&
                (now.size == 0 || memcmp(now.data, expected->data, now.size) == 0);
    mr_buffer_finish(&now);
    if (same)
        return 0;
    proposal->verdict = MR_VERDICT_CHANGED;
    return mr_error_set(error, -ESTALE, "%s has changed since it was read", runner->path);
}

static int refuse_unsaved(struct mr_proposal *proposal, int result, const char *path,
                          struct mr_error *error)
{
    proposal->verdict = MR_VERDICT_UNSAVED;
    return mr_error_set(error, result, "cannot save the script \"%s\": %s", path,
                        result == MR_PRIVATE_FILES_DENIED ? MR_PRIVATE_FILES_REASON : strerror(-result));
}

static int check_awaited(struct mr_runner *runner, const struct mr_proposal *proposal,
                         struct mr_error *error)
{
    pthread_mutex_lock(&runner->lock);
    bool abandoned = proposal->abandoned;
    pthread_mutex_unlock(&runner->lock);
    return abandoned ? mr_error_set(error, -ECANCELED, "nobody waits for it any more") : 0;
}

int mr_proposal_prepare(struct mr_runner *runner, struct mr_proposal *proposal,
                        struct mr_error *error)
{
    int result = check_unchanged(runner, proposal, error);
    if (result == 0)
        result = check_awaited(runner, proposal, error);
    if (result < 0 || proposal->trial)
        return result;
    result =
        mr_draft_write(&proposal->draft, runner->path, proposal->text.data, proposal->text.size);
    return result < 0 ? refuse_unsaved(proposal, result, runner->path, error) : 0;
}

int mr_proposal_save(struct mr_proposal *proposal, struct mr_error *error)
{
    int result = proposal->trial ? 0 : mr_draft_commit(&proposal->draft);
    return result < 0 ? refuse_unsaved(proposal, result, proposal->draft.path, error) : 0;
}

/* ---- the reload thread's part ---- */

static int try_it(struct mr_runner *runner, struct mr_proposal *proposal)
{
    struct mr_bundle *bundle = NULL;
    struct mr_error *error = &proposal->error;
    int result = check_unchanged(runner, proposal, error);
    if (result == 0)
        result = mr_bundle_open_text(runner->path, proposal->text.data, proposal->text.size,
                                     &bundle, error);
    if (result == 0)
        result = mr_runner_replace(runner, bundle, proposal, error);
    if (result == 0 && !proposal->trial)
        mr_bundle_note_saved(bundle);
    mr_bundle_unref(&bundle);
    mr_draft_finish(&proposal->draft);
    return result;
}

static void proposal_destroy(struct mr_proposal *proposal)
{
    mr_buffer_finish(&proposal->text);
    mr_buffer_finish(&proposal->expected);
    free(proposal);
}

static void decide(struct mr_runner *runner, struct mr_proposal *proposal)
{
    pthread_mutex_lock(&runner->lock);
    runner->state.rejected += proposal->verdict == MR_VERDICT_REJECTED;
    proposal->generation = runner->state.generation;
    proposal->decided = true;
    bool abandoned = proposal->abandoned;
    runner->proposal = NULL;
    pthread_cond_broadcast(&runner->settled);
    pthread_mutex_unlock(&runner->lock);
    if (abandoned)
        proposal_destroy(proposal);
}

bool mr_runner_judge(struct mr_runner *runner)
{
    pthread_mutex_lock(&runner->lock);
    struct mr_proposal *proposal = runner->proposal;
    if (proposal != NULL)
        proposal->taken = true;
    pthread_mutex_unlock(&runner->lock);
    if (proposal == NULL)
        return false;

    proposal->verdict = MR_VERDICT_REJECTED; /* unless somebody knows better */
    bool runs = try_it(runner, proposal) == 0;
    if (runs)
        proposal->verdict = MR_VERDICT_RUNS;
    else if (atomic_load(&runner->hurry) || proposal->error.code == -ECANCELED)
        proposal->verdict = MR_VERDICT_BUSY; /* it was cut short */
    else
        mr_script_log_say(runner->log, MR_LOG_WARN, "%s; it was proposed, %s", proposal->error.text,
                          mr_runner_stand(runner));
    decide(runner, proposal);
    return runs;
}

/* ---- the proposer's part ---- */

void mr_runner_refuse_proposals(struct mr_runner *runner)
{
    pthread_mutex_lock(&runner->lock);
    runner->deaf = true;
    pthread_cond_broadcast(&runner->settled);
    pthread_mutex_unlock(&runner->lock);
}

static struct mr_proposal *proposal_create(const struct mr_script_proposal *wanted)
{
    struct mr_proposal *proposal = calloc(1, sizeof(*proposal));
    if (proposal == NULL)
        return NULL;
    mr_buffer_append(&proposal->text, wanted->text, wanted->size);
    proposal->trial = wanted->trial;
    proposal->expects = wanted->expected != NULL;
    if (proposal->expects)
        mr_buffer_append(&proposal->expected, wanted->expected->data, wanted->expected->size);
    if (!proposal->text.failed && !proposal->expected.failed)
        return proposal;
    proposal_destroy(proposal);
    return NULL;
}

/* Wait until nobody else is at it, then be the one who is. return: whether it is our turn */
static bool enter(struct mr_runner *runner, struct mr_proposal *proposal)
{
    int64_t until_us = mr_clock_now_us() + QUEUE_US;
    pthread_mutex_lock(&runner->lock);
    while (runner->proposal != NULL && !runner->deaf)
        if (mr_cond_wait_until(&runner->settled, &runner->lock, until_us) != 0)
            break;
    bool free = runner->proposal == NULL && !runner->deaf;
    if (free)
        runner->proposal = proposal;
    pthread_mutex_unlock(&runner->lock);
    return free;
}

/* return: whether the proposal is ours again; else it is the reload thread's */
static bool wait_for_verdict(struct mr_runner *runner, struct mr_proposal *proposal)
{
    pthread_mutex_lock(&runner->lock);
    while (!proposal->decided && !runner->deaf)
        pthread_cond_wait(&runner->settled, &runner->lock);
    if (!proposal->decided && !proposal->taken)
        runner->proposal = NULL; /* and never will be */
    bool ours = proposal->decided || !proposal->taken;
    proposal->abandoned = !proposal->decided;
    pthread_mutex_unlock(&runner->lock);
    return ours;
}

enum mr_verdict mr_runner_propose(struct mr_runner *runner, const struct mr_script_proposal *wanted,
                                  uint32_t *generation, struct mr_error *error)
{
    enum mr_verdict verdict = MR_VERDICT_BUSY;
    struct mr_proposal *proposal = proposal_create(wanted);
    if (proposal == NULL) {
        mr_error_set(error, -ENOMEM, "out of memory");
        return MR_VERDICT_FAILED;
    }
    mr_error_set(error, -EBUSY, "another version is being tried, or the stream ends");
    bool ours = true;
    if (enter(runner, proposal)) {
        atomic_store(&runner->reload.proposed, true);
        mr_reload_wake(runner);
        ours = wait_for_verdict(runner, proposal);
    }
    if (ours && proposal->decided) {
        verdict = proposal->verdict;
        *generation = proposal->generation;
        *error = proposal->error;
    }
    if (ours)
        proposal_destroy(proposal);
    return verdict;
}

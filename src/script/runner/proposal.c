#include "script/runner/proposal.h"

#include "base/clock.h"
#include "base/draft.h"
#include "base/file.h"
#include "base/private_files.h"
#include "base/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_US 5000000 /* how long a proposer waits until it is its turn */

/* It is its proposer's, who waits for the verdict; if the proposer went away meanwhile, the keeper's. */
struct mr_proposal {
    /* immutable */
    struct mr_proposals *proposals;
    struct mr_buffer text, expected;
    bool expects;
    bool trial;
    /* protected by the proposals' lock */
    bool taken; /* the keeper is at it */
    bool decided;
    bool abandoned;  /* nobody waits: it must not take over */
    bool committing; /* it takes over: its proposer waits for the verdict in any case */
    /* the keeper's until it is decided */
    struct mr_bundle *bundle;
    struct mr_draft draft;
    struct mr_error error;
    enum mr_verdict verdict;
    uint32_t generation;
};

void mr_proposals_init(struct mr_proposals *proposals, const char *path, struct mr_bell *bell)
{
    *proposals = (struct mr_proposals){ .path = path, .bell = bell };
    pthread_mutex_init(&proposals->lock, NULL);
    mr_thread_cond_init(&proposals->changed);
}

void mr_proposals_finish(struct mr_proposals *proposals)
{
    pthread_cond_destroy(&proposals->changed);
    pthread_mutex_destroy(&proposals->lock);
}

/* ---- the steps of a candidate ---- */

static int refuse_changed(struct mr_proposal *proposal, struct mr_error *error)
{
    proposal->verdict = MR_VERDICT_CHANGED;
    return mr_error_set(error, -ESTALE, "%s has changed since it was read",
                        proposal->proposals->path);
}

static int check_unchanged(struct mr_proposal *proposal, struct mr_error *error)
{
    bool same = !proposal->expects || mr_file_holds(proposal->proposals->path, &proposal->expected);
    return same ? 0 : refuse_changed(proposal, error);
}

static int refuse_unsaved(struct mr_proposal *proposal, int result, const char *path,
                          struct mr_error *error)
{
    proposal->verdict = MR_VERDICT_UNSAVED;
    return mr_error_set(error, result, "cannot save the script \"%s\": %s", path,
                        result == MR_PRIVATE_FILES_DENIED ? MR_PRIVATE_FILES_REASON
                                                          : strerror(-result));
}

static int refuse_abandoned(struct mr_error *error)
{
    return mr_error_set(error, -ECANCELED, "nobody waits for it any more");
}

static int check_awaited(const struct mr_proposal *proposal, struct mr_error *error)
{
    pthread_mutex_lock(&proposal->proposals->lock);
    bool abandoned = proposal->abandoned;
    pthread_mutex_unlock(&proposal->proposals->lock);
    return abandoned ? refuse_abandoned(error) : 0;
}

/* Write the draft of the new file beside the old one. */
static int prepare_proposal(void *opaque, struct mr_error *error)
{
    struct mr_proposal *proposal = opaque;
    const char *path = proposal->proposals->path;
    int result = check_unchanged(proposal, error);
    if (result == 0)
        result = check_awaited(proposal, error);
    if (result < 0 || proposal->trial)
        return result;
    result = mr_draft_write(&proposal->draft, path, proposal->text.data, proposal->text.size);
    return result < 0 ? refuse_unsaved(proposal, result, path, error) : 0;
}

/* From here on the proposal cannot be abandoned any more.
 * return: 0; -ECANCELED with *error: it was */
static int begin_commit(struct mr_proposal *proposal, struct mr_error *error)
{
    pthread_mutex_lock(&proposal->proposals->lock);
    proposal->committing = !proposal->abandoned;
    pthread_mutex_unlock(&proposal->proposals->lock);
    return proposal->committing ? 0 : refuse_abandoned(error);
}

/* Let the draft take the file's place. */
static int commit(void *opaque, struct mr_error *error)
{
    struct mr_proposal *proposal = opaque;
    int result = begin_commit(proposal, error);
    if (result < 0 || proposal->trial)
        return result;
    result = mr_draft_commit(&proposal->draft, proposal->expects ? &proposal->expected : NULL);
    if (result == -ESTALE)
        return refuse_changed(proposal, error);
    return result < 0 ? refuse_unsaved(proposal, result, proposal->draft.path, error) : 0;
}

int mr_proposal_open(struct mr_proposal *proposal, struct mr_candidate *candidate,
                     struct mr_error *error)
{
    int result = check_unchanged(proposal, error);
    if (result == 0)
        result = mr_bundle_open_text(proposal->proposals->path, proposal->text.data,
                                     proposal->text.size, &proposal->bundle, error);
    *candidate = (struct mr_candidate){ .bundle = proposal->bundle,
                                        .trial = proposal->trial,
                                        .prepare = prepare_proposal,
                                        .commit = commit,
                                        .opaque = proposal };
    return result;
}

/* ---- the keeper's part ---- */

struct mr_proposal *mr_proposals_take(struct mr_proposals *proposals)
{
    pthread_mutex_lock(&proposals->lock);
    struct mr_proposal *proposal = proposals->current;
    if (proposal != NULL)
        proposal->taken = true;
    pthread_mutex_unlock(&proposals->lock);
    return proposal;
}

enum mr_verdict mr_proposal_judge(const struct mr_proposal *proposal, int result)
{
    if (result == 0)
        return MR_VERDICT_RUNS;
    return result == -ECANCELED ? MR_VERDICT_BUSY : proposal->verdict;
}

static void destroy(struct mr_proposal *proposal)
{
    mr_buffer_finish(&proposal->text);
    mr_buffer_finish(&proposal->expected);
    free(proposal);
}

void mr_proposals_decide(struct mr_proposals *proposals, struct mr_proposal *proposal,
                         enum mr_verdict verdict, uint32_t generation, const struct mr_error *error)
{
    if (verdict == MR_VERDICT_RUNS && !proposal->trial) {
        mr_bundle_note_saved(proposal->bundle);
        mr_draft_settle(&proposal->draft);
    }
    mr_bundle_unref(&proposal->bundle);
    mr_draft_finish(&proposal->draft);
    proposal->verdict = verdict;
    proposal->generation = generation;
    proposal->error = *error;

    pthread_mutex_lock(&proposals->lock);
    proposal->decided = true;
    bool abandoned = proposal->abandoned;
    proposals->current = NULL;
    pthread_cond_broadcast(&proposals->changed);
    pthread_mutex_unlock(&proposals->lock);
    if (abandoned)
        destroy(proposal);
}

/* ---- the proposer's part ---- */

void mr_proposals_refuse(struct mr_proposals *proposals)
{
    pthread_mutex_lock(&proposals->lock);
    proposals->refused = true;
    pthread_cond_broadcast(&proposals->changed);
    pthread_mutex_unlock(&proposals->lock);
}

static struct mr_proposal *create(struct mr_proposals *proposals,
                                  const struct mr_script_proposal *wanted)
{
    struct mr_proposal *proposal = calloc(1, sizeof(*proposal));
    if (proposal == NULL)
        return NULL;
    proposal->proposals = proposals;
    proposal->verdict = MR_VERDICT_REJECTED; /* unless one of its steps knows better */
    mr_buffer_append(&proposal->text, wanted->text, wanted->size);
    proposal->trial = wanted->trial;
    proposal->expects = wanted->expected != NULL;
    if (proposal->expects)
        mr_buffer_append(&proposal->expected, wanted->expected->data, wanted->expected->size);
    if (!proposal->text.failed && !proposal->expected.failed)
        return proposal;
    destroy(proposal);
    return NULL;
}

/* Wait until no other proposal is tried, then be the one that is. return: whether it is our turn */
static bool enter(struct mr_proposals *proposals, struct mr_proposal *proposal)
{
    int64_t until_us = mr_clock_now_us() + QUEUE_US;
    pthread_mutex_lock(&proposals->lock);
    while (proposals->current != NULL && !proposals->refused)
        if (mr_thread_cond_wait_until(&proposals->changed, &proposals->lock, until_us) != 0)
            break;
    bool free = proposals->current == NULL && !proposals->refused;
    if (free)
        proposals->current = proposal;
    pthread_mutex_unlock(&proposals->lock);
    return free;
}

/* return: whether the proposal is ours again; else it is the keeper's */
static bool wait_for_verdict(struct mr_proposals *proposals, struct mr_proposal *proposal)
{
    pthread_mutex_lock(&proposals->lock);
    while (!proposal->decided && (!proposals->refused || proposal->committing))
        pthread_cond_wait(&proposals->changed, &proposals->lock);
    if (!proposal->decided && !proposal->taken)
        proposals->current = NULL; /* and never will be */
    bool ours = proposal->decided || !proposal->taken;
    proposal->abandoned = !proposal->decided;
    pthread_mutex_unlock(&proposals->lock);
    return ours;
}

enum mr_verdict mr_proposals_make(struct mr_proposals *proposals,
                                  const struct mr_script_proposal *wanted, uint32_t *generation,
                                  struct mr_error *error)
{
    enum mr_verdict verdict = MR_VERDICT_BUSY;
    struct mr_proposal *proposal = create(proposals, wanted);
    if (proposal == NULL) {
        mr_error_set(error, -ENOMEM, "out of memory");
        return MR_VERDICT_FAILED;
    }
    mr_error_set(error, -EBUSY, "another version is being tried, or the stream ends");
    bool ours = true;
    if (enter(proposals, proposal)) {
        mr_bell_ring(proposals->bell, MR_BELL_PROPOSED);
        ours = wait_for_verdict(proposals, proposal);
    }
    if (ours && proposal->decided) {
        verdict = proposal->verdict;
        *generation = proposal->generation;
        *error = proposal->error;
    }
    if (ours)
        destroy(proposal);
    return verdict;
}

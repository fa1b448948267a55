/* Proposals: texts that do not come from the disk. Somebody proposes a text and waits for the verdict;
 * the keeper's thread takes the proposal as a candidate (candidate.h), puts it to the test and decides.
 * Between its last test and its taking over the text is saved as the script's file.
 *
 * One list a runner, in the memory of the keeper. Capacity: one proposal; others wait for 5 s until it
 * is decided, then they get MR_VERDICT_BUSY. */
#ifndef MR_SCRIPT_PROPOSAL_H
#define MR_SCRIPT_PROPOSAL_H

#include "base/buffer.h"
#include "base/error.h"
#include "script/runner/bell.h"
#include "script/runner/candidate.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* A text that is to become the script. */
struct mr_script_proposal {
    const char *text;
    size_t size;
    const struct mr_buffer *expected; /* the file must still hold this; NULL: whatever it holds */
    bool trial; /* the text is run but not saved; when one of the files changes, the script is
                   loaded from its file again */
};

enum mr_verdict {
    MR_VERDICT_RUNS,     /* and, if it is no trial, is saved */
    MR_VERDICT_REJECTED, /* it cannot run: the error begins with file and line where there is one */
    MR_VERDICT_CHANGED,  /* the file does not hold what was expected */
    MR_VERDICT_UNSAVED,  /* the file cannot be written */
    MR_VERDICT_BUSY,     /* another one is being tried, or everything ends */
    MR_VERDICT_FAILED,   /* something else; out of memory */
};

/* One that waits for its verdict, or is at the keeper's. */
struct mr_proposal;

struct mr_proposals {
    /* immutable */
    const char *path;     /* the script's file; borrowed */
    struct mr_bell *bell; /* borrowed: the keeper's */

    pthread_mutex_t lock;
    pthread_cond_t changed; /* `current` or its verdict, or `refused` */
    /* protected by lock */
    struct mr_proposal *current; /* NULL: the next one may come */
    bool refused;                /* no more proposals */
};

/* in: path, bell: borrowed, outlive *proposals */
void mr_proposals_init(struct mr_proposals *proposals, const char *path, struct mr_bell *bell);
void mr_proposals_finish(struct mr_proposals *proposals); /* nobody waits any more */

/* Propose a text and wait for the verdict, or until mr_proposals_refuse.
 * in:     wanted: copied
 * out:    *generation: of the version that runs, when the keeper decided; *error unless it runs
 * return: the verdict; MR_VERDICT_BUSY when another one is being tried, or when everything ends
 * thread: any but the keeper's and the script thread */
enum mr_verdict mr_proposals_make(struct mr_proposals *proposals,
                                  const struct mr_script_proposal *wanted, uint32_t *generation,
                                  struct mr_error *error);

/* Every proposer that waits for a verdict gets MR_VERDICT_BUSY at once, unless its text is just being
 * saved: then it gets the verdict. Every later proposal gets MR_VERDICT_BUSY.
 * thread: any; never blocks */
void mr_proposals_refuse(struct mr_proposals *proposals);

/* ---- the keeper's thread ---- */

/* Take the proposal that waits.
 * return: the keeper's until mr_proposals_decide; NULL: none waits */
struct mr_proposal *mr_proposals_take(struct mr_proposals *proposals);

/* Make a candidate of a proposal that was taken.
 * out:    *candidate: borrows from the proposal
 * return: 0; -ESTALE the file does not hold what was expected, -EINVAL, -ENOMEM with *error */
int mr_proposal_open(struct mr_proposal *proposal, struct mr_candidate *candidate,
                     struct mr_error *error);

/* return: what a result of its steps or of the test (0 or -errno) means for the proposer */
enum mr_verdict mr_proposal_judge(const struct mr_proposal *proposal, int result);

/* Give the proposal back to whoever waits for it.
 * in: generation: of the version that runs now; error: why it is not this one */
void mr_proposals_decide(struct mr_proposals *proposals, struct mr_proposal *proposal,
                         enum mr_verdict verdict, uint32_t generation,
                         const struct mr_error *error);

#endif

/* Proposals without a keeper: the test takes its part, so that the proposer goes away at a moment of
 * the test's choice. */
#include "script_support.h"

#include "script/runner/proposal.h"

#include <poll.h>
#include <pthread.h>

#define OLD "function process() return 1 end\n"
#define NEW "function process() return 2 end\n"

static struct mr_bell bell;
static struct mr_proposals proposals;
static pthread_t proposer;
static enum mr_verdict verdict; /* the proposer's, once it is joined */

static struct mr_proposal *taken;
static struct mr_candidate candidate;

static void *propose(void *trial)
{
    const struct mr_script_proposal wanted = { .text = NEW,
                                               .size = strlen(NEW),
                                               .trial = *(const bool *)trial };
    uint32_t generation;
    struct mr_error error;
    verdict = mr_proposals_make(&proposals, &wanted, &generation, &error);
    return NULL;
}

/* Propose a text, take it as the keeper does, and prepare it. */
static void begin(bool *trial)
{
    struct mr_error error;
    folder_make();
    file_write("process.lua", OLD);
    assert_int_equal(mr_bell_init(&bell), 0);
    mr_proposals_init(&proposals, file_path("process.lua"), &bell);
    assert_int_equal(pthread_create(&proposer, NULL, propose, trial), 0);
    struct pollfd rung = { .fd = bell.fd, .events = POLLIN };
    assert_int_equal(poll(&rung, 1, 20000), 1);
    taken = mr_proposals_take(&proposals);
    assert_non_null(taken);
    assert_int_equal(mr_proposal_open(taken, &candidate, &error), 0);
    assert_int_equal(candidate.prepare(candidate.opaque, &error), 0);
}

static void finish(void)
{
    mr_proposals_finish(&proposals);
    mr_bell_finish(&bell);
    folder_remove();
}

static void assert_file(const char *wanted)
{
    char text[256] = { 0 };
    FILE *file = fopen(file_path("process.lua"), "r");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof(text) - 1, file), strlen(wanted));
    fclose(file);
    assert_string_equal(text, wanted);
}

/* The proposer goes away between the two steps: it was told that its text does not run. */
static void an_abandoned_one_does_not_take_over(bool trial)
{
    struct mr_error error = { 0 };
    begin(&trial);
    mr_proposals_refuse(&proposals);
    pthread_join(proposer, NULL);
    assert_int_equal(verdict, MR_VERDICT_BUSY);

    int result = candidate.commit(candidate.opaque, &error);
    assert_int_equal(result, -ECANCELED);
    assert_int_equal(mr_proposal_judge(taken, result), MR_VERDICT_BUSY);
    mr_proposals_decide(&proposals, taken, MR_VERDICT_BUSY, 1, &error);
    assert_file(OLD);
    finish();
}

static void an_abandoned_text_is_not_saved(void **state)
{
    (void)state;
    an_abandoned_one_does_not_take_over(false);
}

static void an_abandoned_trial_does_not_run(void **state)
{
    (void)state;
    an_abandoned_one_does_not_take_over(true);
}

static void a_proposer_gets_the_verdict_while_its_text_is_saved(void **state)
{
    (void)state;
    bool trial = false;
    struct mr_error error = { 0 };
    begin(&trial);
    assert_int_equal(candidate.commit(candidate.opaque, &error), 0);
    mr_proposals_refuse(&proposals);
    mr_proposals_decide(&proposals, taken, MR_VERDICT_RUNS, 2, &error);
    pthread_join(proposer, NULL);
    assert_int_equal(verdict, MR_VERDICT_RUNS);
    assert_file(NEW);
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_abandoned_text_is_not_saved),
        cmocka_unit_test(an_abandoned_trial_does_not_run),
        cmocka_unit_test(a_proposer_gets_the_verdict_while_its_text_is_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

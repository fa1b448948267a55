/* A text that somebody wants to run: it runs and is on disk, or nothing has changed. */
#include "script_support.h"

#include "base/clock.h"
#include "base/file.h"
#include "script/runner/runner.h"

#include <pthread.h>

#define DEADLINE_MS 1500

#define VERSION(n)                                                                                 \
    "function process(frame, state)\n"                                                             \
    "  state.count = (state.count or 0) + 1\n"                                                     \
    "  return { count = state.count, version = " #n " }\n"                                         \
    "end\n"

static struct mr_runner *runner;
static struct mr_picture *picture;

static int setup(void **state)
{
    (void)state;
    struct mr_error error = { 0 };
    folder_make();
    file_write("real.lua", VERSION(1));
    assert_int_equal(symlink("real.lua", file_path("process.lua")), 0);
    picture = picture_black(64, 48);
    const struct mr_runner_options options = {
        .stream = "test",
        .path = file_path("process.lua"),
        .limits.deadline_ms = DEADLINE_MS,
        .limits.memory_mib = 32,
        .quality = 80,
        .host = test_program,
    };
    if (mr_runner_create(&options, &runner, &error) < 0)
        fail_msg("%s", error.text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    mr_runner_destroy(runner);
    mr_picture_unref(&picture);
    folder_remove();
    return 0;
}

static enum mr_verdict propose(const char *text, const struct mr_buffer *expected,
                               uint32_t *generation, struct mr_error *error)
{
    const struct mr_script_proposal proposal = { .text = text,
                                                 .size = strlen(text),
                                                 .expected = expected };
    *error = (struct mr_error){ 0 };
    return mr_runner_propose(runner, &proposal, generation, error);
}

static void assert_payload(const char *wanted)
{
    struct mr_script_result result;
    mr_runner_process(runner, picture, 1, &result);
    assert_string_equal(result.payload, wanted);
    mr_script_result_finish(&result);
}

static void assert_file(const char *wanted)
{
    struct mr_buffer text = { 0 };
    struct mr_error error;
    assert_int_equal(mr_runner_read_script(runner, &text, &error), 0);
    assert_string_equal((char *)text.data, wanted);
    mr_buffer_finish(&text);
}

static struct mr_runner_state get_state(void)
{
    struct mr_runner_state state;
    mr_runner_get_state(runner, &state);
    return state;
}

/* Edit the file and wait until that runs: what was to be noticed before has been by then. */
static void edit_until_generation(const char *text, uint32_t generation)
{
    int64_t deadline_us = mr_clock_now_us() + 20000000;
    file_save("real.lua", text);
    while (get_state().generation < generation)
        if (usleep(2000), mr_clock_now_us() > deadline_us)
            fail_msg("it is generation %u still: %s", get_state().generation,
                     get_state().last_error);
    assert_int_equal(get_state().generation, generation);
}

static void it_runs_and_is_saved(void **state)
{
    (void)state;
    uint32_t generation = 0;
    struct mr_error error;
    struct stat info;
    assert_payload("{\"count\":1,\"version\":1}");
    assert_int_equal(propose(VERSION(2), NULL, &generation, &error), MR_VERDICT_RUNS);
    assert_int_equal(generation, 2);
    assert_file(VERSION(2));
    assert_payload("{\"count\":2,\"version\":2}");
    assert_int_equal(lstat(file_path("process.lua"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));

    edit_until_generation(VERSION(3), 3); /* its own saving was no reload */
    assert_payload("{\"count\":3,\"version\":3}");
    assert_int_equal(get_state().reloads, 2);
    assert_int_equal(get_state().rejected, 0);
}

static void a_trial_runs_and_the_file_stays(void **state)
{
    (void)state;
    uint32_t generation = 0;
    struct mr_error error = { 0 };
    const struct mr_script_proposal trial = { .text = VERSION(2),
                                              .size = strlen(VERSION(2)),
                                              .trial = true };
    assert_payload("{\"count\":1,\"version\":1}");
    assert_int_equal(mr_runner_propose(runner, &trial, &generation, &error), MR_VERDICT_RUNS);
    assert_int_equal(generation, 2);
    assert_true(get_state().trial);
    assert_file(VERSION(1));
    assert_payload("{\"count\":2,\"version\":2}");

    const struct mr_script_proposal wrong = { .text = "x", .size = 1, .trial = true };
    assert_int_equal(mr_runner_propose(runner, &wrong, &generation, &error), MR_VERDICT_REJECTED);
    assert_true(get_state().trial);
    assert_payload("{\"count\":3,\"version\":2}"); /* a file that differs is no change */

    edit_until_generation(VERSION(3), 3); /* what is saved takes over again */
    assert_false(get_state().trial);
    assert_payload("{\"count\":4,\"version\":3}");

    assert_int_equal(mr_runner_propose(runner, &trial, &generation, &error), MR_VERDICT_RUNS);
    assert_int_equal(propose(VERSION(3), NULL, &generation, &error), MR_VERDICT_RUNS);
    assert_false(get_state().trial);
    assert_payload("{\"count\":5,\"version\":3}");
    assert_file(VERSION(3));
}

static void wait_until_trial(bool runs, int64_t limit_us)
{
    int64_t deadline_us = mr_clock_now_us() + limit_us;
    while (get_state().trial != runs)
        if (usleep(2000), mr_clock_now_us() > deadline_us)
            fail_msg("the trial %s", runs ? "did not begin" : "goes on");
}

/* Ten seconds after the last studio has gone; not while one is there, and also after the script was lost. */
static void a_trial_ends_after_its_last_studio(void **state)
{
    (void)state;
    uint32_t generation = 0;
    struct mr_error error = { 0 };
    const struct mr_script_proposal trial = { .text = VERSION(2),
                                              .size = strlen(VERSION(2)),
                                              .trial = true };
    struct mr_log_ring *ring = mr_runner_log(runner);
    mr_log_ring_follow(ring);
    mr_log_ring_unfollow(ring); /* before the trial: nobody's going */
    mr_log_ring_follow(ring);
    assert_int_equal(mr_runner_propose(runner, &trial, &generation, &error), MR_VERDICT_RUNS);
    assert_payload("{\"count\":1,\"version\":2}");
    usleep(1500000);
    assert_true(get_state().trial);
    int64_t left_us = mr_clock_now_us();
    mr_log_ring_unfollow(ring);
    usleep(8000000);
    assert_true(get_state().trial || mr_clock_now_us() - left_us > 10000000);
    wait_until_trial(false, 20000000);
    assert_true(mr_clock_now_us() - left_us >= 10000000);
    assert_payload("{\"count\":2,\"version\":1}");
    assert_file(VERSION(1));
}

/* The watcher tells of a save up to half a second later: the trial that began meanwhile goes on. */
static void a_trial_right_after_a_save_goes_on(void **state)
{
    (void)state;
    uint32_t generation = 0, trials = 0;
    struct mr_error error = { 0 };
    const struct mr_script_proposal trial = { .text = VERSION(3),
                                              .size = strlen(VERSION(3)),
                                              .trial = true };
    assert_int_equal(propose(VERSION(2), NULL, &generation, &error), MR_VERDICT_RUNS);
    int64_t told_us = mr_clock_now_us() + 600000;
    do {
        assert_int_equal(mr_runner_propose(runner, &trial, &generation, &error), MR_VERDICT_RUNS);
        trials++;
    } while (mr_clock_now_us() < told_us);
    assert_true(get_state().trial);
    assert_int_equal(get_state().generation, 2 + trials); /* nothing was loaded in between */
    assert_file(VERSION(2));

    edit_until_generation(VERSION(4), 3 + trials);
    assert_false(get_state().trial);
}

static void it_needs_no_frame_and_no_pause(void **state)
{
    (void)state;
    uint32_t generation = 0;
    struct mr_error error;
    int64_t best_us = INT64_MAX;
    for (uint32_t i = 2; i < 7; i++) {
        int64_t begin_us = mr_clock_now_us();
        assert_int_equal(propose(VERSION(2), NULL, &generation, &error), MR_VERDICT_RUNS);
        assert_int_equal(generation, i);
        int64_t took_us = mr_clock_now_us() - begin_us;
        best_us = took_us < best_us ? took_us : best_us;
    }
    print_message("the best verdict came after %.1f ms\n", (double)best_us / 1000);
}

static void what_cannot_run_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } rejected[] = {
        { "function process(", "process.lua:1: " },
        { "\nlocal x = nil + 1\nfunction process() end", "process.lua:2: " },
        { VERSION(2) "function init() error('no') end", "process.lua:5: no" },
        { "function process()\n\n error('bad') end", "process.lua:3: bad" },
        { "function process() while true do end end", "" },
        { "x = 1", "" },
        { "\x1bLua", "" },
    };
    assert_payload("{\"count\":1,\"version\":1}");
    uint32_t generation = 0;
    struct mr_error error;
    for (size_t i = 0; i < sizeof(rejected) / sizeof(*rejected); i++) {
        assert_int_equal(propose(rejected[i].text, NULL, &generation, &error), MR_VERDICT_REJECTED);
        if (strncmp(error.text, rejected[i].error, strlen(rejected[i].error)) != 0)
            fail_msg("%s: %s", rejected[i].text, error.text);
        assert_true(error.text[0] != '\0');
    }
    assert_file(VERSION(1));
    assert_payload("{\"count\":2,\"version\":1}");
    assert_int_equal(get_state().rejected, sizeof(rejected) / sizeof(*rejected));
    assert_string_equal(get_state().last_error, "");
    edit_until_generation(VERSION(2), 2);
}

static void what_somebody_else_wrote_is_not_lost(void **state)
{
    (void)state;
    uint32_t generation = 0;
    struct mr_error error;
    struct mr_buffer loaded = { 0 };
    assert_int_equal(mr_runner_read_script(runner, &loaded, &error), 0);
    edit_until_generation(VERSION(2), 2);
    assert_int_equal(propose(VERSION(3), &loaded, &generation, &error), MR_VERDICT_CHANGED);
    assert_file(VERSION(2));
    assert_int_equal(get_state().generation, 2);

    mr_buffer_clear(&loaded);
    assert_int_equal(mr_runner_read_script(runner, &loaded, &error), 0);
    assert_int_equal(propose(VERSION(3), &loaded, &generation, &error), MR_VERDICT_RUNS);
    mr_buffer_finish(&loaded);
    assert_file(VERSION(3));
}

static void a_file_that_is_gone_is_not_written(void **state)
{
    (void)state;
    uint32_t generation = 0;
    struct mr_error error;
    assert_int_equal(unlink(file_path("real.lua")), 0);
    assert_int_equal(propose(VERSION(2), NULL, &generation, &error), MR_VERDICT_UNSAVED);
    assert_non_null(strstr(error.text, "cannot save the script"));
    assert_payload("{\"count\":1,\"version\":1}");
}

static void *propose_one(void *verdict)
{
    uint32_t generation;
    struct mr_error error;
    *(enum mr_verdict *)verdict = propose(VERSION(5), NULL, &generation, &error);
    return NULL;
}

static void many_at_once_take_turns(void **state)
{
    (void)state;
    enum mr_verdict verdicts[4];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, propose_one, &verdicts[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(verdicts[i], MR_VERDICT_RUNS);
    }
    assert_int_equal(get_state().generation, 5);
}

static void *propose_hanging(void *verdict)
{
    uint32_t generation;
    struct mr_error error;
    *(enum mr_verdict *)verdict =
        propose("print('tried')\nwhile true do end", NULL, &generation, &error);
    return NULL;
}

static void nobody_waits_when_it_ends(void **state)
{
    (void)state;
    enum mr_verdict verdict = MR_VERDICT_RUNS;
    uint32_t generation;
    struct mr_error error;
    pthread_t thread;
    uint64_t starts = get_state().starts;
    assert_int_equal(pthread_create(&thread, NULL, propose_hanging, &verdict), 0);
    int64_t deadline_us = mr_clock_now_us() + 10000000;
    while (test_program != NULL && get_state().starts == starts) /* else it may not have begun */
        if (usleep(1000), mr_clock_now_us() > deadline_us)
            fail();
    int64_t begin_us = mr_clock_now_us();
    mr_runner_refuse_proposals(runner);
    pthread_join(thread, NULL);
    assert_true(mr_clock_now_us() - begin_us < HANGS_US);
    assert_int_equal(verdict, MR_VERDICT_BUSY);
    assert_int_equal(propose(VERSION(2), NULL, &generation, &error), MR_VERDICT_BUSY);
    assert_file(VERSION(1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    mr_log_set_level(MR_LOG_ERROR - 1); /* what is rejected is meant to be */
    const struct CMUnitTest tests[] = {
        TEST(it_runs_and_is_saved),
        TEST(a_trial_runs_and_the_file_stays),
        TEST(a_trial_ends_after_its_last_studio),
        TEST(a_trial_right_after_a_save_goes_on),
        TEST(it_needs_no_frame_and_no_pause),
        TEST(what_cannot_run_changes_nothing),
        TEST(what_somebody_else_wrote_is_not_lost),
        TEST(a_file_that_is_gone_is_not_written),
        TEST(many_at_once_take_turns),
        TEST(nobody_waits_when_it_ends),
    };
    return run_in_both_places(tests, sizeof(tests) / sizeof(*tests), NULL, NULL);
}

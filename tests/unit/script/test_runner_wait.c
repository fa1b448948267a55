/* A runner that is made with settings, and one whose script cannot be loaded yet. */
#include "script_support.h"

#include "base/clock.h"
#include "script/runner/runner.h"

#include <pthread.h>

#define LIMIT_US 20000000

static struct mr_runner *runner;
static struct mr_picture *picture;
static struct mr_error error;

/* Told by the runner, waited for by the test. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;
static unsigned wakes;

static void note_wake(void *opaque)
{
    (void)opaque;
    pthread_mutex_lock(&lock);
    wakes++;
    pthread_cond_broadcast(&woken);
    pthread_mutex_unlock(&lock);
}

static int set_up(void **state)
{
    (void)state;
    folder_make();
    picture = picture_black(64, 48);
    runner = NULL;
    wakes = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mr_runner_destroy(runner);
    mr_picture_unref(&picture);
    folder_remove();
    return 0;
}

static int make(const char *settings, bool wait)
{
    const struct mr_runner_options options = {
        .stream = "test",
        .path = file_path("process.lua"),
        .limits.deadline_ms = 1500,
        .limits.memory_mib = 32,
        .quality = 80,
        .host = test_program,
        .settings = settings,
        .wait = wait,
        .wake = note_wake,
    };
    error = (struct mr_error){ 0 };
    return mr_runner_create(&options, &runner, &error);
}

static void assert_payload(const char *wanted)
{
    struct mr_script_result result;
    mr_runner_process(runner, picture, 1, &result);
    assert_string_equal(result.payload, wanted);
    mr_script_result_finish(&result);
}

static struct mr_runner_state state_of(void)
{
    struct mr_runner_state state;
    mr_runner_get_state(runner, &state);
    return state;
}

/* Wait for the wake-up that tells of version `generation`. */
static void wait_for(uint32_t generation)
{
    int64_t until_us = mr_clock_now_us() + LIMIT_US;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LIMIT_US / 1000000;
    pthread_mutex_lock(&lock);
    while (state_of().generation < generation && mr_clock_now_us() < until_us)
        pthread_cond_timedwait(&woken, &lock, &until);
    pthread_mutex_unlock(&lock);
    assert_int_equal(state_of().generation, generation);
}

#define SETTINGS                                                                                   \
    "settings = { label = 'none', level = { 1, min = 0, max = 9 } }\n"                             \
    "local seen\n"                                                                                 \
    "function init() seen = settings.label end\n"                                                  \
    "function process() return { seen, settings.label, settings.level } end\n"

static void begins_with_its_settings(void **state)
{
    (void)state;
    file_write("process.lua", SETTINGS);
    assert_int_equal(make("{\"label\":\"Road\"}", false), 0);
    assert_payload("[\"Road\",\"Road\",1]");
    assert_int_equal(mr_runner_change_settings(runner, "{\"level\":5}", 11, &error), 0);
    assert_payload("[\"Road\",\"Road\",5]");

    mr_runner_reload(runner); /* later versions take them over */
    wait_for(2);
    assert_payload("[\"Road\",\"Road\",5]");
}

static void wrong_settings_are_refused(void **state)
{
    (void)state;
    file_write("process.lua", SETTINGS);
    assert_int_equal(make("{\"level\":10}", false), -EINVAL);
    assert_string_equal(error.text, "settings.level: 10 is above the maximum 9");
    assert_int_equal(make("{\"lable\":1}", false), -EINVAL);
    assert_string_equal(error.text, "there is no setting 'lable'; there are: label, level");
    file_write("process.lua", PROCESS("return 1"));
    assert_int_equal(make("{\"label\":1}", false), -EINVAL);
    assert_string_equal(error.text, "there is no setting 'label'; the script declares none");
}

static void waits_for_a_script_that_can_be_loaded(void **state)
{
    (void)state;
    struct mr_buffer json = { 0 };
    file_write("process.lua", "settings = {\n");
    assert_int_equal(make("{\"label\":\"Road\"}", true), 0);
    assert_int_equal(state_of().generation, 0);
    assert_false(state_of().running);
    assert_non_null(strstr(state_of().last_error, "process.lua:2:"));
    assert_int_equal(mr_runner_get_settings(runner, &json, &error), -EAGAIN);
    assert_int_equal(json.size, 0);
    assert_int_equal(mr_runner_change_settings(runner, "{}", 2, &error), -EAGAIN);

    file_save("process.lua", SETTINGS);
    wait_for(1);
    assert_true(state_of().running);
    assert_string_equal(state_of().last_error, "");
    assert_payload("[\"Road\",\"Road\",1]");
    assert_int_equal(mr_runner_get_settings(runner, &json, &error), 0);
    assert_non_null(strstr((char *)json.data, "\"value\":\"Road\""));
    mr_buffer_finish(&json);
}

static void waits_for_what_it_requires(void **state)
{
    (void)state;
    file_write("process.lua", "local part = require 'part'\n" PROCESS("return part"));
    assert_int_equal(make(NULL, true), 0);
    assert_int_equal(state_of().generation, 0);
    file_save("part.lua", "return 7\n");
    wait_for(1);
    assert_payload("7");
}

static void takes_a_proposal(void **state)
{
    (void)state;
    static const char text[] = PROCESS("return 8");
    const struct mr_script_proposal proposal = { .text = text, .size = strlen(text) };
    uint32_t generation;
    file_write("process.lua", "nothing\n");
    assert_int_equal(make(NULL, true), 0);
    mr_runner_reload(runner); /* still nothing */
    assert_int_equal(mr_runner_propose(runner, &proposal, &generation, &error), MR_VERDICT_RUNS);
    assert_int_equal(generation, 1);
    assert_payload("8");
}

static void waits_for_a_file(void **state)
{
    (void)state;
    assert_int_equal(make(NULL, true), 0);
    file_save("process.lua", PROCESS("return 9"));
    wait_for(1);
    assert_payload("9");
}

static void ends_while_it_waits(void **state)
{
    (void)state;
    assert_int_equal(make(NULL, true), 0);
    assert_non_null(strstr(state_of().last_error, "process.lua"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR - 1); /* what is rejected is meant to be */
    const struct CMUnitTest tests[] = {
        TEST(begins_with_its_settings),
        TEST(wrong_settings_are_refused),
        TEST(waits_for_a_script_that_can_be_loaded),
        TEST(waits_for_what_it_requires),
        TEST(takes_a_proposal),
        TEST(waits_for_a_file),
        TEST(ends_while_it_waits),
    };
    return run_in_both_places(tests, sizeof(tests) / sizeof(*tests), NULL, NULL);
}

/* The runner as its callers see it: results of good and bad frames. */
#include "script_support.h"

#include "base/clock.h"
#include "script/runner/runner.h"

static int set_up(void **state)
{
    (void)state;
    folder_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove();
    return 0;
}

#define SHORT_MS 1000  /* of what is meant to be stopped */
#define AMPLE_MS 20000 /* for calls that are to end by themselves, on busy machines, too */

static int deadline_ms = AMPLE_MS;

/* Deadlines are kept by the engine, which knows the line, or on a busy machine by the host. */
static void assert_stopped(const char *error)
{
    assert_non_null(error);
    if (test_program == NULL || strcmp(error, "process.lua: stopped after 1000 ms (deadline)") != 0)
        assert_string_equal(error, "process.lua:1: stopped after 1000 ms (deadline)");
}

static struct mr_runner_options options_for(enum mr_on_error on_error)
{
    return (struct mr_runner_options){
        .stream = "test",
        .path = file_path("process.lua"),
        .on_error = on_error,
        .limits.deadline_ms = deadline_ms,
        .limits.memory_mib = 32,
        .quality = 75,
        .host = test_program,
        .patient = true,
    };
}

static struct mr_runner *runner_make(const char *text, enum mr_on_error on_error)
{
    struct mr_runner *runner;
    struct mr_error error = { 0 };
    file_write("process.lua", text);
    struct mr_runner_options options = options_for(on_error);
    if (mr_runner_create(&options, &runner, &error) < 0)
        fail_msg("%s", error.text);
    return runner;
}

static void a_good_frame(void **state)
{
    (void)state;
    struct mr_runner *runner =
        runner_make(PROCESS("return { frame.index, frame.viewers }"), MR_ON_ERROR_PASS);
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_script_result result;
    mr_runner_process(runner, picture, 12, &result);
    assert_ptr_equal(result.picture, picture);
    assert_string_equal(result.payload, "[7,12]");
    assert_int_equal(result.payload_size, 6);
    assert_null(result.error);
    assert_int_equal(result.quality, 75);
    assert_int_equal(result.generation, 1);
    assert_false(result.skip);
    mr_script_result_finish(&result);
    mr_script_result_finish(&result); /* zero by now */
    struct mr_runner_state counters;
    mr_runner_get_state(runner, &counters);
    assert_int_equal(counters.frames, 1);
    assert_int_equal(counters.errors, 0);
    assert_string_equal(counters.last_error, "");
    mr_picture_unref(&picture);
    mr_runner_destroy(runner);
}

static void count_wake(void *opaque)
{
    (*(int *)opaque)++;
}

static void a_timer_set_in_a_frame_is_asked_for(void **state)
{
    (void)state;
    int woken = 0;
    struct mr_runner *runner;
    struct mr_error error = { 0 };
    struct mr_runner_options options = options_for(MR_ON_ERROR_PASS);
    options.wake = count_wake;
    options.opaque = &woken;
    file_write("process.lua", "local rung = 0\n"
                              "function process(frame)\n"
                              "  if rung == 0 then after(0, function() rung = rung + 1 end) end\n"
                              "  return rung\n"
                              "end\n");
    assert_int_equal(mr_runner_create(&options, &runner, &error), 0);
    struct mr_picture *picture = picture_black(64, 48);
    static const char *const wanted[] = { "0", "1" };
    mr_runner_tend(runner);
    for (int i = 0; i < 2; i++) {
        struct mr_script_result result;
        int before = woken;
        mr_runner_process(runner, picture, 1, &result);
        assert_string_equal(result.payload, wanted[i]);
        mr_script_result_finish(&result);
        assert_int_equal(woken - before, i == 0);
        mr_runner_tend(runner);
    }
    mr_picture_unref(&picture);
    mr_runner_destroy(runner);
}

static void what_cannot_be_loaded_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted;
    } cases[] = {
        { "function process(", "process.lua:1: <name> or '...' expected near <eof>" },
        { "x = 1", "process.lua: there is no function process(frame, state)" },
        { "\nerror('at load')", "process.lua:2: at load" },
        { "function process() end\nfunction init() error('in init') end",
          "process.lua:2: in init" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct mr_runner *runner;
        struct mr_error error = { 0 };
        struct mr_runner_options options = options_for(MR_ON_ERROR_PASS);
        file_write("process.lua", cases[i].text);
        assert_true(mr_runner_create(&options, &runner, &error) < 0);
        assert_null(runner);
        assert_string_equal(error.text, cases[i].wanted);
    }
    struct mr_runner *runner;
    struct mr_error error = { 0 };
    struct mr_runner_options options = options_for(MR_ON_ERROR_PASS);
    unlink(file_path("process.lua"));
    assert_int_equal(mr_runner_create(&options, &runner, &error), -ENOENT);
    assert_non_null(strstr(error.text, "process.lua\": No such file or directory"));
}

static unsigned lines_with(struct mr_runner *runner, const char *text)
{
    struct mr_log_line *lines[MR_LOG_RING_LINES];
    uint64_t last = 0, missed;
    unsigned count = mr_log_ring_fetch(mr_runner_log(runner), &last, lines, &missed), found = 0;
    for (unsigned i = 0; i < count; i++) {
        found += strstr(lines[i]->text, text) != NULL;
        mr_log_ring_unref_line(&lines[i]);
    }
    return found;
}

static void a_memory_limit_that_the_script_caught_is_told_of_once(void **state)
{
    (void)state;
    mr_log_set_level(MR_LOG_ERROR);
    struct mr_runner *runner =
        runner_make(PROCESS("pcall(string.rep, 'x', 1 << 30) return 'went on'"), MR_ON_ERROR_BLANK);
    struct mr_picture *picture = picture_black(64, 48);
    for (int i = 0; i < 3; i++) {
        struct mr_script_result result;
        mr_runner_process(runner, picture, 1, &result);
        assert_string_equal(result.payload, "\"went on\"");
        assert_ptr_equal(result.picture, picture); /* the frame is whole */
        assert_null(result.error);
        mr_script_result_finish(&result);
    }
    static const char wanted[] = "process.lua: not enough memory (the limit is 32 MiB); the script "
                                 "caught the error and goes on";
    struct mr_runner_state counters;
    mr_runner_get_state(runner, &counters);
    assert_string_equal(counters.last_error, wanted);
    assert_int_equal(counters.kills + counters.errors, 0);
    assert_true(counters.running);
    assert_int_equal(lines_with(runner, wanted), 1);
    mr_log_set_level((enum mr_log_level) - 1);
    mr_picture_unref(&picture);
    mr_runner_destroy(runner);
}

static void what_does_not_finish_loading_is_refused(void **state)
{
    (void)state;
    struct mr_runner *runner;
    struct mr_error error = { 0 };
    struct mr_runner_options options = options_for(MR_ON_ERROR_PASS);
    options.limits.deadline_ms = SHORT_MS;
    file_write("process.lua", "while true do end");
    assert_true(mr_runner_create(&options, &runner, &error) < 0);
    assert_null(runner);
    assert_stopped(error.text);
}

/* Fails on every frame whose number says so; draws a white pixel on the others. */
#define FAILS                                                                                      \
    "local n = 0\n"                                                                                \
    "function process(frame)\n"                                                                    \
    "  n = n + 1\n"                                                                                \
    "  frame:set(0, 0, 255, 255, 255)\n"                                                           \
    "  if n ~= 2 then frame:skip() frame.quality = 5 error('no ' .. n) end\n"                      \
    "  return n\n"                                                                                 \
    "end\n"

static void run_failing(struct mr_runner *runner, struct mr_picture *picture,
                        struct mr_script_result *result, const char *wanted)
{
    mr_runner_process(runner, picture, 0, result);
    assert_string_equal(result->payload, "null");
    assert_int_equal(result->payload_size, 4);
    assert_string_equal(result->error, wanted);
    assert_int_equal(result->quality, 75);
    assert_false(result->skip);
    assert_int_equal(result->picture->seq, 7);
    assert_int_equal(result->picture->pts_us, 1500000);
    assert_int_equal(result->picture->captured_us, 1700000000250000);
}

static void pass_sends_the_frame_as_it_came(void **state)
{
    (void)state;
    struct mr_runner *runner = runner_make(FAILS, MR_ON_ERROR_PASS);
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_script_result result;
    run_failing(runner, picture, &result, "process.lua:5: no 1");
    assert_ptr_equal(result.picture, picture);
    mr_script_result_finish(&result);

    mr_runner_process(runner, picture, 0, &result);
    assert_string_equal(result.payload, "2");
    assert_int_equal(picture_pixel(result.picture, 0, 0), 0xffffff);
    mr_script_result_finish(&result);

    run_failing(runner, picture, &result, "process.lua:5: no 3");
    mr_script_result_finish(&result);
    struct mr_runner_state counters;
    mr_runner_get_state(runner, &counters);
    assert_int_equal(counters.frames, 3);
    assert_int_equal(counters.errors, 2);
    assert_true(counters.failing);
    assert_string_equal(counters.last_error, "process.lua:5: no 3");
    mr_picture_unref(&picture);
    mr_runner_destroy(runner);
}

/* No pixel of the frame (which is grey 200) may be in what is sent. */
static void expect_nothing_of_the_frame(const struct mr_picture *picture)
{
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            assert_int_not_equal(picture_pixel(picture, x, y), 0xc8c8c8);
}

static void blank_hides_the_frame_and_says_why(void **state)
{
    (void)state;
    struct mr_runner *runner = runner_make(FAILS, MR_ON_ERROR_BLANK);
    struct mr_picture *picture = picture_make(320, 180, 200, 128, 128);
    struct mr_script_result result;
    run_failing(runner, picture, &result, "process.lua:5: no 1");
    assert_int_equal(result.picture->width, 320);
    assert_int_equal(result.picture->height, 180);
    expect_nothing_of_the_frame(result.picture);
    int written = 0;
    for (int x = 0; x < 320; x++)
        for (int y = 0; y < 180; y++)
            written += picture_pixel(result.picture, x, y) > 0xa0a0a0;
    assert_true(written > 50);
    mr_script_result_finish(&result);
    mr_picture_unref(&picture);
    mr_runner_destroy(runner);
}

static void hold_shows_the_last_good_picture(void **state)
{
    (void)state;
    struct mr_runner *runner = runner_make(FAILS, MR_ON_ERROR_HOLD);
    struct mr_picture *first = picture_make(64, 48, 200, 128, 128);
    struct mr_picture *second = picture_make(64, 48, 50, 128, 128);
    struct mr_script_result result;
    run_failing(runner, first, &result, "process.lua:5: no 1"); /* nothing to hold yet: blank */
    expect_nothing_of_the_frame(result.picture);
    mr_script_result_finish(&result);

    mr_runner_process(runner, second, 0, &result);
    assert_string_equal(result.payload, "2");
    mr_script_result_finish(&result);

    for (int i = 3; i < 40; i++) { /* more often than there are canvases */
        char wanted[64];
        snprintf(wanted, sizeof(wanted), "process.lua:5: no %d", i);
        run_failing(runner, first, &result, wanted);
        assert_int_equal(picture_pixel(result.picture, 0, 0), 0xffffff);
        assert_int_equal(picture_pixel(result.picture, 9, 9), 0x323232);
        mr_script_result_finish(&result);
    }
    mr_picture_unref(&first);
    mr_picture_unref(&second);
    mr_runner_destroy(runner);
}

static void where_there_is_no_memory_nothing_is_sent(void **state)
{
    (void)state;
    struct mr_runner *runner = runner_make(PROCESS("error('x')"), MR_ON_ERROR_BLANK);
    struct mr_picture *picture = picture_make(64, 48, 200, 128, 128);
    struct mr_script_result result[MR_CANVAS_SLOTS + 1];
    for (int i = 0; i <= MR_CANVAS_SLOTS; i++)
        mr_runner_process(runner, picture, 0, &result[i]);
    assert_false(result[MR_CANVAS_SLOTS - 1].skip);
    assert_true(result[MR_CANVAS_SLOTS].skip);
    for (int i = 0; i <= MR_CANVAS_SLOTS; i++)
        mr_script_result_finish(&result[i]);
    mr_picture_unref(&picture);
    mr_runner_destroy(runner);
}

/* It is lost, started again with its state, and waited for, as a headless run does. */
static void endless_loops_cost_one_frame(void **state)
{
    (void)state;
    static const char *const loops[] = {
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "coroutine.wrap(function() while true do pcall(function() while true do end end) end "
        "end)()",
    };
    for (size_t i = 0; i < sizeof(loops) / sizeof(*loops); i++) {
        char text[512];
        snprintf(text, sizeof(text),
                 PROCESS("state.n = (state.n or 0) + 1 if state.n == 2 then %s end return state.n"),
                 loops[i]);
        deadline_ms = SHORT_MS;
        struct mr_runner *runner = runner_make(text, MR_ON_ERROR_PASS);
        deadline_ms = AMPLE_MS;
        struct mr_picture *picture = picture_black(64, 48);
        for (int n = 1; n <= 4; n++) {
            struct mr_script_result result;
            char wanted[32];
            snprintf(wanted, sizeof(wanted), "%d", n);
            int64_t start_us = mr_clock_now_us();
            mr_runner_process(runner, picture, 0, &result);
            int64_t took_us = mr_clock_now_us() - start_us;
            assert_string_equal(result.payload, n == 2 ? "null" : wanted);
            if (n == 2) {
                assert_stopped(result.error);
                assert_true(took_us >= SHORT_MS * 1000);
            }
            mr_script_result_finish(&result);
        }
        mr_picture_unref(&picture);
        mr_runner_destroy(runner);
    }
}

static char *log_of_errors(int frames)
{
    int saved = dup(STDERR_FILENO);
    int log = open(file_path("log"), O_CREAT | O_RDWR | O_TRUNC, 0600);
    dup2(log, STDERR_FILENO);
    mr_log_set_level(MR_LOG_ERROR);
    struct mr_runner *runner =
        runner_make("local n = 0\n" PROCESS(
                        "n = n + 1 if n % 2 == 0 then error('even ' .. n) end\nlocal x = nil "
                        "return x.y"),
                    MR_ON_ERROR_PASS);
    struct mr_picture *picture = picture_black(64, 48);
    for (int i = 0; i < frames; i++) {
        struct mr_script_result result;
        mr_runner_process(runner, picture, 0, &result);
        mr_script_result_finish(&result);
    }
    mr_picture_unref(&picture);
    mr_runner_destroy(runner);
    mr_log_set_level(MR_LOG_ERROR - 1);
    dup2(saved, STDERR_FILENO);
    close(saved);
    char *text = calloc(1, 65536);
    assert_true(pread(log, text, 65535, 0) > 0);
    close(log);
    return text;
}

static void the_first_error_of_a_kind_is_logged_and_repeats_are_counted(void **state)
{
    (void)state;
    char *text = log_of_errors(240);
    int lines = 0;
    for (char *line = text; (line = strstr(line, "error script test: ")) != NULL; line++)
        lines++;
    assert_int_equal(lines, 6); /* two kinds: the 1st, 10th and 100th each */
    assert_non_null(strstr(text,
                           "error script test: process.lua:2: even 2\n    stack traceback:\n"
                           "    \t[C]: in function 'error'\n    \tprocess.lua:2: in function"));
    assert_non_null(strstr(text, "process.lua:2: even 20 (10 times now)\n"));
    assert_non_null(strstr(text,
                           "process.lua:3: attempt to index a nil value (local 'x') (100 times "
                           "now)\n"));
    free(text);
}

static void shutdown_is_called_with_stop(void **state)
{
    (void)state;
    int saved = dup(STDERR_FILENO);
    int log = open(file_path("log"), O_CREAT | O_RDWR | O_TRUNC, 0600);
    dup2(log, STDERR_FILENO);
    mr_log_set_level(MR_LOG_INFO);
    struct mr_runner *runner = runner_make(
        "function shutdown(reason) print('bye:', reason) end " PROCESS(""), MR_ON_ERROR_PASS);
    mr_runner_destroy(runner);
    mr_log_set_level(MR_LOG_ERROR - 1);
    dup2(saved, STDERR_FILENO);
    close(saved);
    char text[1024] = "";
    assert_true(pread(log, text, sizeof(text) - 1, 0) > 0);
    close(log);
    assert_non_null(strstr(text, "script test: bye:\tstop\n"));
}

static void the_shipped_scripts_run(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *payload;
    } cases[] = {
        { TEST_SOURCE_DIR "/lua/process.lua", "{\"count\":1}" },
        { TEST_SOURCE_DIR "/lua/dummy.lua", "{\"index\":7}" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct mr_runner *runner;
        struct mr_error error = { 0 };
        struct mr_runner_options options = options_for(MR_ON_ERROR_PASS);
        options.path = cases[i].path;
        assert_int_equal(mr_runner_create(&options, &runner, &error), 0);
        struct mr_picture *picture = picture_black(400, 300);
        struct mr_script_result result;
        mr_runner_process(runner, picture, 0, &result);
        assert_string_equal(result.payload, cases[i].payload);
        assert_null(result.error);
        assert_true((result.picture == picture) == (i == 1)); /* the dummy touches nothing */
        mr_script_result_finish(&result);
        mr_picture_unref(&picture);
        mr_runner_destroy(runner);
    }
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR - 1); /* what fails here is meant to */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_frame),
        cmocka_unit_test(a_memory_limit_that_the_script_caught_is_told_of_once),
        cmocka_unit_test(a_timer_set_in_a_frame_is_asked_for),
        cmocka_unit_test(what_cannot_be_loaded_is_refused),
        cmocka_unit_test(what_does_not_finish_loading_is_refused),
        cmocka_unit_test(pass_sends_the_frame_as_it_came),
        cmocka_unit_test(blank_hides_the_frame_and_says_why),
        cmocka_unit_test(hold_shows_the_last_good_picture),
        cmocka_unit_test(where_there_is_no_memory_nothing_is_sent),
        cmocka_unit_test(endless_loops_cost_one_frame),
        cmocka_unit_test(the_first_error_of_a_kind_is_logged_and_repeats_are_counted),
        cmocka_unit_test(shutdown_is_called_with_stop),
        cmocka_unit_test(the_shipped_scripts_run),
    };
    return run_in_both_places(tests, sizeof(tests) / sizeof(*tests), set_up, tear_down);
}

/* Hot reload, while frames go on: no frame and no state is lost, and a bad version changes nothing.
 */
#include "script_support.h"

#include "base/clock.h"
#include "script/runner/runner.h"

#define PATIENCE_US 20000000
#define DEADLINE_MS 1500 /* enough for a sanitizer to fill the memory limit */

/* A counter in the state, and which version answers. */
#define VERSION(n)                                                                                 \
    "function process(frame, state)\n"                                                             \
    "  state.count = (state.count or 0) + 1\n"                                                     \
    "  return { count = state.count, version = " #n " }\n"                                         \
    "end\n"

struct stream {
    struct mr_runner *runner;
    struct mr_picture *picture;
    int count;   /* of the last payload */
    int version; /* of the last payload */
    uint32_t generation;
};

static struct stream stream;

/* One frame; the count in its payload must be the next one. */
static void feed(void)
{
    struct mr_script_result result;
    int count = 0;
    mr_runner_process(stream.runner, stream.picture, 1, &result);
    if (result.error != NULL)
        fail_msg("%s", result.error);
    assert_int_equal(
        sscanf(result.payload, "{\"count\":%d,\"version\":%d", &count, &stream.version), 2);
    assert_int_equal(count, stream.count + 1);
    assert_true(result.generation >= stream.generation);
    stream.count = count;
    stream.generation = result.generation;
    mr_script_result_finish(&result);
    usleep(2000); /* the pace of the stream */
}

static void open_stream(const char *text)
{
    struct mr_error error = { 0 };
    folder_make();
    file_write("process.lua", text);
    stream = (struct stream){ .picture = picture_black(64, 48) };
    const struct mr_runner_options options = {
        .stream = "test",
        .path = file_path("process.lua"),
        .limits.deadline_ms = DEADLINE_MS,
        .limits.memory_mib = 32,
        .quality = 80,
        .host = test_program,
    };
    if (mr_runner_create(&options, &stream.runner, &error) < 0)
        fail_msg("%s", error.text);
}

static void close_stream(void)
{
    mr_runner_destroy(stream.runner);
    mr_picture_unref(&stream.picture);
    folder_remove();
}

static struct mr_runner_state get_state(void)
{
    struct mr_runner_state state;
    mr_runner_get_state(stream.runner, &state);
    return state;
}

static void feed_until_version(int version)
{
    int64_t deadline_us = mr_clock_now_us() + PATIENCE_US;
    while (feed(), stream.version != version)
        if (mr_clock_now_us() > deadline_us)
            fail_msg("version %d does not come; last error: %s", version, get_state().last_error);
}

static void feed_until_rejected(uint64_t rejected, const char *wanted)
{
    int64_t deadline_us = mr_clock_now_us() + PATIENCE_US;
    while (feed(), get_state().rejected < rejected)
        if (mr_clock_now_us() > deadline_us)
            fail_msg("not rejected: %s", wanted);
    assert_string_equal(get_state().last_error, wanted);
}

/* ---- good versions ---- */

static void an_edit_takes_over_and_the_state_goes_on(void **state)
{
    (void)state;
    open_stream(VERSION(1));
    feed_until_version(1);
    file_write("process.lua", VERSION(2)); /* in place */
    feed_until_version(2);
    file_save("process.lua", VERSION(3)); /* by rename */
    feed_until_version(3);
    struct mr_runner_state counters = get_state();
    assert_int_equal(counters.generation, 3);
    assert_int_equal(counters.reloads, 2);
    assert_int_equal(counters.rejected, 0);
    assert_int_equal(stream.generation, 3);
    assert_int_equal(counters.frames, stream.count);
    close_stream();
}

/* How soon is printed, not judged: that depends on the machine. */
static void each_change_shows(void **state)
{
    (void)state;
    open_stream(VERSION(1));
    feed();
    int64_t best_us = PATIENCE_US;
    for (int i = 2; i < 7; i++) {
        char text[256];
        snprintf(text, sizeof(text),
                 "function process(frame, state) state.count = state.count + 1 return { count = "
                 "state.count, version = %d } end",
                 i);
        int64_t saved_us = mr_clock_now_us();
        file_save("process.lua", text);
        feed_until_version(i);
        int64_t took_us = mr_clock_now_us() - saved_us;
        if (took_us < best_us)
            best_us = took_us;
    }
    print_message("a change shows after %d ms\n", (int)(best_us / 1000));
    close_stream();
}

static void hooks_are_called_in_order(void **state)
{
    (void)state;
    open_stream("function init(state) state.inits = (state.inits or 0) + 1 end\n"
                "local keep function process(frame, state) keep = state\n"
                "  state.count = (state.count or 0) + 1\n"
                "  return { count = state.count, version = state.inits, x = state.bye } end\n"
                "function shutdown(reason) keep.bye = reason end\n");
    feed_until_version(1);
    mr_runner_reload(stream.runner);
    feed_until_version(2);
    struct mr_script_result result;
    mr_runner_process(stream.runner, stream.picture, 1, &result);
    assert_non_null(strstr(result.payload, "\"x\":\"reload\""));
    mr_script_result_finish(&result);
    close_stream();
}

static void an_idle_stream_reloads_too(void **state)
{
    (void)state;
    open_stream(VERSION(1));
    file_save("process.lua", VERSION(2)); /* before there was any frame */
    int64_t deadline_us = mr_clock_now_us() + PATIENCE_US;
    while (get_state().generation < 2) {
        assert_true(mr_clock_now_us() < deadline_us);
        usleep(5000);
    }
    feed();
    assert_int_equal(stream.version, 2);
    close_stream();
}

static void siblings_are_watched(void **state)
{
    (void)state;
    open_stream("local found, lib = pcall(require, 'sub.lib')\n"
                "if not found and not lib:find('not found', 1, true) then error(lib, 0) end\n"
                "function process(frame, state)\n"
                "  state.count = (state.count or 0) + 1\n"
                "  local lazy, n = pcall(require, 'lazy')\n" /* not while loading */
                "  return { count = state.count, version = (found and lib or 1) + "
                "(lazy and n or 0) }\n"
                "end\n");
    feed_until_version(1);
    assert_int_equal(mkdir(file_path("sub"), 0755), 0); /* was looked for, and was not there */
    file_write("sub/lib.lua", "return 2");
    feed_until_version(2);
    file_write("sub/new", "return 3");
    assert_int_equal(rename(file_path("sub/new"), file_path("sub/lib.lua")), 0);
    feed_until_version(3);
    file_write("lazy.lua", "return 10");
    feed_until_version(13);
    file_save("lazy.lua", "return 20");
    feed_until_version(23);

    file_write("sub/lib.lua", "local x\nreturn = 4");
    feed_until_rejected(1, "module 'sub.lib': sub/lib.lua:2: unexpected symbol near '='");
    assert_int_equal(stream.version, 23);
    file_write("sub/lib.lua", "return 5"); /* mending the sibling is enough */
    feed_until_version(25);
    close_stream();
}

static void a_script_behind_a_link_is_watched(void **state)
{
    (void)state;
    folder_make();
    assert_int_equal(mkdir(file_path("real"), 0755), 0);
    file_write("real/script.lua", VERSION(1));
    assert_int_equal(symlink("real/script.lua", file_path("process.lua")), 0);
    stream = (struct stream){ .picture = picture_black(64, 48) };
    struct mr_error error = { 0 };
    const struct mr_runner_options options = {
        .stream = "test",
        .path = file_path("process.lua"),
        .limits.deadline_ms = DEADLINE_MS,
        .limits.memory_mib = 32,
        .quality = 80,
        .host = test_program,
    };
    assert_int_equal(mr_runner_create(&options, &stream.runner, &error), 0);
    feed_until_version(1);
    file_write("real/script.lua", VERSION(2));
    feed_until_version(2);
    file_write("other.lua", VERSION(3));
    assert_int_equal(symlink("other.lua", file_path("new")), 0);
    assert_int_equal(rename(file_path("new"), file_path("process.lua")), 0);
    feed_until_version(3);
    close_stream();
}

static void a_request_reloads_what_did_not_change(void **state)
{
    (void)state;
    open_stream(VERSION(1));
    for (uint32_t generation = 2; generation < 5; generation++) {
        int64_t deadline_us = mr_clock_now_us() + PATIENCE_US;
        mr_runner_reload(stream.runner);
        while (feed(), stream.generation < generation)
            assert_true(mr_clock_now_us() < deadline_us);
    }
    close_stream();
}

static void a_storm_of_saves_ends_with_the_last(void **state)
{
    (void)state;
    open_stream(VERSION(1));
    for (int i = 2; i <= 101; i++) {
        char text[256];
        snprintf(text, sizeof(text),
                 "%s function process(frame, state) state.count = state.count + 1 return { count = "
                 "state.count, version = %d } end",
                 i % 3 == 0 ? "x = = " : "", i);
        if (i % 2 == 0)
            file_save("process.lua", text);
        else
            file_write("process.lua", text);
        if (i % 7 == 0)
            mr_runner_reload(stream.runner);
        feed();
    }
    feed_until_version(101);
    close_stream();
}

static void the_file_may_vanish_and_come_back(void **state)
{
    (void)state;
    open_stream(VERSION(1));
    feed_until_version(1);
    assert_int_equal(unlink(file_path("process.lua")), 0);
    for (int i = 0; i < 100; i++)
        feed();
    assert_int_equal(stream.version, 1);
    file_write("process.lua", VERSION(2));
    feed_until_version(2);

    /* and its folder */
    char moved[300];
    snprintf(moved, sizeof(moved), "%s-moved", test_folder);
    assert_int_equal(rename(test_folder, moved), 0);
    for (int i = 0; i < 100; i++)
        feed();
    assert_int_equal(rename(moved, test_folder), 0);
    file_write("process.lua", VERSION(3));
    feed_until_version(3);
    close_stream();
}

/* ---- bad versions ---- */

static void bad_versions_change_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted;
    } cases[] = {
        { "x = = 1\n", "process.lua:1: unexpected symbol near '='" },
        { "\n\nfunction process(frame) error('first frame') end", "process.lua:3: first frame" },
        { "function proces() end", "process.lua: there is no function process(frame, state)" },
        { "function process() end\nfunction init() error('init') end", "process.lua:2: init" },
        { "error('at load')", "process.lua:1: at load" },
        { "function process() return 0/0 end",
          "process.lua:1: payload is NaN; JSON has no such number" },
        { "function process() while true do end end",
          "process.lua:1: stopped after 1500 ms (deadline)" },
        { "while true do end", "process.lua:1: stopped after 1500 ms (deadline)" },
        { "settings = { a = {} } function process() end",
          "settings.a: has no default; write { value, … }, or { type = \"button\" }" },
        { "\x1bLua", "process.lua: attempt to load a binary chunk (mode is 't')" },
        { "local x = ('x'):rep(40 * 1024 * 1024)",
          "process.lua: not enough memory (the limit is 32 MiB)" },
    };
    const int count = sizeof(cases) / sizeof(*cases);
    open_stream(VERSION(1));
    for (int i = 0; i < count; i++) {
        feed();
        file_save("process.lua", cases[i].text);
        int64_t deadline_us = mr_clock_now_us() + PATIENCE_US;
        while (feed(), get_state().rejected < (uint64_t)i + 1)
            assert_true(mr_clock_now_us() < deadline_us);
        if (strstr(get_state().last_error, cases[i].wanted) == NULL)
            fail_msg("%s: got %s", cases[i].wanted, get_state().last_error);
        assert_int_equal(stream.version, 1);
        assert_int_equal(stream.generation, 1);
    }
    file_save("process.lua", VERSION(2)); /* the next good one takes over */
    feed_until_version(2);
    assert_string_equal(get_state().last_error, "");
    assert_int_equal(get_state().reloads, 1);
    close_stream();
}

static void a_version_on_trial_does_not_hold_up_frames_or_the_end(void **state)
{
    (void)state;
    open_stream(VERSION(1));
    feed();
    file_save("process.lua", "while true do end");
    int64_t worst_us = 0, end_us = mr_clock_now_us() + 300 * 1000;
    while (mr_clock_now_us() < end_us) {
        int64_t start_us = mr_clock_now_us();
        feed();
        if (mr_clock_now_us() - start_us > worst_us)
            worst_us = mr_clock_now_us() - start_us;
    }
    assert_true(worst_us < 200 * 1000);
    close_stream(); /* with the trial under way or just over */
}

static void state_that_is_no_plain_data_does_not_block_a_reload(void **state)
{
    (void)state;
    open_stream("function process(frame, state)\n"
                "  state.count = (state.count or 0) + 1 state.f = print\n"
                "  return { count = state.count, version = 1 }\nend\n");
    feed_until_version(1);
    file_save("process.lua", "function process(frame, state)\n"
                             "  state.count = state.count + 1 assert(state.f == nil)\n"
                             "  return { count = state.count, version = 2 }\nend\n");
    feed_until_version(2);
    close_stream();
}

static void an_init_that_fails_at_the_last_moment_keeps_the_old(void **state)
{
    (void)state;
    open_stream(VERSION(1));
    feed();
    /* passes its trial before the old one was shut down, fails after it */
    file_save("process.lua",
              "function init(state) assert(state.count < 1e9 and not state.bye) end\n"
              "function process(frame, state) state.count = state.count + 1\n"
              "return { count = state.count, version = 2 } end\n"
              "function shutdown() end\n");
    feed_until_version(2);
    file_save("process.lua", "local kept\n"
                             "function process(frame, state) kept = state state.count = "
                             "state.count + 1\nreturn { count = state.count, version = 3 } end\n"
                             "function shutdown() kept.bye = true end\n");
    feed_until_version(3);
    file_save("process.lua", "function init(state)\nassert(not state.bye, 'too late') end\n"
                             "function process(frame, state) state.count = state.count + 1\n"
                             "return { count = state.count, version = 4 } end\n");
    feed_until_rejected(1, "process.lua:2: too late");
    assert_int_equal(stream.version, 3);
    close_stream();
}

static void a_shutdown_that_hangs_does_not_start_the_new_version_twice(void **state)
{
    (void)state;
    open_stream(VERSION(1) "function shutdown() while true do end end\n");
    feed_until_version(1);
    file_save("process.lua", "function init(state) state.version = (state.version or 1) + 1 end\n"
                             "function process(frame, state)\n"
                             "  state.count = state.count + 1\n"
                             "  return { count = state.count, version = state.version }\n"
                             "end\n");
    feed_until_version(2);
    int64_t end_us = mr_clock_now_us() + 800 * 1000; /* a restart would come within 200 ms */
    while (mr_clock_now_us() < end_us)
        feed();
    assert_int_equal(stream.version, 2);
    assert_int_equal(get_state().kills, 1);
    close_stream();
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR - 1); /* what is rejected is meant to be */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_takes_over_and_the_state_goes_on),
        cmocka_unit_test(each_change_shows),
        cmocka_unit_test(hooks_are_called_in_order),
        cmocka_unit_test(an_idle_stream_reloads_too),
        cmocka_unit_test(siblings_are_watched),
        cmocka_unit_test(a_script_behind_a_link_is_watched),
        cmocka_unit_test(a_request_reloads_what_did_not_change),
        cmocka_unit_test(a_storm_of_saves_ends_with_the_last),
        cmocka_unit_test(the_file_may_vanish_and_come_back),
        cmocka_unit_test(bad_versions_change_nothing),
        cmocka_unit_test(a_version_on_trial_does_not_hold_up_frames_or_the_end),
        cmocka_unit_test(state_that_is_no_plain_data_does_not_block_a_reload),
        cmocka_unit_test(an_init_that_fails_at_the_last_moment_keeps_the_old),
        cmocka_unit_test(a_shutdown_that_hangs_does_not_start_the_new_version_twice),
    };
    return run_in_both_places(tests, sizeof(tests) / sizeof(*tests), NULL, NULL);
}

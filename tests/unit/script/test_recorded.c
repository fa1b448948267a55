/* frame.recorded, with the script in this process and in one of its own. */
#include "script_support.h"

#include "base/clock.h"
#include "script/runner/runner.h"

#define LIMIT_US 20000000
#define RELOADS  "function process(frame) return { 2, frame.recorded.n } end\n"

static struct mr_runner *runner;
static struct mr_picture *picture;

static int set_up(void **state)
{
    (void)state;
    folder_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mr_picture_unref(&picture);
    folder_remove();
    return 0;
}

static void start(const char *text)
{
    struct mr_error error = { 0 };
    file_write("process.lua", text);
    const struct mr_runner_options options = { .stream = "test",
                                               .path = file_path("process.lua"),
                                               .limits.deadline_ms = TEST_DEADLINE_MS,
                                               .limits.memory_mib = 64,
                                               .quality = 75,
                                               .host = test_program,
                                               .patient = true };
    if (mr_runner_create(&options, &runner, &error) < 0)
        fail_msg("%s", error.text);
}

/* Process a frame that was recorded with so many bytes; NULL: with nothing.
 * return: what came of it; finish it */
static struct mr_script_result process_bytes(const char *recorded, size_t size)
{
    struct mr_script_result result;
    mr_picture_unref(&picture); /* the runner may have it still, to try new versions on */
    picture = picture_black(64, 48);
    if (recorded != NULL)
        picture->recorded = mr_blob_create(recorded, size);
    mr_runner_process(runner, picture, 1, &result);
    return result;
}

static void assert_payload(const char *recorded, const char *wanted)
{
    struct mr_script_result result =
        process_bytes(recorded, recorded != NULL ? strlen(recorded) : 0);
    assert_null(result.error);
    assert_string_equal(result.payload, wanted);
    mr_script_result_finish(&result);
}

static void it_is_what_json_decode_gives(void **state)
{
    (void)state;
    start("function process(frame) return { frame.recorded == nil, frame.recorded } end\n");
    assert_payload("{\"n\":1,\"list\":[1,2.5,\"h\xc3\xa9\",null,true]}",
                   "[false,{\"list\":[1,2.5,\"h\xc3\xa9\",null,true],\"n\":1}]");
    assert_payload("\"text\"", "[false,\"text\"]");
    assert_payload("false", "[false,false]");
    assert_payload(NULL, "[true]"); /* it is not the one before */
    assert_payload("null", "[true]");
    assert_payload("[]", "[false,[]]");
    mr_runner_destroy(runner);
}

static void it_is_the_same_value_within_a_frame(void **state)
{
    (void)state;
    start("function process(frame)\n"
          "  frame.recorded.seen = true\n"
          "  return { frame.recorded.seen, frame.recorded == frame.recorded,\n"
          "           pcall(function() frame.recorded = 1 end) }\n"
          "end\n");
    assert_payload("{}", "[true,true,false,\"process.lua:4: frame.recorded is read-only\"]");
    assert_payload("{}", "[true,true,false,\"process.lua:4: frame.recorded is read-only\"]");
    mr_runner_destroy(runner);
}

static void it_can_be_as_large_as_a_payload(void **state)
{
    (void)state;
    start("function process(frame) return #(frame.recorded or '') end\n");
    size_t size = 1024 * 1024;
    char *text = malloc(size + 1);
    memset(text, 'a', size + 1);
    text[0] = text[size - 1] = '"';
    struct mr_script_result result = process_bytes(text, size);
    assert_null(result.error);
    assert_string_equal(result.payload, "1048574");
    mr_script_result_finish(&result);
    free(text);
    mr_runner_destroy(runner);
}

static unsigned count_warnings(void)
{
    struct mr_log_line *lines[MR_LOG_RING_LINES];
    uint64_t last = 0, missed;
    unsigned count = mr_log_ring_fetch(mr_runner_log(runner), &last, lines, &missed), found = 0;
    for (unsigned i = 0; i < count; i++) {
        found += lines[i]->level == MR_LOG_WARN &&
                 strncmp(lines[i]->text, "frame.recorded: ", strlen("frame.recorded: ")) == 0;
        mr_log_ring_unref_line(&lines[i]);
    }
    return found;
}

static void what_is_damaged_is_nil_with_one_warning(void **state)
{
    (void)state;
    static const char *const damaged[] = {
        "{\"n\":", "{\"n\":1}}", "\xff", "\"h\xff\"", "{n:1}", "[1,2", "", "nul", "\x01", "[1e999]"
    };
    start("function process(frame) return { frame.recorded == nil, frame.recorded } end\n");
    for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++)
        assert_payload(damaged[i], "[true]");
    assert_payload("1", "[false,1]");
    char deep[1024];
    memset(deep, '[', 500);
    memset(deep + 500, ']', 500);
    deep[1000] = '\0';
    assert_payload(deep, "[true]");
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    while (count_warnings() == 0) /* lines come from the process with its next answers */
        assert_true(mr_clock_now_us() < deadline_us);
    assert_payload("1", "[false,1]");
    assert_int_equal(count_warnings(), 1);
    mr_runner_destroy(runner);
}

/* A new version is tried on the last frame with what was recorded with it: this one would fail without. */
static void a_trial_frame_has_it_too(void **state)
{
    (void)state;
    start("function process(frame) return { 1, frame.recorded.n } end\n");
    assert_payload("{\"n\":5}", "[1,5]");
    file_save("process.lua", RELOADS);
    mr_runner_reload(runner);
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    for (bool taken_over = false; !taken_over;) {
        assert_true(mr_clock_now_us() < deadline_us);
        struct mr_script_result result = process_bytes("{\"n\":6}", 7);
        assert_null(result.error);
        taken_over = strcmp(result.payload, "[2,6]") == 0;
        mr_script_result_finish(&result);
    }
    struct mr_runner_state counters;
    mr_runner_get_state(runner, &counters);
    assert_int_equal(counters.rejected, 0);
    mr_runner_destroy(runner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_json_decode_gives),
        cmocka_unit_test(it_is_the_same_value_within_a_frame),
        cmocka_unit_test(it_can_be_as_large_as_a_payload),
        cmocka_unit_test(what_is_damaged_is_nil_with_one_warning),
        cmocka_unit_test(a_trial_frame_has_it_too),
    };
    return run_in_both_places(tests, sizeof(tests) / sizeof(*tests), set_up, tear_down);
}

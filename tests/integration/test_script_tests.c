/* moonreel --test, as somebody who tests a script runs it: above all that what is wrong is said. */
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MS 60000

static struct command run;

static const char *write_file(const char *name, const char *text)
{
    static char paths[4][CLIP_PATH];
    static int next;
    char *path = paths[next++ % 4];
    clip_path(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

#define RUN(...)                                                                                   \
    command_run(&run, (const char *const[]){ TEST_BINARY, __VA_ARGS__, NULL }, LIMIT_MS)

static void expect_at(int status, const char *out, int line)
{
    const char *got = run.out.data != NULL ? (const char *)run.out.data : "";
    if (run.status != status || strcmp(got, out) != 0)
        fail_msg("line %d: got status %d and\n%s--- wanted %d and\n%s--- standard error:\n%s", line,
                 run.status, got, status, out, run.err.data);
    command_finish(&run);
}

#define expect(status, out) expect_at(status, out, __LINE__)

/* One test with this body, of the script below, and what it says when it fails. */
static void expect_failure_at(const char *body, const char *message, int line)
{
    char text[2048], wanted[2048];
    write_file("script.lua", "local total = 0\n"
                             "function init(state) state.ready = true end\n"
                             "function process(frame, state)\n"
                             "  total = total + 1\n"
                             "  if frame.width == 13 then error('unlucky') end\n"
                             "  if frame.width == 14 then return { f = print } end\n"
                             "  while frame.width == 15 do end\n"
                             "  return { total = total, size = { frame.width, frame.height } }\n"
                             "end\n"
                             "function shutdown(reason)\n"
                             "  if total == 2 then error('asked to ' .. reason) end\n"
                             "end\n");
    snprintf(text, sizeof(text), "test('it', function(t)\n%s\nend)\n", body);
    snprintf(wanted, sizeof(wanted), "FAILED it\n    %s\n0 passed, 1 failed\n", message);
    RUN("--test", write_file("it.lua", text));
    expect_at(1, wanted, line);
}

#define expect_failure(body, message) expect_failure_at(body, message, __LINE__)

static void results_are_one_a_line(void **state)
{
    (void)state;
    const char *good = write_file("good.lua", "print('loud')\n"
                                              "test('one', function(t) print('louder') end)\n"
                                              "test('two', function(t) t.equal(1 + 1, 2) end)\n");
    const char *bad = write_file("bad.lua", "test('three', function(t)\n"
                                            "  t.equal(1 + 1, 3)\n"
                                            "end)\n"
                                            "test('four', function(t) end)\n");
    RUN("--test", good);
    assert_non_null(strstr((char *)run.err.data, "louder")); /* the log is not among the results */
    expect(0, "ok one\nok two\n2 passed, 0 failed\n");

    char wanted[1024];
    RUN("--test", good, bad);
    assert_string_equal(command_last_line(&run), "moonreel: 1 of 4 tests failed");
    snprintf(wanted, sizeof(wanted),
             "# %s\nok one\nok two\n# %s\nFAILED three\n    bad.lua:2: value is 2, expected 3\n"
             "ok four\n3 passed, 1 failed\n",
             good, bad);
    expect(1, wanted);
}

static void differences_are_named_with_their_path(void **state)
{
    (void)state;
    expect_failure("t.equal({ 1, { a = 2 } }, { 1, { a = 3 } })",
                   "it.lua:2: value[2].a is 2, expected 3");
    expect_failure("t.equal({ a = 1, b = 2 }, { a = 1 }, 'payload')",
                   "it.lua:2: payload.b is 2, expected nil");
    expect_failure("t.equal('x', { 1, nil, 'y', k = { true } })",
                   "it.lua:2: value is \"x\", expected {1, [3] = \"y\", k = {true}}");
    expect_failure("local a = {} a.a = a\nt.equal(a, { a = { a = {} } })",
                   "it.lua:3: equal: value.a contains itself");
    expect_failure("t.equal('1', 1)", "it.lua:2: value is \"1\", expected 1");
    expect_failure("t.equal(json.decode('[null]'), { 1 })",
                   "it.lua:2: value[1] is json.null, expected 1");
    expect_failure("t.near(1.5, 1, 0.25, 'ratio')",
                   "it.lua:2: ratio is 1.5, expected 1 within 0.25");
    expect_failure("t.near(0 / 0, 1, 100)", "it.lua:2: value is -nan, expected 1 within 100");
    expect_failure("t.near(nil, 1, 100)", "it.lua:2: value is nil, expected 1 within 100");
    expect_failure("t.near(1, 1)",
                   "it.lua:2: bad argument #3 to 'near' (tolerance: number expected, got nothing)");
}

static void pixels_are_named_with_their_place(void **state)
{
    (void)state;
    expect_failure("local f = t.frame(4, 4, '#102030')\n"
                   "t.pixel(f, 1, 2, '#102030') t.pixel(f, 1, 2, '#132030', 3)\n"
                   "t.equal({ t.pixel(f, 3, 3) }, { 16, 32, 48 })\n"
                   "t.pixel(f, 1, 2, '#142030', 3)",
                   "it.lua:5: pixel (1, 2) is #102030, expected #142030 within 3");
    expect_failure("t.pixel(t.frame(4, 4), 4, 0, 'red')",
                   "it.lua:2: pixel: (4, 0) is not in the frame of 4x4 pixels");
    expect_failure("t.pixel(t.frame(4, 4), 0, 0, '#ff000080')",
                   "it.lua:2: pixel: color: opaque colour expected; pixels of frames are");
    expect_failure("t.pixel('red', 0, 0)", "it.lua:2: bad argument #1 to 'pixel' "
                                           "(frame: frame or image expected, got string)");
}

static void errors_of_the_script_name_both_places(void **state)
{
    (void)state;
    expect_failure("t.load('script.lua')\nt.process(t.frame(13, 8))",
                   "it.lua:3: script.lua:5: unlucky");
    expect_failure("t.load('script.lua')\nt.process(t.frame(14, 8))",
                   "it.lua:3: script.lua:3: payload.f is a function; JSON has no such thing");
    expect_failure("t.load('script.lua')\nt.process(t.frame(15, 8))",
                   "it.lua:3: script.lua:7: stopped after 1000 ms (deadline)");
    expect_failure("t.load('script.lua')\n"
                   "local ok, why = pcall(t.process, t.frame(13, 8))\n"
                   "t.equal({ ok, why }, { false, 'script.lua:5: unlucky' })\n"
                   "t.equal(t.process(t.frame(12, 8)), { total = 2, size = { 12, 8 } })\n"
                   "t.load('script.lua')",
                   "it.lua:6: script.lua:11: asked to stop");
    expect_failure("t.load('script.lua')\n"
                   "t.process(t.frame(1, 1)) t.process(t.frame(1, 1))",
                   "script.lua:11: asked to stop");
    write_file("broken.lua", "function process(\n");
    expect_failure("t.load('broken.lua')",
                   "it.lua:2: broken.lua:2: <name> or '...' expected near <eof>");
    write_file("nothing.lua", "");
    expect_failure("t.load('nothing.lua')",
                   "it.lua:2: nothing.lua: there is no function process(frame, state)");
    write_file("init.lua", "function init() error('no') end function process() end");
    expect_failure("t.load('init.lua')", "it.lua:2: init.lua:1: no");
    expect_failure("t.process(t.frame(1, 1))",
                   "it.lua:2: there is no script yet; t.load(\"process.lua\") comes first");
}

static void a_script_that_is_not_there_is_named(void **state)
{
    (void)state;
    RUN("--test", write_file("absent.lua", "test('it', function(t) t.load('no.lua') end)"));
    assert_int_equal(run.status, 1);
    assert_non_null(strstr((char *)run.out.data, "absent.lua:1: "));
    assert_non_null(strstr((char *)run.out.data, "/no.lua\": No such file or directory"));
    command_finish(&run);
}

static void a_t_is_for_one_test(void **state)
{
    (void)state;
    RUN("--test", write_file("keep.lua", "local kept\n"
                                         "test('one', function(t) kept = t end)\n"
                                         "test('two', function(t)\n"
                                         "  kept.frame(1, 1)\n"
                                         "end)\n"
                                         "test('three', function(t)\n"
                                         "  t:frame(1, 1)\n"
                                         "end)\n"
                                         "test('four', function(t)\n"
                                         "  test('five', function() end)\n"
                                         "end)\n"));
    expect(1, "ok one\n"
              "FAILED two\n    keep.lua:4: t is used after its test was over\n"
              "FAILED three\n"
              "    keep.lua:7: functions of t are called with a dot: t.process(frame)\n"
              "FAILED four\n    keep.lua:10: a test cannot make another one\n"
              "1 passed, 3 failed\n");
}

static void helpers_are_named_with_their_callers(void **state)
{
    (void)state;
    RUN("--test", write_file("helper.lua", "local function check(t, value)\n"
                                           "  t.equal(value, 1)\n"
                                           "end\n"
                                           "test('it', function(t)\n"
                                           "  check(t, 1)\n"
                                           "  check(t, 2)\n"
                                           "end)\n"));
    expect(1, "FAILED it\n    helper.lua:2: value is 2, expected 1\n"
              "    called from helper.lua:6\n0 passed, 1 failed\n");
}

static void what_happens_around_a_stream_is_made_up(void **state)
{
    (void)state;
    write_file("around.lua", "settings = { label = 'a', go = { type = 'button' } }\n"
                             "heard = {}\n"
                             "local function hear(...) heard[#heard + 1] = { ... } end\n"
                             "function on_settings(changed) hear('settings', changed) end\n"
                             "function on_message(message, client) hear(message, client) end\n"
                             "function on_client(event, client)\n"
                             "  hear(event, client)\n"
                             "  broadcast({ welcome = client }, client)\n"
                             "  broadcast('all')\n"
                             "end\n"
                             "local start = now()\n"
                             "every(1, function() hear(now() - start) end)\n"
                             "function process(frame)\n"
                             "  after(1.5, function() hear('late', now() - start) end)\n"
                             "  local had = heard\n"
                             "  heard = {}\n"
                             "  return { had, settings.label, frame.viewers }\n"
                             "end\n");
    RUN("--test",
        write_file(
            "events.lua",
            "test('events', function(t)\n"
            "  t.load('around.lua')\n"
            "  t.settings({ label = 'b', go = true })\n"
            "  t.message({ 1, x = nil })  t.message('x', 7)  t.message(false, 8)\n"
            "  t.join(5)  t.join(6)  t.leave(5)\n"
            "  t.equal(t.process(t.frame(8, 8)), { { { 'settings', { label = 'b', go = true } },\n"
            "    { { 1 }, 1 }, { 'x', 7 }, { false, 8 }, { 'join', 5 }, { 'join', 6 },\n"
            "    { 'leave', 5 } }, 'b', 1 })\n"
            "  t.equal(t.sent(), { { client = 5, value = { welcome = 5 } }, { value = 'all' },\n"
            "    { client = 6, value = { welcome = 6 } }, { value = 'all' },\n"
            "    { client = 5, value = { welcome = 5 } }, { value = 'all' } })\n"
            "  t.equal(t.sent(), {})\n"
            "end)\n"
            "test('time', function(t)\n"
            "  t.load('around.lua')\n"
            "  t.process(t.frame(8, 8))\n"
            "  t.advance(0.999)  t.advance(1.001)\n"
            "  t.equal(t.process(t.frame(8, 8))[1], { { 1 }, { 'late', 1.5 }, { 2 } })\n"
            "  t.advance(2)\n"
            "  t.equal(t.process(t.frame(8, 8))[1], { { 3 }, { 'late', 3.5 }, { 4 } })\n"
            "end)\n"));
    expect(0, "ok events\nok time\n2 passed, 0 failed\n");
}

static void what_happens_around_a_stream_can_fail(void **state)
{
    (void)state;
    write_file("fails.lua",
               "settings = { level = { 1, min = 0, max = 2 } }\n"
               "function on_settings() error('set') end\n"
               "function on_message() error('message') end\n"
               "function on_client() error('client') end\n"
               "after(1, function() error('timer') end)\n"
               "every(0.001, function() end)\n"
               "function process() for i = 1, 10 do broadcast(('x'):rep(65000)) end end\n");
    static const char *const cases[][2] = {
        { "t.settings({ level = 3 })", "settings.level: 3 is above the maximum 2" },
        { "t.settings({ level = 2 })", "fails.lua:2: set" },
        { "t.settings({ level = print })",
          "bad argument #1 to 'settings' "
          "(changed.level is a function; JSON has no such thing)" },
        { "t.message(1)", "fails.lua:3: message" },
        { "t.message(('x'):rep(70000))", "on_message: a message of 70002 bytes; 65536 at most" },
        { "t.message(1, 0)",
          "bad argument #2 to 'message' (client: a whole number from 1 expected)" },
        { "t.join()", "fails.lua:4: client" },
        { "t.leave()", "leave: nobody is there; t.join comes first" },
        { "t.advance(1)", "fails.lua:5: timer" },
        { "t.advance(-1)",
          "bad argument #1 to 'advance' (seconds: number from 0 to 1000000 expected)" },
        { "for i = 1, 30 do t.process(t.frame(1, 1)) pcall(t.advance, 1) end t.sent()",
          "sent: more than 16 MiB were broadcast since the last t.sent()" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char body[256], wanted[512];
        snprintf(body, sizeof(body), "t.load('fails.lua')\n%s", cases[i][0]);
        snprintf(wanted, sizeof(wanted), "it.lua:3: %s", cases[i][1]);
        expect_failure(body, wanted);
    }
}

static void endless_tests_do_not_stop_the_others(void **state)
{
    (void)state;
    write_file("endless_script.lua", "while true do end\n");
    RUN("--test", "--deadline", "20",
        write_file("endless.lua", "test('one', function(t)\n"
                                  "  while true do pcall(function() while true do end end) end\n"
                                  "end)\n"
                                  "test('two', function(t)\n"
                                  "  t.load('endless_script.lua')\n"
                                  "end)\n"
                                  "test('three', function(t) end)\n"));
    assert_int_equal(run.status, 1);
    assert_non_null(strstr((char *)run.out.data, "stopped after 200 ms (deadline)\n"));
    assert_non_null(strstr((char *)run.out.data,
                           "FAILED two\n    endless.lua:5: endless_script.lua:1: "
                           "stopped after 20 ms (deadline)\n"));
    assert_non_null(strstr((char *)run.out.data, "ok three\n1 passed, 2 failed\n"));
    command_finish(&run);

    /* The loop is around the calls: the script's own are never late, the test is. */
    write_file("script.lua", "function process() end\n");
    RUN("--test", "--deadline", "100",
        write_file("around.lua", "test('one', function(t)\n"
                                 "  t.load('script.lua')\n"
                                 "  while true do pcall(t.process, t.frame(8, 8)) end\n"
                                 "end)\n"
                                 "test('two', function(t) end)\n"));
    expect(1, "FAILED one\n    around.lua:3: stopped after 1000 ms (deadline)\n"
              "ok two\n1 passed, 1 failed\n");

    /* Most of the time is spent in the script's calls, of which none is late. */
    write_file("script.lua", "every(0.001, function() end) function process() end\n");
    RUN("--test", "--deadline", "100",
        write_file("advance.lua", "test('one', function(t)\n"
                                  "  t.load('script.lua')\n"
                                  "  while true do pcall(t.advance, 1e6) end\n"
                                  "end)\n"
                                  "test('two', function(t) end)\n"));
    expect(1, "FAILED one\n    advance.lua:3: stopped after 1000 ms (deadline)\n"
              "ok two\n1 passed, 1 failed\n");
}

static void a_call_that_nothing_stops_ends_the_run(void **state)
{
    (void)state;
    RUN("--test", "--deadline", "50",
        write_file("pattern.lua", "test('one', function(t) end)\n"
                                  "test('two', function(t)\n"
                                  "  ;('a'):rep(40):find(('a*'):rep(40) .. 'b')\n"
                                  "end)\n"));
    expect(1, "ok one\nFAILED two\n    one call of a C function did not return in 2000 ms; "
              "the run ends here\n");
}

static void memory_is_bounded(void **state)
{
    (void)state;
    RUN("--test", "--memory", "8",
        write_file("hungry.lua", "test('one', function(t)\n"
                                 "  local all = {} while true do all[#all + 1] = {} end\n"
                                 "end)\n"
                                 "test('two', function(t) end)\n"));
    expect(1, "FAILED one\n    hungry.lua: not enough memory (the limit is 8 MiB)\n"
              "ok two\n1 passed, 1 failed\n");
}

static void files_that_cannot_be_run_are_failures(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "test('it' function() end)", "odd.lua:1: ')' expected near 'function'" },
        { "print(1)", "odd.lua: there is no test(\"name\", function(t) ... end)" },
        { "\nerror('no')", "odd.lua:2: no" },
        { "test('it', 5)", "odd.lua:1: bad argument #2 to 'test' (function expected, got number)" },
        { "test('', print)",
          "odd.lua:1: bad argument #1 to 'test' (name: a line of 1 to 200 bytes expected)" },
        { "test('it', print)\ntest('it', print)", "odd.lua:2: there is a test \"it\" already" },
        { "io.open('x')", "odd.lua:1: attempt to index a nil value (global 'io')" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char wanted[2048];
        const char *odd = write_file("odd.lua", cases[i].text);
        const char *good = write_file("good.lua", "test('fine', function() end)");
        RUN("--test", odd, good);
        snprintf(wanted, sizeof(wanted),
                 "# %s\nFAILED %s\n    %s\n# %s\nok fine\n1 passed, 1 failed\n", odd, odd,
                 cases[i].message, good);
        expect(1, wanted);
    }
    RUN("--test", "/nowhere/at_all.lua");
    expect(1, "FAILED /nowhere/at_all.lua\n    cannot open the script \"/nowhere/at_all.lua\": No "
              "such file or "
              "directory\n0 passed, 1 failed\n");
}

static void expect_refusal(const char *line)
{
    assert_int_equal(run.status, 2);
    assert_string_equal(command_last_line(&run), line);
    expect(2, "");
}

static void wrong_usage_is_refused(void **state)
{
    (void)state;
    RUN("--test");
    expect_refusal("moonreel: --test needs a FILE, or several: Lua files with tests");
    RUN("--test", "");
    expect_refusal("moonreel: --test: FILE may not be empty");
    RUN("--test", "--headless", "a.lua");
    expect_refusal("moonreel: --test and --headless do not go together");
    RUN("--test", "-s", "a.lua", "b.lua");
    expect_refusal("moonreel: --test and --script do not go together");
}

RUN_TESTS(cmocka_unit_test(results_are_one_a_line),
          cmocka_unit_test(differences_are_named_with_their_path),
          cmocka_unit_test(pixels_are_named_with_their_place),
          cmocka_unit_test(errors_of_the_script_name_both_places),
          cmocka_unit_test(a_script_that_is_not_there_is_named),
          cmocka_unit_test(a_t_is_for_one_test),
          cmocka_unit_test(helpers_are_named_with_their_callers),
          cmocka_unit_test(what_happens_around_a_stream_is_made_up),
          cmocka_unit_test(what_happens_around_a_stream_can_fail),
          cmocka_unit_test(endless_tests_do_not_stop_the_others),
          cmocka_unit_test(a_call_that_nothing_stops_ends_the_run),
          cmocka_unit_test(memory_is_bounded),
          cmocka_unit_test(files_that_cannot_be_run_are_failures),
          cmocka_unit_test(wrong_usage_is_refused))

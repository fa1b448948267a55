#include "script_support.h"

#include "base/clock.h"
#include "script/engine/calls.h"

static struct test_host host;

static int set_up(void **state)
{
    (void)state;
    host_open(&host);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    host_close(&host);
    return 0;
}

static void calls_process_and_keeps_state(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, PROCESS("state.n = (state.n or 0) + 1 return { n = state.n }"));
    struct mr_picture *picture = picture_black(64, 48);
    for (int i = 1; i <= 3; i++) {
        struct mr_engine_result result;
        struct mr_error error = { 0 };
        char wanted[32];
        snprintf(wanted, sizeof(wanted), "{\"n\":%d}", i);
        assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
        assert_string_equal((char *)result.payload.data, wanted);
        assert_ptr_equal(result.picture, picture); /* untouched: the very same */
        assert_int_equal(result.quality, 80);
        assert_false(result.skip);
        result_finish(&result);
    }
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
}

static void init_and_shutdown_are_called(void **state)
{
    (void)state;
    struct mr_error error = { 0 };
    struct mr_engine *engine = engine_make(&host, "function init(state) state.log = 'init' end\n"
                                                  "local why = ''\n"
                                                  "function shutdown(reason) why = reason end\n"
                                                  "function process(f, state) return "
                                                  "{ state.log, why } end");
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_engine_result result;
    assert_int_equal(mr_calls_init(engine, &error), 0);
    assert_int_equal(mr_calls_shutdown(engine, "reload", &error), 0);
    assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
    assert_string_equal((char *)result.payload.data, "[\"init\",\"reload\"]");
    result_finish(&result);
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
}

static void errors_name_file_and_line(void **state)
{
    (void)state;
    expect_error(&host, "function process()\n  error('oops')\nend", "process.lua:2: oops");
    expect_error(&host, "function process()\n  x = = 1\nend", "process.lua:2: unexpected symbol");
    expect_error(&host, "local a\n\nlocal b = a.c", "process.lua:3: attempt to index a nil value");
    expect_error(&host, "x = 1", "process.lua: there is no function process(frame, state)");
    expect_error(&host, "process = 5", "there is no function process");
    expect_error(&host, "", "there is no function process");
    expect_error(&host, "function process()\n error('no position', 0)\nend",
                 "process.lua:2: no position");
}

static void error_values_of_all_kinds_are_told(void **state)
{
    (void)state;
    expect_error(&host, "function process()\nerror()\nend",
                 "process.lua:2: error value is a nil, not a string");
    expect_error(&host, "function process()\nerror({})\nend",
                 "process.lua:2: error value is a table");
    expect_error(&host, "function process(frame)\nerror(frame)\nend", "process.lua:2: frame 7");
    expect_error(&host, "function process()\nerror(42)\nend",
                 "process.lua:2: error value is a number");
    expect_error(&host,
                 PROCESS("error(setmetatable({}, {__tostring = function() return 'mine' end}))"),
                 "mine");
    expect_error(&host,
                 PROCESS("error(setmetatable({}, {__tostring = function() error('x') end}))"),
                 "process.lua");
    host.options.limits.memory_mib = 256;
    expect_error(&host, PROCESS("local function f() return f() + 1 end f()"), "stack overflow");
    host.options.limits.memory_mib = 32;
}

static void traceback_shows_the_calls(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(&host, "local function inner() error('deep') end\n"
                                                  "function process()\n  inner()\nend\n");
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), -EINVAL);
    assert_null(result.picture);
    assert_non_null(strstr(mr_engine_traceback(engine), "process.lua:1: in upvalue 'inner'"));
    assert_non_null(strstr(mr_engine_traceback(engine), "process.lua:3: in function"));
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
}

static void memory_is_limited_and_the_engine_goes_on(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "function process(frame, state)\n"
               "  state.n = (state.n or 0) + 1\n"
               "  if state.n == 1 then return #string.rep('x', 1 << 30) end\n"
               "  if state.n == 2 then local t = {} while true do t[#t + 1] = {} end end\n"
               "  return 'fine'\nend");
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), -ENOMEM);
        assert_string_equal(error.text, "process.lua: not enough memory (the limit is 32 MiB)");
    }
    assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
    assert_string_equal((char *)result.payload.data, "\"fine\"");
    result_finish(&result);
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
}

/* Run one frame; return: how often it met the memory limit. */
static uint64_t limits_met_by(const char *text)
{
    struct mr_engine *engine = engine_make(&host, text);
    expect_frame(engine, "\"went on\"");
    uint64_t met = mr_engine_limits_met(engine);
    mr_engine_destroy(engine);
    return met;
}

static void a_memory_limit_that_was_swallowed_is_known(void **state)
{
    (void)state;
    host.options.limits.memory_mib = 8;
    static const char *const ways[] = {
        "pcall(string.rep, 'x', 1 << 30)",
        "xpcall(string.rep, function(m) return m .. tostring({}) end, 'x', 1 << 30)",
        "xpcall(error, function() return ('x'):rep(1 << 30) end, 'first')",
        "load(function() return 'x = 1 ' .. ('y'):rep(1 << 30) end)",
        "coroutine.resume(coroutine.create(string.rep), 'x', 1 << 30)",
        "pcall(coroutine.wrap(string.rep), 'x', 1 << 30)",
        "pcall(function() table.concat({ ('x'):rep(1 << 21), ('y'):rep(1 << 22) }) end)",
        "pcall(tostring, setmetatable({}, { __tostring = function() return ('x'):rep(1 << 30) end "
        "}))",
        "local t = {} pcall(function() while true do t[#t + 1] = {} end end) t = nil",
        "setmetatable({}, { __gc = function() ('x'):rep(1 << 30) end }) collectgarbage()",
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        char text[400];
        snprintf(text, sizeof(text), PROCESS("%s return 'went on'"), ways[i]);
        if (limits_met_by(text) == 0)
            fail_msg("%s: nobody knows", ways[i]);
    }
    host.options.limits.memory_mib = 32;
}

/* Ten times the limit, but garbage, is no memory limit met. */
static void garbage_beyond_the_limit_is_no_matter(void **state)
{
    (void)state;
    host.options.limits.memory_mib = 8;
    uint64_t met =
        limits_met_by(PROCESS("collectgarbage('stop') for i = 1, 80 do "
                              "local s = ('x'):rep((1 << 20) + i) end return 'went on'"));
    assert_int_equal(met, 0);
    host.options.limits.memory_mib = 32;
}

static void text_with_byte_order_mark_and_hash_line_loads(void **state)
{
    (void)state;
    expect_payload(&host, "\xEF\xBB\xBF" PROCESS("return 1"), "1");
    expect_error(&host, "#!/usr/bin/moonreel\nfunction process() error('x') end",
                 "process.lua:2: x");
    expect_error(&host, "\x1bLua", "attempt to load a binary chunk");
}

/* ---- the deadline ---- */

static void expect_stop_at(const char *text, int line)
{
    struct mr_engine *engine;
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    struct mr_picture *picture = picture_black(64, 48);
    host.options.limits.deadline_ms = 100;
    int64_t start_us = mr_clock_now_us();
    int failed = engine_try(&host, text, &engine, &error);
    bool made = failed == 0;
    if (made)
        failed = mr_calls_process(engine, picture, 0, &result, &error);
    int64_t took_us = mr_clock_now_us() - start_us;
    if (failed != -ETIMEDOUT || strstr(error.text, "stopped after 100 ms (deadline)") == NULL)
        fail_msg("line %d: %d: %s", line, failed, error.text);
    assert_true(took_us >= 100 * 1000);
    /* and the engine is usable again */
    if (made) {
        assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
        result_finish(&result);
        mr_engine_destroy(engine);
    }
    mr_picture_unref(&picture);
    host.options.limits.deadline_ms = TEST_DEADLINE_MS;
}

#define expect_stop(text) expect_stop_at(text, __LINE__)

/* Loop in the first call only. */
#define ONCE(body)                                                                                 \
    "local n = 0 function process(frame, state) n = n + 1 if n == 1 then " body " end end"

static void endless_loops_are_stopped(void **state)
{
    (void)state;
    expect_stop(ONCE("while true do end"));
    expect_stop(ONCE("repeat until false"));
    expect_stop(ONCE("for i = 1, math.huge do local x = i end"));
    expect_stop(ONCE("local function f() return f() end f()"));
    expect_stop(ONCE("while true do string.format('%d', 1) end"));
    expect_stop("while true do end");
}

static void pcall_does_not_swallow_the_stop(void **state)
{
    (void)state;
    expect_stop(ONCE("while true do pcall(function() while true do end end) end"));
    expect_stop(ONCE("while true do xpcall(function() while true do end end, "
                     "function() while true do end end) end"));
    expect_stop(ONCE("local function f() pcall(f) while true do end end f()"));
    expect_stop(ONCE("setmetatable({}, {__index = function() while true do end end}).x()"));
    expect_stop(ONCE("table.sort({3, 1, 2}, function(a, b) while true do end end)"));
    expect_stop(ONCE("string.gsub('x', 'x', function() while true do end end)"));
}

static void xpcall_works(void **state)
{
    (void)state;
    expect_payload(&host,
                   PROCESS("return { select('#', xpcall(function(...) return ... end, print, 1, "
                           "nil)), select(3, xpcall(function(...) return ... end, print, 1, 2)), "
                           "select(2, xpcall(error, function(m) return m .. '!' end, 'x')) }"),
                   "[3,2,\"x!\"]");
    expect_payload(&host,
                   PROCESS("local c = coroutine.wrap(function() return xpcall(function() "
                           "coroutine.yield(1) error('late', 0) end, function(m) return m .. '!' "
                           "end) end) return { c(), c() }"),
                   "[1,false,\"late!\"]");
    expect_error(&host, PROCESS("xpcall(print)"), "bad argument #2 to 'xpcall'");
}

static void coroutines_are_stopped(void **state)
{
    (void)state;
    expect_stop(ONCE("coroutine.wrap(function() while true do end end)()"));
    expect_stop(ONCE("while true do coroutine.resume(coroutine.create(function() while true do end "
                     "end)) end"));
    expect_stop(ONCE("local c = coroutine.wrap(function() while true do coroutine.yield() end end) "
                     "while true do c() end"));
    expect_stop(ONCE("local function deep(n) coroutine.wrap(function() if n > 0 then deep(n - 1) "
                     "else while true do end end end)() end "
                     "while true do pcall(deep, 20) end"));
    expect_stop(ONCE("local c = coroutine.create(function() local x <close> = "
                     "setmetatable({}, {__close = function() while true do end end}) "
                     "coroutine.yield() end) coroutine.resume(c) "
                     "while true do pcall(coroutine.close, c) end"));
    expect_stop(
        ONCE("local made = {} "
             "for i = 1, 50 do made[i] = coroutine.create(function() while true do "
             "pcall(coroutine.yield) end end) end "
             "while true do for _, c in ipairs(made) do pcall(coroutine.resume, c) end end"));
}

static void coroutines_work(void **state)
{
    (void)state;
    expect_payload(
        &host,
        PROCESS("local c = coroutine.create(function(a) local b = coroutine.yield(a + 1) "
                "return b * 2 end) "
                "local _, x = coroutine.resume(c, 1) local _, y = coroutine.resume(c, 5) "
                "local ok, why = coroutine.resume(c) "
                "return { x, y, ok, why, coroutine.status(c) }"),
        "[2,10,false,\"cannot resume dead coroutine\",\"dead\"]");
    expect_payload(&host,
                   PROCESS("local g = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) "
                           "end end) return { g(), g(), g() }"),
                   "[1,2,3]");
    expect_error(&host,
                 "function process()\nlocal f = coroutine.wrap(function()\nerror('in it')\n"
                 "end)\nf()\nend",
                 "process.lua:5: process.lua:3: in it");
    expect_payload(&host,
                   PROCESS("local closed = false local c = coroutine.create(function() local x "
                           "<close> = setmetatable({}, {__close = function() closed = true end}) "
                           "coroutine.yield() end) coroutine.resume(c) "
                           "return { coroutine.close(c), closed, coroutine.status(c) }"),
                   "[true,true,\"dead\"]");
    expect_payload(&host,
                   PROCESS("local c = coroutine.create(function() local x <close> = "
                           "setmetatable({}, {__close = function() error('c', 0) end}) "
                           "coroutine.yield() end) coroutine.resume(c) return "
                           "table.pack(coroutine.close(c))[2]"),
                   "\"c\"");
    expect_payload(&host,
                   PROCESS("local ok, why = pcall(coroutine.wrap(function() return "
                           "coroutine.close(coroutine.running()) end)) return ok"),
                   "false");
    expect_error(&host, PROCESS("coroutine.resume(5)"), "coroutine expected");
}

static void nested_closes_do_not_use_up_the_stack(void **state)
{
    (void)state;
    expect_payload(&host,
                   PROCESS("local inner = nil for i = 1, 20000 do local before = inner "
                           "inner = coroutine.create(function() local x <close> = setmetatable({}, "
                           "{__close = function() if before then coroutine.close(before) end end}) "
                           "coroutine.yield() end) coroutine.resume(inner) end "
                           "return coroutine.close(inner)"),
                   "true"); /* and no crash */
}

static void a_slow_call_within_the_deadline_is_left_alone(void **state)
{
    (void)state;
    host.options.limits.deadline_ms = TEST_DEADLINE_MS;
    expect_payload(&host, PROCESS("local t = now() while now() - t < 0.2 do end return 1"), "1");
    host.options.limits.deadline_ms = TEST_DEADLINE_MS;
}

/* How often the watchdog's thread has gone to sleep. */
static long watchdog_sleeps(void)
{
    long sleeps = -1;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (struct dirent *task; sleeps < 0 && (task = readdir(tasks)) != NULL;) {
        char path[300], line[128];
        bool is_watchdog = false;
        snprintf(path, sizeof(path), "/proc/self/task/%s/status", task->d_name);
        FILE *file = fopen(path, "r");
        while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
            is_watchdog = is_watchdog || strcmp(line, "Name:\twatchdog\n") == 0;
            if (is_watchdog)
                sscanf(line, "voluntary_ctxt_switches: %ld", &sleeps);
        }
        if (file != NULL)
            fclose(file);
    }
    closedir(tasks);
    assert_true(sleeps >= 0);
    return sleeps;
}

/* A watchdog that looks goes to sleep every 50 ms; one that rests has slept through ten times as long. */
static void calls_after_a_rest_of_the_watchdog_are_watched(void **state)
{
    (void)state;
    int64_t deadline_us = mr_clock_now_us() + 60 * 1000000LL;
    for (long before = -1, now; (now = watchdog_sleeps()) != before; before = now) {
        assert_true(mr_clock_now_us() < deadline_us);
        usleep(500 * 1000);
    }
    expect_stop(ONCE("while true do end"));
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_process_and_keeps_state),
        cmocka_unit_test(init_and_shutdown_are_called),
        cmocka_unit_test(errors_name_file_and_line),
        cmocka_unit_test(error_values_of_all_kinds_are_told),
        cmocka_unit_test(traceback_shows_the_calls),
        cmocka_unit_test(memory_is_limited_and_the_engine_goes_on),
        cmocka_unit_test(a_memory_limit_that_was_swallowed_is_known),
        cmocka_unit_test(garbage_beyond_the_limit_is_no_matter),
        cmocka_unit_test(text_with_byte_order_mark_and_hash_line_loads),
        cmocka_unit_test(endless_loops_are_stopped),
        cmocka_unit_test(pcall_does_not_swallow_the_stop),
        cmocka_unit_test(xpcall_works),
        cmocka_unit_test(coroutines_are_stopped),
        cmocka_unit_test(coroutines_work),
        cmocka_unit_test(nested_closes_do_not_use_up_the_stack),
        cmocka_unit_test(a_slow_call_within_the_deadline_is_left_alone),
        cmocka_unit_test(calls_after_a_rest_of_the_watchdog_are_watched),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

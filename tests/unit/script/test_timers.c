#include "script_support.h"

#include "base/clock.h"
#include "script/engine/calls.h"
#include "script/engine/timers.h"

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

/* Time is what the tests say it is: timers are set on the clock, and run at some time after it. */
#define S 1000000

/* Scripts log into a list, which is the payload. */
#define LOG "local out = {} local function say(x) return function() out[#out + 1] = x end end "
#define OUT PROCESS("local was = out out = {} return was")

static int64_t run_at(struct mr_engine *engine, int64_t now_us, int line)
{
    struct mr_error error = { 0 };
    int64_t next_us;
    if (mr_timers_run(engine, now_us, &next_us, &error) < 0)
        fail_msg("line %d: %s", line, error.text);
    assert_true(next_us == -1 || next_us > now_us);
    return next_us;
}

#define run(engine, now_us) run_at(engine, now_us, __LINE__)

/* An error is expected. */
static int64_t run_badly(struct mr_engine *engine, int64_t now_us, int code, const char *wanted)
{
    struct mr_error error = { 0 };
    int64_t next_us;
    int result = mr_timers_run(engine, now_us, &next_us, &error);
    if (result != code || strstr(error.text, wanted) == NULL)
        fail_msg("got %d '%s', wanted %d '%s'", result, error.text, code, wanted);
    assert_true(next_us == -1 || next_us >= now_us);
    return next_us;
}

static void timers_run_when_they_are_due(void **state)
{
    (void)state;
    int64_t before_us = mr_clock_now_us();
    struct mr_engine *engine = engine_make(
        &host, LOG "after(20, say('c')) after(10, say('a')) after(10.5, say('b')) " OUT);
    int64_t after_us = mr_clock_now_us();

    int64_t next_us = run(engine, before_us + 9 * S);
    assert_in_range(next_us, before_us + 10 * S, after_us + 10 * S);
    expect_frame(engine, "[]");
    next_us = run(engine, after_us + 10 * S);
    assert_in_range(next_us, before_us + 10 * S + S / 2, after_us + 10 * S + S / 2);
    expect_frame(engine, "[\"a\"]");
    assert_int_equal(run(engine, after_us + 30 * S), -1);
    expect_frame(engine, "[\"b\",\"c\"]");
    assert_int_equal(run(engine, after_us + 90 * S), -1);
    expect_frame(engine, "[]");
    mr_engine_destroy(engine);
}

static void without_timers_there_is_no_next_time(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(&host, PROCESS(""));
    assert_int_equal(run(engine, mr_clock_now_us()), -1);
    mr_engine_destroy(engine);
}

static void timers_due_at_once_run_in_order_of_creation(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, LOG "for i = 1, 20 do after(0, say(i)) end every(100, say('e')) " OUT);
    run(engine, mr_clock_now_us());
    expect_frame(engine, "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]");
    mr_engine_destroy(engine);
}

static void a_missed_every_runs_once_and_keeps_its_grid(void **state)
{
    (void)state;
    int64_t before_us = mr_clock_now_us();
    struct mr_engine *engine = engine_make(&host, LOG "every(10, say('x')) " OUT);
    int64_t first_us = run(engine, before_us);
    assert_in_range(first_us, before_us + 10 * S, mr_clock_now_us() + 10 * S);

    assert_int_equal(run(engine, first_us) - first_us, 10 * S);
    expect_frame(engine, "[\"x\"]");
    assert_int_equal(run(engine, first_us + 10 * S + 1) - first_us, 20 * S); /* a little late */
    expect_frame(engine, "[\"x\"]");
    assert_int_equal(run(engine, first_us + 75 * S) - first_us, 80 * S);
    expect_frame(engine, "[\"x\"]");
    assert_int_equal(run(engine, first_us + 80 * S) - first_us, 90 * S); /* just in time */
    expect_frame(engine, "[\"x\"]");
    mr_engine_destroy(engine);
}

static void timers_are_set_anywhere(void **state)
{
    (void)state;
    struct mr_error error = { 0 };
    struct mr_engine *engine =
        engine_make(&host, LOG "after(1, say('load'))\n"
                               "function init() after(2, say('init')) end\n"
                               "local set = false function process()\n"
                               "  if not set then after(3, say('process'))\n"
                               "    coroutine.wrap(function() after(4, say('coroutine')) end)()\n"
                               "    pcall(after, 5, say('pcall'))\n"
                               "  end set = true\n"
                               "  local was = out out = {} return was end");
    assert_int_equal(mr_calls_init(engine, &error), 0);
    expect_frame(engine, "[]");
    run(engine, mr_clock_now_us() + 10 * S);
    expect_frame(engine, "[\"load\",\"init\",\"process\",\"coroutine\",\"pcall\"]");
    mr_engine_destroy(engine);
}

static void what_a_timer_sets_runs_in_the_next_call(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, LOG "local function again() out[#out + 1] = 'r' after(0, again) "
                   "every(0.001, say('e')) end after(0, again) after(1, say('b')) " OUT);
    int64_t now_us = mr_clock_now_us() + 60 * S;
    assert_int_equal(run(engine, now_us) - now_us, 1);
    expect_frame(engine, "[\"r\",\"b\"]");
    run(engine, now_us + 1);
    expect_frame(engine, "[\"r\",\"e\"]");
    mr_engine_destroy(engine);
}

static void cancelled_timers_do_not_run(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, LOG "local t = {} for i = 1, 8 do t[i] = after(i, say(i)) end\n"
                   "t[1]:cancel() t[8]:cancel() t[4]:cancel() t[4]:cancel()\n"
                   "after(1.5, function() t[2]:cancel() t[6]:cancel() t[6]:cancel() end)\n"
                   "after(9, function() t[3]:cancel() end)\n" OUT);
    int64_t now_us = mr_clock_now_us() + 60 * S;
    assert_int_equal(run(engine, now_us), -1);
    expect_frame(engine, "[3,5,7]");
    mr_engine_destroy(engine);
}

static void an_every_can_cancel_itself(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, LOG "local n, e = 0 e = every(1, function() n = n + 1 out[#out + 1] = n "
                               "if n == 3 then e:cancel() e:cancel() end end) " OUT);
    int64_t now_us = mr_clock_now_us() + 60 * S;
    for (int i = 0; i < 5; i++)
        run(engine, now_us + i * S);
    expect_frame(engine, "[1,2,3]");
    assert_int_equal(run(engine, now_us + 90 * S), -1);
    mr_engine_destroy(engine);
}

/* A thousand timers, set and cancelled at random, run in the order that a sort gives. */
static void a_cancel_storm_leaves_the_order_right(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host,
        "math.randomseed(7)\n"
        "local live, count, got, n = {}, 0, {}, 0\n"
        "local function set() n = n + 1 local id, s = n, math.random(1, 500)\n"
        "  live[id] = { id, s, after(s * 10, function() got[#got + 1] = live[id] end) } end\n"
        "local function cancel() local id repeat id = math.random(1, n) until live[id]\n"
        "  live[id][3]:cancel() live[id] = nil end\n"
        "for i = 1, 1000 do set() end\n"
        "for i = 1, 20000 do cancel() if i % 50 == 0 then collectgarbage() end set() end\n"
        "for i = 1, 300 do cancel() end\n"
        "function process() local wanted = {}\n"
        "  for _, t in pairs(live) do wanted[#wanted + 1] = t end\n"
        "  table.sort(wanted, function(a, b) if a[2] ~= b[2] then return a[2] < b[2] end\n"
        "    return a[1] < b[1] end)\n"
        "  if #got ~= #wanted then return { #got, #wanted } end\n"
        "  for i = 1, #got do if got[i] ~= wanted[i] then return i end end\n"
        "  return #got end");
    int64_t now_us = mr_clock_now_us();
    assert_int_equal(run(engine, now_us + 6000ll * S), -1);
    expect_frame(engine, "700");
    mr_engine_destroy(engine);
}

static void at_most_a_thousand_are_pending(void **state)
{
    (void)state;
    expect_error(&host, "for i = 1, 1001 do\nafter(1, print)\nend",
                 "process.lua:2: more than 1000 timers are pending; :cancel() those");
    expect_error(&host, "for i = 1, 1001 do\nevery(1, print)\nend",
                 "process.lua:2: more than 1000");
    struct mr_engine *engine = engine_make(
        &host, LOG "local t = {} for i = 1, 1000 do t[i] = after(1, say(i)) end\n"
                   "function process() local ok = pcall(after, 1, print) t[500]:cancel() "
                   "local again = pcall(after, 1, print) return { ok, again } end");
    expect_frame(engine, "[false,true]");
    assert_int_equal(run(engine, mr_clock_now_us() + 9 * S), -1);
    expect_frame(engine, "[true,true]");
    mr_engine_destroy(engine);
}

/* What is over is collected, also while its handle is kept. */
static void timers_count_as_memory_and_give_it_back(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, "local kept = {}\n"
                           "function process(_, state) state.n = (state.n or 0) + 1\n"
                           "  for i = 1, 10 do local big = ('x'):rep(1 << 20) .. i\n"
                           "    local t = after(1, function() return big end) kept[#kept + 1] = t\n"
                           "    if state.n % 2 == 0 then t:cancel() end end end");
    for (int i = 0; i < 10; i++) {
        expect_frame(engine, "null");
        run(engine, mr_clock_now_us() + 9 * S);
    }
    mr_engine_destroy(engine);
    expect_error(&host,
                 PROCESS("for i = 1, 100 do local big = ('x'):rep(1 << 20) .. i "
                         "after(1, function() return big end) end"),
                 "process.lua: not enough memory (the limit is 32 MiB)");
}

static void wrong_arguments_are_refused_at_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        const char *wanted;
    } cases[] = {
        { "after()", "bad argument #1 to 'after' (seconds: number expected, got nothing)" },
        { "after('1', print)",
          "bad argument #1 to 'after' (seconds: number expected, got string)" },
        { "after(0/0, print)", "(seconds: number expected, got NaN)" },
        { "after(-1, print)", "(seconds: a finite number from 0 expected, got -1)" },
        { "after(-1e308, print)", "(seconds: a finite number from 0 expected, got -1e+308)" },
        { "after(math.huge, print)", "(seconds: a finite number from 0 expected, got inf)" },
        { "after(math.mininteger, print)", "(seconds: a finite number from 0 expected" },
        { "every(0, print)", "bad argument #1 to 'every' (seconds: a finite number from 0.001 "
                             "expected, got 0)" },
        { "every(0.0009, print)", "a finite number from 0.001 expected, got 0.0009" },
        { "every(math.huge, print)", "a finite number from 0.001 expected, got inf" },
        { "after(1)", "bad argument #2 to 'after' (function expected, got no value)" },
        { "after(1, 'print')", "bad argument #2 to 'after' (function expected, got string)" },
        { "every(1, setmetatable({}, { __call = print }))", "function expected, got table" },
        { "after(1, print).cancel()", "timer expected, got no value; methods are called with a "
                                      "colon: timer:cancel()" },
        { "after(1, print).cancel(json.null)", "timer expected, got userdata" },
        { "after(1, print).cancel(frame.new(1, 1))", "timer expected, got " },
        { "after(1, print):stop()", "attempt to call a nil value (method 'stop')" },
        { "after(1, print).x = 1", "attempt to index a timer value" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[256], where[] = "process.lua:2: ";
        snprintf(text, sizeof(text), "local frame = frame\n%s\n" PROCESS(""), cases[i].call);
        char *got = error_of(&host, text);
        if (strncmp(got, where, strlen(where)) != 0 || strstr(got, cases[i].wanted) == NULL)
            fail_msg("%s: got '%s', wanted '%s'", cases[i].call, got, cases[i].wanted);
        free(got);
    }
}

static void odd_times_and_functions_work(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, LOG "after(1e300, say('never')) after(math.maxinteger, say('never')) "
                   "every(1e18, say('never')) after(-0.0, say('now')) after(1e-9, say('soon'))\n"
                   "after(1, coroutine.wrap(function() out[#out + 1] = 'wrapped' end))\n"
                   "after(2, print) every(0.001, say('often'))\n" OUT);
    int64_t now_us = mr_clock_now_us() + 60 * S;
    assert_in_range(run(engine, now_us) - now_us, 1, 1000);
    expect_frame(engine, "[\"now\",\"soon\",\"often\",\"wrapped\"]");
    mr_engine_destroy(engine);
}

static void a_handle_says_what_it_is(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "local a, e = after(3600, print), every(0.5, print)\n"
               "function process() local was = { tostring(a):gsub('[%d.]+', 'N'), tostring(e), "
               "type(a), getmetatable(a) } a:cancel() was[#was + 1] = tostring(a) return was end");
    expect_frame(engine, "[\"timer (in N s)\",\"timer (every 0.5 s)\",\"userdata\",\"timer\","
                         "\"timer (over)\"]");
    mr_engine_destroy(engine);
}

static void an_error_stops_neither_the_rest_nor_an_every(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, LOG "every(1, function() out[#out + 1] = 'e'\nerror('first') end)\n"
                               "after(2, say('between')) after(3, function() error() end)\n"
                               "after(4, function() error({}) end) after(5, say('last')) " OUT);
    int64_t now_us = mr_clock_now_us() + 60 * S;
    assert_int_equal(run_badly(engine, now_us, -EINVAL, "process.lua:2: first"), now_us);
    expect_frame(engine, "[\"e\"]");
    run_badly(engine, now_us, -EINVAL, "process.lua:3: error value is a nil, not a string");
    run_badly(engine, now_us, -EINVAL, "process.lua:4: error value is a table");
    assert_non_null(strstr(mr_engine_traceback(engine), "process.lua:4"));
    assert_in_range(run(engine, now_us) - now_us, 1, S);
    expect_frame(engine, "[\"between\",\"last\"]");
    run_badly(engine, now_us + S, -EINVAL, "process.lua:2: first");
    expect_frame(engine, "[\"e\"]");
    mr_engine_destroy(engine);
}

static void an_endless_timer_is_stopped_and_the_rest_runs(void **state)
{
    (void)state;
    host.options.limits.deadline_ms = 100;
    struct mr_engine *engine =
        engine_make(&host, LOG "after(1, function()\nwhile true do end\nend)\n"
                               "after(2, function() while true do pcall(function()\n"
                               "while true do end\nend) end end)\n"
                               "after(3, say('on')) " OUT);
    int64_t now_us = mr_clock_now_us() + 60 * S;
    run_badly(engine, now_us, -ETIMEDOUT, "process.lua:2: stopped after 100 ms (deadline)");
    run_badly(engine, now_us, -ETIMEDOUT, "stopped after 100 ms (deadline)");
    assert_int_equal(run(engine, now_us), -1);
    expect_frame(engine, "[\"on\"]");
    mr_engine_destroy(engine);
    host.options.limits.deadline_ms = TEST_DEADLINE_MS;
}

static void a_frame_kept_for_a_timer_is_an_error(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, PROCESS("after(0, function()\nframe:get(1, 1)\nend)"));
    expect_frame(engine, "null");
    run_badly(engine, mr_clock_now_us() + S, -EINVAL,
              "process.lua:2: frame used after process returned");
    mr_engine_destroy(engine);
}

static void images_can_be_drawn_in_timers(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "local overlay = frame.new(40, 40)\n"
               "after(1, function() overlay:fill('red') overlay:text('x', 0, 0) end)\n" PROCESS(
                   "return { overlay:get(39, 39) }"));
    run(engine, mr_clock_now_us() + 9 * S);
    expect_frame(engine, "[255,0,0]");
    mr_engine_destroy(engine);
}

/* __gc runs whenever it likes, also while the state is closed. */
static void finalizers_may_use_timers(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "local held = {} for i = 1, 500 do held[i] = after(i, print) end\n"
               "local function trap() setmetatable({}, { __gc = function() "
               "pcall(after, 0, print) held[math.random(500)]:cancel() "
               "pcall(every, 1, print) trap() end }) end\n"
               "for i = 1, 20 do trap() end\n" PROCESS(
                   "for i = 1, 2000 do local t = {} pcall(after, 1, function() return t end) "
                   "end collectgarbage()"));
    int64_t now_us = mr_clock_now_us();
    for (int i = 0; i < 5; i++) {
        expect_frame(engine, "null");
        run(engine, now_us + 100ll * i * S);
    }
    mr_engine_destroy(engine);
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_run_when_they_are_due),
        cmocka_unit_test(without_timers_there_is_no_next_time),
        cmocka_unit_test(timers_due_at_once_run_in_order_of_creation),
        cmocka_unit_test(a_missed_every_runs_once_and_keeps_its_grid),
        cmocka_unit_test(timers_are_set_anywhere),
        cmocka_unit_test(what_a_timer_sets_runs_in_the_next_call),
        cmocka_unit_test(cancelled_timers_do_not_run),
        cmocka_unit_test(an_every_can_cancel_itself),
        cmocka_unit_test(a_cancel_storm_leaves_the_order_right),
        cmocka_unit_test(at_most_a_thousand_are_pending),
        cmocka_unit_test(timers_count_as_memory_and_give_it_back),
        cmocka_unit_test(wrong_arguments_are_refused_at_their_line),
        cmocka_unit_test(odd_times_and_functions_work),
        cmocka_unit_test(a_handle_says_what_it_is),
        cmocka_unit_test(an_error_stops_neither_the_rest_nor_an_every),
        cmocka_unit_test(an_endless_timer_is_stopped_and_the_rest_runs),
        cmocka_unit_test(a_frame_kept_for_a_timer_is_an_error),
        cmocka_unit_test(images_can_be_drawn_in_timers),
        cmocka_unit_test(finalizers_may_use_timers),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

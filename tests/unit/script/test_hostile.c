/* Hostile scripts against the engine alone: each call ends, by itself or by the watchdog, what went
 * wrong is said, and nothing is left behind. */
#include "base/clock.h"
#include "script/engine/calls.h"
#include "script/engine/talk.h"
#include "script/engine/timers.h"
#include "script_support.h"
#include "support/hostile.h"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define DEADLINE_MS 1500
#else
#define DEADLINE_MS 800
#endif
#define PATIENT_MS 20000 /* for what ends by itself, on however busy a machine */
#define FRAMES     5
#define SLOW_US    3000000 /* beyond the deadline; one call of C may lie in it */

static struct test_host host;
static struct hostile cases[HOSTILE_MAX];
static size_t count;
static int failures; /* all are seen to before the test fails */

/* What one case said: lines for the log, errors and payloads. */
static struct mr_buffer said;

static void take_line(void *opaque, enum mr_log_level level, const char *text, size_t size)
{
    (void)opaque, (void)level;
    if (text != NULL)
        mr_buffer_append(&said, text, size);
    else
        mr_buffer_printf(&said, "%zu lines of the script left out", size);
    mr_buffer_append(&said, "\n", 1);
}

static int64_t call_began_us;

static void begin(void)
{
    call_began_us = mr_clock_now_us();
}

static void say(const struct mr_error *error)
{
    if (error->code == 0)
        return;
    mr_buffer_append_text(&said, error->text);
    mr_buffer_append(&said, "\n", 1);
}

/* Note what a call brought; of a script that caught its memory errors, say so as the runner does.
 * return: whether the script may be called again */
static bool end(const struct hostile *hostile, const struct mr_engine *engine, int result,
                const struct mr_error *error)
{
    int64_t took_us = mr_clock_now_us() - call_began_us;
    if (took_us > host.options.limits.deadline_ms * 1000LL + SLOW_US)
        failures++, print_error("%s: a call took %d ms\n", hostile->name, (int)(took_us / 1000));
    struct mr_error caught = { 0 };
    bool met = engine != NULL && mr_engine_limits_met(engine) > 0;
    if (met && error->code == 0)
        mr_engine_describe_caught_limit("process.lua", host.options.limits.memory_mib, &caught);
    say(error->code != 0 ? error : &caught);
    return result != -ETIMEDOUT && result != -ENOMEM;
}

static bool run_frames(const struct hostile *hostile, struct mr_engine *engine)
{
    bool good = true;
    for (int i = 0; i < FRAMES && good; i++) {
        struct mr_engine_result made;
        struct mr_error error = { 0 };
        struct mr_picture *picture = picture_black(160, 120);
        begin();
        int result = mr_calls_process(engine, picture, 1, &made, &error);
        good = end(hostile, engine, result, &error);
        mr_buffer_append(&said, made.payload.data, made.payload.size);
        result_finish(&made);
        mr_picture_unref(&picture);
    }
    return good;
}

static bool run_timers(const struct hostile *hostile, struct mr_engine *engine)
{
    int64_t next_us;
    struct mr_error error = { 0 };
    begin();
    return end(hostile, engine, mr_timers_run(engine, mr_clock_now_us(), &next_us, &error), &error);
}

static bool tell(const struct hostile *hostile, struct mr_engine *engine)
{
    struct mr_error error = { 0 };
    struct mr_script_event event = { .kind = MR_SCRIPT_JOIN, .client = 1 };
    if (hostile->send != NULL)
        event = (struct mr_script_event){ .client = 1,
                                          .json = hostile->send,
                                          .size = strlen(hostile->send) };
    begin();
    if (!end(hostile, engine, mr_talk_deliver(engine, &event, &error), &error))
        return false;
    const char *patch = hostile->patch != NULL ? hostile->patch : "{}";
    error = (struct mr_error){ 0 };
    begin();
    return end(hostile, engine, mr_calls_change_settings(engine, patch, strlen(patch), &error),
               &error);
}

static bool save_state(const struct hostile *hostile, struct mr_engine *engine)
{
    struct mr_buffer state = { 0 };
    struct mr_error left_out = { 0 }, error = { 0 };
    begin();
    bool good = end(hostile, engine, mr_calls_get_state(engine, &state, &left_out, &error), &error);
    if (left_out.code != 0)
        mr_buffer_append_text(&said, left_out.text);
    mr_buffer_finish(&state);
    return good;
}

static bool say_goodbye(const struct hostile *hostile, struct mr_engine *engine)
{
    struct mr_error error = { 0 };
    begin();
    return end(hostile, engine, mr_calls_shutdown(engine, "reload", &error), &error);
}

static bool run_init(const struct hostile *hostile, struct mr_engine *engine)
{
    struct mr_error error = { 0 };
    begin();
    return end(hostile, engine, mr_calls_init(engine, &error), &error);
}

static void run_life(const struct hostile *hostile)
{
    static bool (*const parts[])(const struct hostile *, struct mr_engine *) = {
        run_init, run_frames, run_timers, tell, save_state, run_frames, say_goodbye,
    };
    struct mr_engine *engine = NULL;
    struct mr_error error = { 0 };
    begin();
    int result = engine_try(&host, hostile->text, &engine, &error);
    bool good = end(hostile, engine, result, &error);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && good && engine != NULL; i++)
        good = parts[i](hostile, engine);
    if (engine != NULL)
        mr_buffer_append_text(&said, mr_engine_traceback(engine));
    mr_engine_destroy(engine);
}

/* "not handed over …" is what the runner makes of a state that is no plain data. */
static bool is_runners(const char *wanted)
{
    return strncmp(wanted, "not handed over", 15) == 0 || strncmp(wanted, "runs again", 10) == 0;
}

static void check(const struct hostile *hostile)
{
    for (int i = 0; hostile->log[i] != NULL; i++) {
        const char *wanted = is_runners(hostile->log[i]) ? "state.|stopped" : hostile->log[i];
        if (strncmp(wanted, "shutdown: ", 10) == 0)
            wanted += 10;
        if (!hostile_says((char *)said.data, wanted))
            failures++, print_error("%s: wanted '%s', got '%.1000s'\n", hostile->name, wanted,
                                    (char *)said.data);
    }
}

static void they_end_and_are_named(void **state)
{
    (void)state;
    size_t run = 0;
    for (size_t i = 0; i < count; i++) {
        if (!cases[i].engine)
            continue;
        mr_buffer_clear(&said);
        mr_buffer_append(&said, "", 0);
        host.options.limits.deadline_ms = cases[i].endless ? DEADLINE_MS : PATIENT_MS;
        host.options.log = mr_script_log_create("test");
        mr_script_log_set_sink(host.options.log, take_line, NULL);
        run_life(&cases[i]);
        mr_script_log_destroy(host.options.log);
        check(&cases[i]);
        run++;
    }
    print_message("%zu of %zu hostile scripts\n", run, count);
    assert_true(run >= 40);
    assert_int_equal(failures, 0);
}

static int set_up(void **state)
{
    (void)state;
    host_open(&host);
    host.options.limits.memory_mib = 64;
    hostile_make_files(test_folder);
    count = hostile_read(cases);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    host_close(&host);
    hostile_free(cases, count);
    mr_buffer_finish(&said);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(they_end_and_are_named) };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

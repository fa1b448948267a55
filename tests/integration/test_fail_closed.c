/* A masking script that fails in every way there is: with `blank` and `hold` nobody ever sees what it
 * hides, with `pass` the frames come as they are, and always they keep coming. The source has a red
 * quarter, which the script paints blue; every picture that is sent is looked at. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/drops.h"
#include "support/fetch.h"
#include "support/masked_stream.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW     true
#define RATE     "8"
#define DEADLINE "1500"
#else
#define SLOW     false
#define RATE     "25"
#define DEADLINE "500"
#endif
#define PATIENCE      "1000" /* the default */
#define LONG_PATIENCE "3000"
#define MAX_AT_ONCE   3
#define LIMIT_US      (40 * 1000000LL)
#define GRAPH         "drawbox=x=80:y=0:w=80:h=64:color=red:t=fill"

/* ---- tests ---- */

/* Frames that a viewer has missed, and those that the host has dropped because the machine was busy. */
struct gaps {
    uint64_t missed, dropped;
};

static struct gaps note_gaps(void)
{
    return (struct gaps){ masked.viewers[MASKED_BINARY].gaps, drops_of(masked.host.port, "live") };
}

/* A script that fails costs no frame. */
static void assert_no_gaps(const struct gaps *before)
{
    struct gaps now = note_gaps();
    assert_in_range(now.missed - before->missed, 0, now.dropped - before->dropped);
}

static void it_raises(void **state)
{
    (void)state;
    masked_await_masked(1);
    if (SLOW) { /* the first text that the host draws takes longer than frames can wait */
        masked_say("raise");
        masked_await_without(5);
        masked_await_masked(1);
    }
    struct gaps before = note_gaps();
    int errors = masked_count("errors");
    masked_await_masked(3);
    masked_say("raise");
    masked_await_without(5);
    masked_await_masked(3);
    masked_say("payload");
    masked_await_without(1);
    masked_await_masked(3);
    assert_int_equal(masked_count("errors"), errors + 6);
    assert_no_gaps(&before);
}

static void it_hangs(void **state)
{
    static const char *const ways[] = { "hang", "deaf", "timer" };
    (void)state;
    for (int i = 0; i < 3; i++) {
        int kills = masked_count("kills");
        masked_renew();
        masked_say(ways[i]);
        masked_await_without(1);
        masked_await_masked(3);
        assert_int_equal(masked_count("kills"), kills + 1);
    }
    masked_await_log("stopped after " DEADLINE " ms (deadline)");
}

static void it_runs_out_of_memory(void **state)
{
    (void)state;
    int kills = masked_count("kills");
    masked_renew();
    masked_say("memory");
    masked_await_without(1);
    masked_await_masked(3);
    assert_int_equal(masked_count("kills"), kills + 1);
    masked_await_log("not enough memory");
}

static void it_dies(void **state)
{
    static const int signals[] = { SIGKILL, SIGSEGV, SIGBUS };
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct gaps before = note_gaps();
        int deaths = masked_count("deaths");
        masked_renew();
        assert_int_equal(kill(masked_pid(), signals[i]), 0);
        masked_await_without(1);
        masked_await_masked(3);
        assert_int_equal(masked_count("deaths"), deaths + 1);
        assert_no_gaps(&before);
    }
}

/* One that is stopped in the midst of its drawing does not go on with it once it was given up. */
static void it_is_stopped_and_continued(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        int kills = masked_count("kills");
        masked_renew();
        pid_t pid = masked_pid();
        assert_int_equal(kill(pid, SIGSTOP), 0);
        masked_await_without(1);
        kill(pid, SIGCONT); /* if it is still there */
        masked_await_masked(3);
        assert_int_equal(masked_count("kills"), kills + 1);
        assert_true(masked_pid() != pid);
    }
}

static void frames_go_on_while_it_is_waited_for(void **state)
{
    (void)state;
    masked_renew();
    struct gaps before = note_gaps();
    uint64_t without = masked.seen.without;
    int64_t began_us = mr_clock_now_us();
    for (int i = 0; i < 4; i++) { /* each time it is waited for twice as long */
        assert_int_equal(kill(masked_pid(), SIGKILL), 0);
        masked_await_without(1);
        masked_await_masked(1);
    }
    double waited_s = (double)(mr_clock_now_us() - began_us) / 1e6;
    double rate = (double)(masked.seen.without - without) / waited_s;
    assert_true(waited_s > 0.2 + 0.4 + 0.8 + 1.6);
    assert_no_gaps(&before);
    assert_true(rate > 0.7 * atof(RATE) && rate < 1.2 * atof(RATE));
    print_message("%s: %.1f frames/s while it was waited for, %.1f s\n", masked.policy, rate,
                  waited_s);
}

static void expect_rejected(const struct masked_pieces *pieces, const char *why)
{
    int rejected = masked_count("rejected"), good = masked.version;
    masked_save(pieces);
    masked_await_log(why);
    masked_await_masked(3);
    assert_int_equal(masked_count("rejected"), rejected + 1);
    assert_int_equal(masked.seen.version, good);
    masked.version = good;
}

static void it_is_replaced(void **state)
{
    (void)state;
    masked_renew();
    struct gaps before = note_gaps();
    uint64_t without = masked.seen.without;
    expect_rejected(&(struct masked_pieces){ .load = "x = = 1" },
                    "process.lua:4: unexpected symbol");
    expect_rejected(&(struct masked_pieces){ .load = "while true do end" },
                    "process.lua:4: stopped");
    expect_rejected(&(struct masked_pieces){ .process = "error('on the first frame')" },
                    "on the first frame");
    expect_rejected(
        &(struct masked_pieces){ .init = "if handed_over then error('at the last moment') end" },
        "at the last moment");
    /* what is drawn on trial is not shown */
    masked_save(
        &(struct masked_pieces){ .process = "if not handed_over then frame:fill('lime') end" });
    masked_await_version();
    masked_await_masked(3);
    masked_renew();
    assert_int_equal(masked.seen.without, without);
    assert_no_gaps(&before);
}

/* The old version is lost while it is replaced: the new one is not made to start again for that. */
static void it_hangs_in_shutdown(void **state)
{
    (void)state;
    int kills = masked_count("kills");
    masked_save(&(struct masked_pieces){ .shutdown = "hang()" });
    masked_await_version();
    int starts = masked_count("starts"), processes = strcmp(masked.isolation, "off") != 0;
    masked_renew();
    masked_await_masked((unsigned)atoi(RATE));
    assert_int_equal(masked_count("kills"), kills + 1);
    assert_int_equal(masked_count("starts"), starts + (processes > 0));
    assert_int_equal(masked_count("reloads"), masked_count("generation") - 1);
    if (processes > 0)
        masked_pid(); /* and nobody else */
}

static bool has_label(void *label)
{
    return strcmp(masked.seen.label, label) == 0;
}

static void change_label(const char *value)
{
    char request[256];
    struct fetched answer;
    snprintf(request, sizeof(request),
             "PATCH /api/streams/live/settings\r\nAuthorization: Bearer " MASKED_TOKEN
             "\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n{\"label\":\"%s\"}",
             strlen(value) + strlen("{\"label\":\"\"}"), value);
    fetch(masked.host.port, request, &answer);
    fetched_finish(&answer);
}

static void its_settings_are_changed(void **state)
{
    (void)state;
    masked_renew();
    int kills = masked_count("kills");
    change_label("two");
    masked_run(has_label, (void *)"two", "the setting is not changed");
    change_label("hang");
    masked_await_without(1);
    masked_await_masked(3);
    assert_int_equal(masked_count("kills"), kills + 1);
    change_label("three");
    masked_run(has_label, (void *)"three", "the setting is not changed");
}

static bool is_idle(void *opaque)
{
    (void)opaque;
    json_t *phase = masked_get_state("phase");
    bool idle = strcmp(json_string_value(phase), "idle") == 0;
    json_decref(phase);
    return idle;
}

static void the_first_frames(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        masked_leave();
        assert_true(viewers_run(NULL, 0, mr_clock_now_us() + LIMIT_US, is_idle, NULL));
        if (i == 2) /* it died while nobody watched */
            assert_int_equal(kill(masked_pid(), SIGKILL), 0);
        masked_watch();
        masked_await_masked(3);
    }
    assert_true(masked.seen.compared > masked.seen.masked / 2);
}

static void the_source_begins_again(void **state)
{
    char clip[CLIP_PATH];
    (void)state;
    masked_end();
    clip_path("loop.mkv", clip);
    clip_ffmpeg("-y -loglevel error -f lavfi -i testsrc2=size=160x120:rate=25:duration=0.6," GRAPH
                " -c:v ffv1 %s",
                clip);
    masked_begin(clip);
    masked_await_masked(35); /* two rounds and more */
    assert_int_equal(kill(masked_pid(), SIGKILL), 0);
    masked_await_without(1);
    masked_await_masked(15);
}

/* Hanging takes time, but it is not running: who only does that is started less and less often. */
static void it_hangs_again_and_again(void **state)
{
    (void)state;
    masked.policy = "blank";
    masked.isolation = "process";
    masked.deadline = PATIENCE;
    masked_begin("lavfi:testsrc2=size=160x120:rate=" RATE "," GRAPH);
    masked_await_masked(1);
    masked_save(&(struct masked_pieces){
        .process = "count = (count or 0) + 1 if count == 3 then hang() end" });
    masked_await_version();
    for (int i = 0; i < 3; i++) { /* after 0.2, 0.4, 0.8 s */
        uint64_t without = masked.seen.without;
        masked_await_without(1);
        masked_await_masked(1);
        without = masked.seen.without - without;
        assert_true((double)without > 0.7 * atof(RATE) * 0.2 * (1 << i));
    }
    masked_end();
}

/* ---- set-up ---- */

static int start(void **state)
{
    (void)state;
    masked_begin("lavfi:testsrc2=size=160x120:rate=" RATE "," GRAPH);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return masked_end();
}

/* With time enough that a machine that rests in between does not end the good version. */
static int replace(const char *on_error, const char *isolation)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(it_is_replaced) };
    masked.policy = on_error;
    masked.deadline = LONG_PATIENCE;
    masked.isolation = isolation;
    return cmocka_run_group_tests_name(on_error, tests, start, stop);
}

static int run_with(const char *on_error)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_raises),
        cmocka_unit_test(it_hangs),
        cmocka_unit_test(it_runs_out_of_memory),
        cmocka_unit_test(it_dies),
        cmocka_unit_test(it_is_stopped_and_continued),
        cmocka_unit_test(frames_go_on_while_it_is_waited_for),
        cmocka_unit_test(it_hangs_in_shutdown),
        cmocka_unit_test(its_settings_are_changed),
        cmocka_unit_test(the_first_frames),
        cmocka_unit_test(the_source_begins_again),
    };
    masked.policy = on_error;
    masked.deadline = DEADLINE;
    masked.isolation = "process";
    return cmocka_run_group_tests_name(on_error, tests, start, stop) + replace(on_error, "process");
}

static int run_within_the_host(const char *on_error)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_raises),
        cmocka_unit_test(it_hangs),
        cmocka_unit_test(it_runs_out_of_memory),
        cmocka_unit_test(it_hangs_in_shutdown),
        cmocka_unit_test(its_settings_are_changed),
    };
    masked.policy = on_error;
    masked.deadline = DEADLINE;
    masked.isolation = "off";
    return cmocka_run_group_tests_name(on_error, tests, start, stop) + replace(on_error, "off");
}

/* The policies side by side, since each of them mostly waits. Their output comes one after another. */
static int run_at_once(int (*run)(const char *), const char *const *policies, int count)
{
    FILE *outputs[MAX_AT_ONCE];
    pid_t children[MAX_AT_ONCE];
    int failed = 0;
    for (int i = 0; i < count; i++) {
        outputs[i] = tmpfile();
        fflush(NULL);
        children[i] = fork();
        if (children[i] == 0) {
            dup2(fileno(outputs[i]), STDOUT_FILENO);
            dup2(fileno(outputs[i]), STDERR_FILENO);
            exit(run(policies[i]) != 0);
        }
    }
    for (int i = 0; i < count; i++) {
        int status = 1;
        char line[512];
        waitpid(children[i], &status, 0);
        rewind(outputs[i]);
        while (fgets(line, sizeof(line), outputs[i]) != NULL)
            fputs(line, stderr);
        fclose(outputs[i]);
        failed += status != 0;
    }
    return failed;
}

int main(void)
{
    static const char *const policies[MAX_AT_ONCE] = { "blank", "hold", "pass" };
    const struct CMUnitTest further[] = { cmocka_unit_test(it_hangs_again_and_again) };
    return run_at_once(run_with, policies, 3) + run_at_once(run_within_the_host, policies, 2) +
           cmocka_run_group_tests(further, NULL, NULL);
}

/* A masking script that fails in every way there is: with `blank` and `hold` nobody ever sees what it
 * hides, with `pass` the frames come as they are, and always they keep coming. The source has a red
 * quarter, which the script paints blue; every picture that is sent is looked at. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/mask_watch.h"
#include "support/viewer.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RATE     "8"
#define DEADLINE "1500"
#else
#define RATE     "25"
#define DEADLINE "300"
#endif
#define PATIENCE "1000" /* the default */
#define LIMIT_US (40 * 1000000LL)
#define TOKEN    "let-me-in"
#define GRAPH    "drawbox=x=80:y=0:w=80:h=64:color=red:t=fill"

enum { BINARY, JSON, VIEWERS };

static const char *policy, *deadline = DEADLINE;
static struct host host;
static struct viewer viewers[VIEWERS];
static char script[CLIP_PATH];
static int version;

static struct mask_watch seen;
static uint64_t wanted_without; /* what run() waits for */
static int wanted_version;

/* ---- the script ---- */

/* Pieces of Lua that a version is made of: where it is loaded, in init, process, shutdown. */
struct pieces {
    const char *load, *init, *process, *shutdown;
};

static const char script_format[] =
    "settings = { label = 'one' }\n"
    "local mode, left, shared, handed_over\n"
    "local function hang() while true do end end\n"
    "%s\n" /* load */
    "function init(state)\n"
    "  shared, handed_over, state.closing = state, state.closing, nil\n"
    "  %s\n"
    "end\n"
    "function on_message(message)\n"
    "  if message == 'deaf' then hang() end\n"
    "  if message == 'timer' then after(0, hang) end\n"
    "  mode, left = message, 5\n"
    "end\n"
    "function on_settings(changed) if changed.label == 'hang' then hang() end end\n"
    "function shutdown() shared.closing = true %s end\n"
    "function process(frame, state)\n"
    "  frame:set(0, 0, 1, 2, 3) -- from here on a canvas holds the frame as it came\n"
    "  if mode == 'raise' then\n"
    "    left = left - 1\n"
    "    if left == 0 then mode = nil end\n"
    "    error('told to raise')\n"
    "  end\n"
    "  if mode == 'hang' then hang() end\n"
    "  if mode == 'memory' then\n"
    "    local hoard = {}\n"
    "    while true do hoard[#hoard + 1] = ('x'):rep(100000) .. #hoard end\n"
    "  end\n"
    "  if mode == 'payload' then mode = nil return { 0 / 0 } end\n"
    "  frame:rectangle(80, 0, 80, 64, { fill = '#00f' })\n"
    "  %s\n" /* process */
    "  return { label = settings.label, version = %d }\n"
    "end\n";

static void save(const struct pieces *pieces)
{
    static const struct pieces none;
    char other[CLIP_PATH + 4];
    const struct pieces *p = pieces != NULL ? pieces : &none;
    snprintf(other, sizeof(other), "%s.new", script);
    FILE *file = fopen(other, "w");
    assert_non_null(file);
    fprintf(file, script_format, p->load != NULL ? p->load : "", p->init != NULL ? p->init : "",
            p->shutdown != NULL ? p->shutdown : "", p->process != NULL ? p->process : "",
            ++version);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(other, script), 0);
}

/* ---- waiting ---- */

static void run(bool (*done)(void *), void *opaque, const char *what)
{
    if (!viewers_run(viewers, VIEWERS, mr_clock_now_us() + LIMIT_US, done, opaque))
        fail_msg("%s: %s", policy, what);
    assert_false(viewers[BINARY].ended || viewers[BINARY].invalid);
    assert_false(viewers[JSON].ended || viewers[JSON].invalid);
}

static bool has_version(void *opaque)
{
    (void)opaque;
    return seen.version == wanted_version;
}

static bool has_without(void *opaque)
{
    (void)opaque;
    return seen.without >= wanted_without;
}

static bool has_masked(void *opaque)
{
    return seen.masked >= *(uint64_t *)opaque;
}

static bool log_says(void *text)
{
    struct mr_buffer log = { 0 };
    host_read_log(&host, &log);
    bool said = strstr((char *)log.data, text) != NULL;
    mr_buffer_finish(&log);
    return said;
}

static void await_without(unsigned more)
{
    wanted_without = seen.without + more;
    run(has_without, NULL, "no frame without the script");
}

static void await_masked(unsigned more)
{
    uint64_t wanted = seen.masked + more;
    run(has_masked, &wanted, "the script does not run");
}

static void await_log(const char *text)
{
    run(log_says, (void *)text, text);
}

/* A good version: it begins with a clean record. */
static void renew(void)
{
    save(NULL);
    wanted_version = version;
    run(has_version, NULL, "the new version does not come");
}

static json_t *get_state(const char *name)
{
    struct fetched answer;
    assert_int_equal(fetch(host.port, "GET /api/streams/live", &answer), 200);
    json_t *all = json_loadb((char *)answer.body.data, answer.body.size, 0, NULL);
    json_t *wanted = json_incref(json_object_get(all, name));
    json_decref(all);
    fetched_finish(&answer);
    return wanted;
}

static int script_count(const char *name)
{
    json_t *counts = get_state("script");
    int count = (int)json_integer_value(json_object_get(counts, name));
    json_decref(counts);
    return count;
}

static bool has_one_child(void *pid)
{
    pid_t children[2];
    if (host_children(&host, children, 2) != 1)
        return false;
    *(pid_t *)pid = children[0];
    return true;
}

/* The script's process, once the one before is gone. */
static pid_t script_pid(void)
{
    pid_t pid = 0;
    run(has_one_child, &pid, "there is not one process");
    return pid;
}

static void say(const char *word)
{
    char json[32];
    snprintf(json, sizeof(json), "\"%s\"", word);
    viewer_send(&viewers[BINARY], 0x81, json, strlen(json));
}

/* ---- tests ---- */

static void it_raises(void **state)
{
    (void)state;
    uint64_t gaps = viewers[BINARY].gaps;
    int errors = script_count("errors");
    await_masked(3);
    say("raise");
    await_without(5);
    await_masked(3);
    say("payload");
    await_without(1);
    await_masked(3);
    assert_int_equal(script_count("errors"), errors + 6);
    assert_int_equal(viewers[BINARY].gaps, gaps);
}

static void it_hangs(void **state)
{
    static const char *const ways[] = { "hang", "deaf", "timer" };
    (void)state;
    for (int i = 0; i < 3; i++) {
        int kills = script_count("kills");
        renew();
        say(ways[i]);
        await_without(1);
        await_masked(3);
        assert_int_equal(script_count("kills"), kills + 1);
    }
    await_log("stopped after " DEADLINE " ms (deadline)");
}

static void it_runs_out_of_memory(void **state)
{
    (void)state;
    int kills = script_count("kills");
    renew();
    say("memory");
    await_without(1);
    await_masked(3);
    assert_int_equal(script_count("kills"), kills + 1);
    await_log("not enough memory");
}

static void it_dies(void **state)
{
    static const int signals[] = { SIGKILL, SIGSEGV, SIGBUS };
    (void)state;
    for (int i = 0; i < 3; i++) {
        uint64_t gaps = viewers[BINARY].gaps;
        int deaths = script_count("deaths");
        renew();
        assert_int_equal(kill(script_pid(), signals[i]), 0);
        await_without(1);
        await_masked(3);
        assert_int_equal(script_count("deaths"), deaths + 1);
        assert_int_equal(viewers[BINARY].gaps, gaps);
    }
}

/* One that is stopped in the midst of its drawing does not go on with it once it was given up. */
static void it_is_stopped_and_continued(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        int kills = script_count("kills");
        renew();
        pid_t pid = script_pid();
        assert_int_equal(kill(pid, SIGSTOP), 0);
        await_without(1);
        kill(pid, SIGCONT); /* if it is still there */
        await_masked(3);
        assert_int_equal(script_count("kills"), kills + 1);
        assert_true(script_pid() != pid);
    }
}

static void frames_go_on_while_it_is_waited_for(void **state)
{
    (void)state;
    renew();
    uint64_t gaps = viewers[BINARY].gaps, without = seen.without;
    int64_t began_us = mr_clock_now_us();
    for (int i = 0; i < 4; i++) { /* each time it is waited for twice as long */
        assert_int_equal(kill(script_pid(), SIGKILL), 0);
        await_without(1);
        await_masked(1);
    }
    double waited_s = (double)(mr_clock_now_us() - began_us) / 1e6;
    double rate = (double)(seen.without - without) / waited_s;
    assert_true(waited_s > 0.2 + 0.4 + 0.8 + 1.6);
    assert_int_equal(viewers[BINARY].gaps, gaps);
    assert_true(rate > 0.7 * atof(RATE) && rate < 1.2 * atof(RATE));
    print_message("%s: %.1f frames/s while it was waited for, %.1f s\n", policy, rate, waited_s);
}

static void expect_rejected(const struct pieces *pieces, const char *why)
{
    int rejected = script_count("rejected"), good = version;
    save(pieces);
    await_log(why);
    await_masked(3);
    assert_int_equal(script_count("rejected"), rejected + 1);
    assert_int_equal(seen.version, good);
    version = good;
}

static void it_is_replaced(void **state)
{
    (void)state;
    renew();
    uint64_t gaps = viewers[BINARY].gaps, without = seen.without;
    expect_rejected(&(struct pieces){ .load = "x = = 1" }, "process.lua:4: unexpected symbol");
    expect_rejected(&(struct pieces){ .load = "while true do end" }, "process.lua:4: stopped");
    expect_rejected(&(struct pieces){ .process = "error('on the first frame')" },
                    "on the first frame");
    expect_rejected(
        &(struct pieces){ .init = "if handed_over then error('at the last moment') end" },
        "at the last moment");
    /* what is drawn on trial is not shown */
    save(&(struct pieces){ .process = "if not handed_over then frame:fill('lime') end" });
    wanted_version = version;
    run(has_version, NULL, "the version that was tried does not come");
    await_masked(3);
    renew();
    assert_int_equal(seen.without, without);
    assert_int_equal(viewers[BINARY].gaps, gaps);
}

/* The old version is lost while it is replaced: the new one is not made to start again for that. */
static void it_hangs_in_shutdown(void **state)
{
    (void)state;
    int kills = script_count("kills");
    save(&(struct pieces){ .shutdown = "hang()" });
    wanted_version = version;
    run(has_version, NULL, "the version that will hang does not come");
    int starts = script_count("starts");
    renew();
    await_masked((unsigned)atoi(RATE));
    assert_int_equal(script_count("kills"), kills + 1);
    assert_int_equal(script_count("starts"), starts + 1);
    assert_int_equal(script_count("reloads"), script_count("generation") - 1);
    script_pid(); /* and nobody else */
}

static bool has_label(void *label)
{
    return strcmp(seen.label, label) == 0;
}

static void change_label(const char *value)
{
    char request[256];
    struct fetched answer;
    snprintf(request, sizeof(request),
             "PATCH /api/streams/live/settings\r\nAuthorization: Bearer " TOKEN
             "\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n{\"label\":\"%s\"}",
             strlen(value) + strlen("{\"label\":\"\"}"), value);
    fetch(host.port, request, &answer);
    fetched_finish(&answer);
}

static void its_settings_are_changed(void **state)
{
    (void)state;
    renew();
    int kills = script_count("kills");
    change_label("two");
    run(has_label, (void *)"two", "the setting is not changed");
    change_label("hang");
    await_without(1);
    await_masked(3);
    assert_int_equal(script_count("kills"), kills + 1);
    change_label("three");
    run(has_label, (void *)"three", "the setting is not changed");
}

static bool is_idle(void *opaque)
{
    (void)opaque;
    json_t *phase = get_state("phase");
    bool idle = strcmp(json_string_value(phase), "idle") == 0;
    json_decref(phase);
    return idle;
}

static void watch(void)
{
    static const char *const paths[VIEWERS] = { "/ws/live", "/ws/live?format=json" };
    for (int i = 0; i < VIEWERS; i++)
        assert_int_equal(viewer_open(&viewers[i], host.port,
                                     &(struct viewer_options){ .path = paths[i],
                                                               .on_message = mask_watch_look,
                                                               .opaque = &seen }),
                         101);
}

static void leave(void)
{
    for (int i = 0; i < VIEWERS; i++)
        viewer_close(&viewers[i]);
}

static void the_first_frames(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        leave();
        assert_true(viewers_run(NULL, 0, mr_clock_now_us() + LIMIT_US, is_idle, NULL));
        if (i == 2) /* it died while nobody watched */
            assert_int_equal(kill(script_pid(), SIGKILL), 0);
        watch();
        await_masked(3);
    }
    assert_true(seen.compared > seen.masked / 2);
}

/* ---- set-up ---- */

static void begin(const char *source)
{
    clip_path("process.lua", script);
    seen = (struct mask_watch){ .policy = policy };
    version = 0;
    save(NULL);
    const char *const arguments[] = { "--script",   script,    "--on-script-error",
                                      policy,       "--token", TOKEN,
                                      "--deadline", DEADLINE,  "--memory",
                                      "48",         "--size",  "160x120",
                                      "--loop",     "yes",     source,
                                      NULL };
    assert_true(host_start(&host, arguments));
    watch();
}

static int end(void)
{
    leave();
    print_message("%s: %llu pictures with a mask, %llu without the script, %llu in both formats\n",
                  policy, (unsigned long long)seen.masked, (unsigned long long)seen.without,
                  (unsigned long long)seen.compared);
    return host_stop(&host, SIGTERM, 10000000);
}

static void the_source_begins_again(void **state)
{
    char clip[CLIP_PATH];
    (void)state;
    end();
    clip_path("loop.mkv", clip);
    clip_ffmpeg("-y -loglevel error -f lavfi -i testsrc2=size=160x120:rate=25:duration=0.6," GRAPH
                " -c:v ffv1 %s",
                clip);
    begin(clip);
    await_masked(60);
    assert_int_equal(kill(script_pid(), SIGKILL), 0);
    await_without(1);
    await_masked(30);
}

/* Hanging takes time, but it is not running: who only does that is started less and less often. */
static void it_hangs_again_and_again(void **state)
{
    (void)state;
    policy = "blank";
    deadline = PATIENCE;
    begin("lavfi:testsrc2=size=160x120:rate=" RATE "," GRAPH);
    await_masked(1);
    save(&(struct pieces){ .process = "count = (count or 0) + 1 if count == 3 then hang() end" });
    wanted_version = version;
    run(has_version, NULL, "the version that will hang does not come");
    for (int i = 0; i < 3; i++) { /* after 0.2, 0.4, 0.8 s */
        uint64_t without = seen.without;
        await_without(1);
        await_masked(1);
        without = seen.without - without;
        assert_true((double)without > 0.7 * atof(RATE) * 0.2 * (1 << i));
    }
    end();
}

static int start(void **state)
{
    (void)state;
    begin("lavfi:testsrc2=size=160x120:rate=" RATE "," GRAPH);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return end();
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
        cmocka_unit_test(it_is_replaced),
        cmocka_unit_test(it_hangs_in_shutdown),
        cmocka_unit_test(its_settings_are_changed),
        cmocka_unit_test(the_first_frames),
        cmocka_unit_test(the_source_begins_again),
    };
    policy = on_error;
    return cmocka_run_group_tests_name(on_error, tests, start, stop);
}

int main(void)
{
    const struct CMUnitTest further[] = { cmocka_unit_test(it_hangs_again_and_again) };
    return run_with("blank") + run_with("hold") + run_with("pass") +
           cmocka_run_group_tests(further, NULL, NULL);
}

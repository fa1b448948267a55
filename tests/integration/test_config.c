/* Several streams of a configuration, as their viewers and those who edit it see them. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_US  20000000
#define PAUSE_US 20000 /* between two questions to the API */
#define VIEWERS  4

static struct host host;
static struct viewer viewers[VIEWERS];
static char config[CLIP_PATH], label[VIEWERS][32];

static void save(const char *name, const char *text)
{
    char path[CLIP_PATH], temporary[CLIP_PATH + 8];
    clip_path(name, path);
    snprintf(temporary, sizeof(temporary), "%s.tmp", path);
    FILE *file = fopen(temporary, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(temporary, path), 0); /* as editors save */
}

static const char good_script[] = "settings = { label = 'none' }\n"
                                  "function process() return { label = settings.label } end\n";

static void start(const char *text)
{
    const char *arguments[] = { "--config", config, NULL };
    save("good.lua", good_script);
    save("moonreel.lua", text);
    if (!host_start(&host, arguments)) {
        host_stop(&host, 0, WAIT_US);
        fail_msg("the host did not start");
    }
}

static int set_up(void **state)
{
    (void)state;
    clip_path("moonreel.lua", config);
    memset(viewers, 0, sizeof(viewers));
    for (int i = 0; i < VIEWERS; i++)
        viewers[i].fd = -1;
    memset(label, 0, sizeof(label));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < VIEWERS; i++)
        if (viewers[i].fd >= 0)
            viewer_close(&viewers[i]);
    if (host.pid > 0)
        host_stop(&host, SIGKILL, WAIT_US);
    return 0;
}

static void stop(void)
{
    assert_int_equal(host_stop(&host, SIGTERM, WAIT_US), 0);
}

/* ---- viewers ---- */

static void look(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    (void)opaque;
    char payload[128];
    size_t index = (size_t)(viewer - viewers);
    snprintf(payload, sizeof(payload), "%.*s", (int)message->payload_size, message->payload);
    sscanf(payload, "{\"label\":\"%31[^\"]", label[index]);
}

static void watch(int index, const char *stream)
{
    char path[64];
    snprintf(path, sizeof(path), "/ws/%s", stream);
    label[index][0] = '\0';
    assert_int_equal(viewer_open(&viewers[index], host.port,
                                 &(struct viewer_options){ .path = path, .on_message = look }),
                     101);
}

static bool never(void *opaque)
{
    (void)opaque;
    return false;
}

/* Let the viewers read until done says so. */
static void wait_until(bool (*done)(void *opaque), void *opaque, const char *what)
{
    if (!viewers_run(viewers, VIEWERS, mr_clock_now_us() + WAIT_US, done, opaque))
        fail_msg("never came: %s", what);
}

struct sight {
    int viewer;
    uint64_t pictures;
    const char *label;
};

static bool is_seen(void *opaque)
{
    const struct sight *sight = opaque;
    return viewers[sight->viewer].pictures >= sight->pictures &&
           (sight->label == NULL || strcmp(label[sight->viewer], sight->label) == 0);
}

static void wait_for_more(int viewer, uint64_t more)
{
    struct sight sight = { .viewer = viewer, .pictures = viewers[viewer].pictures + more };
    wait_until(is_seen, &sight, "more pictures");
}

static void wait_for_label(int viewer, const char *text)
{
    struct sight sight = { .viewer = viewer, .label = text };
    wait_until(is_seen, &sight, text);
}

static bool is_told(void *opaque)
{
    const int *viewer = opaque;
    return viewers[*viewer].close_code != 0 || viewers[*viewer].ended;
}

static void expect_goodbye(int viewer, const char *reason)
{
    wait_until(is_told, &viewer, reason);
    assert_int_equal(viewers[viewer].close_code, 1001);
    assert_string_equal(viewers[viewer].close_reason, reason);
    viewer_close(&viewers[viewer]);
}

/* It was never sent away, and saw every frame. */
static void expect_undisturbed(int viewer)
{
    wait_for_more(viewer, 3);
    assert_int_equal(viewers[viewer].close_code, 0);
    assert_false(viewers[viewer].ended || viewers[viewer].invalid);
    assert_in_range(viewers[viewer].gaps, 0, VIEWER_GAPS_FORGIVEN);
}

/* ---- what the server says ---- */

/* Ask until the answer holds `wanted`, or no longer does; viewers read meanwhile. */
static void wait_for_answer(const char *address, const char *wanted, bool there)
{
    char request[64];
    int64_t deadline_us = mr_clock_now_us() + WAIT_US;
    snprintf(request, sizeof(request), "GET %s", address);
    for (;;) {
        struct fetched fetched;
        fetch(host.port, request, &fetched);
        bool found = strstr((char *)fetched.body.data, wanted) != NULL;
        if (found != there && mr_clock_now_us() >= deadline_us)
            fail_msg("%s %s \"%s\": %s", address, there ? "never held" : "kept", wanted,
                     (char *)fetched.body.data);
        fetched_finish(&fetched);
        if (found == there)
            return;
        viewers_run(viewers, VIEWERS, mr_clock_now_us() + PAUSE_US, never, NULL);
    }
}

static void wait_for_log(const char *wanted)
{
    int64_t deadline_us = mr_clock_now_us() + WAIT_US;
    for (bool found = false; !found;) {
        struct mr_buffer log = { 0 };
        host_read_log(&host, &log);
        found = log.size > 0 && strstr((char *)log.data, wanted) != NULL;
        if (!found && mr_clock_now_us() >= deadline_us)
            fail_msg("never logged \"%s\":\n%s", wanted, (char *)log.data);
        mr_buffer_finish(&log);
        viewers_run(viewers, VIEWERS, mr_clock_now_us() + PAUSE_US, never, NULL);
    }
}

static int status_of(const char *address)
{
    char request[64];
    struct fetched fetched;
    snprintf(request, sizeof(request), "GET %s", address);
    int status = fetch(host.port, request, &fetched);
    fetched_finish(&fetched);
    return status;
}

/* ---- tests ---- */

static void streams_start_and_fail_independently(void **state)
{
    (void)state;
    save("bad.lua", "function process(\n");
    start("script = 'good.lua'\n"
          "streams = {\n"
          "  yard = { source = 'test:64x48@5', settings = { label = 'Yard' } },\n"
          "  road = { source = 'none.mp4' },\n"
          "  gate = { source = 'test:64x48@5', script = 'bad.lua' },\n"
          "  barn = { source = 'test:64x48@5', settings = { lable = 'x' } },\n"
          "  late = { source = 'http://127.0.0.1:9/late.mjpg', always = true },\n"
          "}\n");
    watch(0, "yard");
    wait_for_label(0, "Yard");
    assert_int_equal(status_of("/healthz"), 503);
    wait_for_answer("/healthz", "\"road\",\"error\":\"cannot open the source: No such file", true);
    wait_for_answer("/healthz", "\"gate\",\"error\":\"the script has an error\"", true);
    wait_for_answer("/healthz", "there is no setting 'lable'; there are: label", true);
    wait_for_answer("/healthz", "yard", false);
    wait_for_answer("/api/streams/gate", "\"phase\":\"failed\"", true);
    wait_for_answer("/api/streams/gate/settings", "the script could not be loaded yet", true);
    wait_for_answer("/api/streams/late", "\"phase\":\"lost\"", true); /* it may come yet */
    wait_for_log("gate: bad.lua:2:");

    watch(1, "gate"); /* waits with it */
    save("bad.lua", "function process() return { label = 'mended' } end");
    wait_for_label(1, "mended");
    wait_for_answer("/healthz", "gate", false);
    expect_undisturbed(0);
    stop();
}

#define A    "  a = { source = 'test:64x48@5', settings = { label = 'A' } },\n"
#define HEAD "script = 'good.lua'\nstreams = {\n"

static void saving_applies_the_difference(void **state)
{
    (void)state;
    start(HEAD A "  b = { source = 'test:64x48@5' },\n"
                 "  c = { source = 'test:64x48@5' },\n }\n");
    watch(0, "a");
    watch(1, "b");
    watch(2, "c");
    wait_for_more(0, 1);
    wait_for_more(1, 1);
    wait_for_more(2, 1);

    save("moonreel.lua", HEAD A "  c = { source = 'test:64x48@5', quality = 50 },\n"
                                "  d = { source = 'test:64x48@5' },\n }\n");
    expect_goodbye(1, "the stream was removed");
    expect_goodbye(2, "the stream was changed");
    wait_for_log("1 streams new, 1 changed, 1 removed, 1 as before");
    assert_int_equal(status_of("/api/streams/b"), 404);
    watch(1, "d");
    watch(2, "c");
    wait_for_more(1, 2);
    wait_for_more(2, 2);
    expect_undisturbed(0);

    save("moonreel.lua", HEAD A "  c = { source = 'test:64x48@5', qualty = 50 } }\n");
    wait_for_log("moonreel.lua:4: streams.c.qualty: is unknown; did you mean quality?");
    wait_for_log("moonreel.lua is wrong; everything stays as it was");
    assert_int_equal(status_of("/api/streams/d"), 200);

    save("moonreel.lua", "listen = '127.0.0.1:1'\nmax_clients = 7\n" HEAD
                         "  a = { source = 'test:64x48@5', settings = { label = 'new' } },\n"
                         "  c = { source = 'test:64x48@5', quality = 50 },\n"
                         "  d = { source = 'test:64x48@5', script = 'absent.lua' },\n }\n");
    wait_for_label(0, "new"); /* in place: */
    wait_for_log("--max-clients has changed; that takes effect when moonreel is started again");
    wait_for_log("streams.d: ");
    wait_for_log("absent.lua");
    expect_undisturbed(0);
    expect_undisturbed(1); /* it cannot be loaded: the one before goes on */
    expect_undisturbed(2);
    stop();
}

static void sighup_starts_failed_streams_again(void **state)
{
    char clip[CLIP_PATH];
    (void)state;
    clip_path("late.mkv", clip);
    unlink(clip);
    start(HEAD A "  late = { source = 'late.mkv', settings = { label = 'late' } },\n }\n");
    wait_for_answer("/api/streams/late", "\"phase\":\"failed\"", true);
    watch(0, "a");
    wait_for_more(0, 1);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=5:duration=3 -c:v mpeg4 %s", clip);
    kill(host.pid, SIGHUP);
    wait_for_answer("/api/streams/late", "\"phase\":\"failed\"", false);
    watch(1, "late");
    wait_for_label(1, "late");
    wait_for_answer("/healthz", "\"ok\"", true);
    expect_undisturbed(0);
    stop();
}

static void a_server_without_a_working_stream_waits(void **state)
{
    (void)state;
    start(HEAD "  a = { source = 'none.mp4' } }\n");
    wait_for_log("no stream runs");
    assert_int_equal(status_of("/"), 200);
    save("moonreel.lua", HEAD A "}\n");
    wait_for_answer("/healthz", "\"ok\"", true);
    watch(0, "a");
    wait_for_label(0, "A");
    stop();
}

static void check(const char *text, int status, const char *out, const char *err)
{
    struct command command;
    save("moonreel.lua", text);
    command_run(&command, (const char *[]){ TEST_BINARY, "--check", "-c", config, NULL }, 20000);
    assert_int_equal(command.status, status);
    char *said = (char *)(status == 0 ? command.out.data : command.err.data);
    const char *rest = said;
    for (char path[CLIP_PATH]; rest != NULL && *rest != '\0';) { /* without the folder's name */
        snprintf(path, sizeof(path), "%.*s", (int)(strlen(config) - strlen("moonreel.lua")),
                 config);
        char *at = strstr(rest, path);
        if (at != NULL)
            memmove(at, at + strlen(path), strlen(at + strlen(path)) + 1);
        rest = at;
    }
    assert_string_equal(said, status == 0 ? out : err);
    command_finish(&command);
}

static void check_says_everything(void **state)
{
    (void)state;
    save("good.lua", good_script);
    save("bad.lua", "function process(\n");
    check(HEAD A "}\n", 0, "moonreel.lua: 1 stream, all right\n", NULL);
    check(HEAD A "  b = { source = 'none.mp4' },\n"
                 "  c = { source = 'rtsp://127.0.0.1:1/x', settings = { label = 5 } },\n"
                 "  d = { source = 'test:', script = 'bad.lua' },\n }\n",
          1, NULL,
          "moonreel: moonreel.lua:4: streams.b.source: cannot play \"none.mp4\": No such file or "
          "directory\n"
          "moonreel: moonreel.lua:5: streams.c.settings: settings.label: 5 is no text\n"
          "moonreel: moonreel.lua:6: streams.d.script: bad.lua:2: <name> or '...' expected near "
          "<eof>\n");
    check("fps = 0\n" HEAD "a = { sorce = 'test:' } }", 1, NULL,
          "moonreel: moonreel.lua:1: fps: \"0\" is not a number from 0.01 to 1000\n"
          "moonreel: moonreel.lua:4: streams.a.sorce: is unknown; did you mean source?\n"
          "moonreel: moonreel.lua:4: streams.a: has no source, as source = \"cars.mp4\"\n");
    check("while true do end", 1, NULL,
          "moonreel: moonreel.lua:1: stopped after 1000 ms; a configuration only says what there "
          "is\n");
}

static void a_link_is_followed_wherever_it_leads(void **state)
{
    (void)state;
    char here[CLIP_PATH], there[CLIP_PATH], file[CLIP_PATH + 16];
    clip_path("linked-1", here);
    clip_path("linked-2", there);
    mkdir(here, 0777);
    mkdir(there, 0777);
    save("linked-1/a.lua", "streams = { one = { source = 'none.mp4' } }\n");
    save("linked-2/a.lua", "streams = { two = { source = 'none.mp4' } }\n");
    start(HEAD A "}\n");
    for (int i = 0; i < 2; i++) {
        snprintf(file, sizeof(file), "%s/a.lua", i == 0 ? here : there);
        unlink(config);
        assert_int_equal(symlink(file, config), 0);
        wait_for_answer("/api/streams", i == 0 ? "\"one\"" : "\"two\"", true);
    }
    save("linked-2/a.lua", "streams = { three = { source = 'none.mp4' } }\n");
    wait_for_answer("/api/streams", "\"three\"", true);
    stop();
    unlink(config);
}

static void many_slow_scripts_do_not_delay_the_end(void **state)
{
    (void)state;
    save("endless.lua", "while true do end\n");
    start(HEAD A "}\n");
    save("moonreel.lua",
         "streams = {} for i = 1, 16 do\n"
         "  streams['s' .. i] = { source = 'test:', script = 'endless.lua' } end\n");
    wait_for_log("script s1: script process");
    assert_int_equal(host_stop(&host, SIGTERM, 2 * ENDS_US), 0);
}

/* Its frames take seconds, and FFmpeg cannot be interrupted in one: if it lasts too long, the program ends without it. */
static void a_stream_that_does_not_end_does_not_delay_the_end(void **state)
{
    (void)state;
    start(HEAD A "  b = { always = true,\n"
                 "    source = 'lavfi:mandelbrot=size=4096x4096:maxiter=1000000' } }\n");
    save("moonreel.lua", HEAD A "}\n");
    wait_for_answer("/api/streams", "\"b\"", false); /* from now on it is waited for */
    int status = host_stop(&host, SIGTERM, 2 * ENDS_US);
    assert_true(status == 1 || status == 0);
}

/* A call that takes years, in the second line. */
#define HANGS "local fine = true\nlocal x = ('a'):rep(400):find(('.-'):rep(8) .. 'b')\n"

static void a_call_that_does_not_end_is_stopped(void **state)
{
    (void)state;
    static const char told[] = "moonreel.lua:2: stopped after 1200 ms, in a call that does not "
                               "end; a configuration only says "
                               "what there is";
    struct command command;
    save("moonreel.lua", HANGS HEAD A "}\n");
    command_run(&command, (const char *[]){ TEST_BINARY, "--check", "-c", config, NULL }, 20000);
    assert_int_equal(command.status, 1);
    assert_non_null(strstr((char *)command.err.data, told));
    command_finish(&command);

    start(HEAD A "}\n");
    watch(0, "a");
    wait_for_more(0, 2);
    save("moonreel.lua", HANGS HEAD A "}\n");
    wait_for_log(told);
    wait_for_more(0, 2);
    assert_int_equal(status_of("/healthz"), 200);
    stop();
}

/* What a process for a configuration has besides Lua: the environment, and no more than 4 MiB of values. */
static void its_process_has_the_environment_and_bounds(void **state)
{
    (void)state;
    assert_int_equal(setenv("MOONREEL_TEST_NAME", "b", 1), 0);
    check("local s = { source = 'test:', script = 'good.lua' }\n"
          "streams = { [os.getenv('MOONREEL_TEST_NAME')] = s, a = s }\n",
          0, "moonreel.lua: 2 streams, all right\n", "");
    check("streams = { a = { source = 'test:', settings = { x = ('a'):rep(5000000) } } }\n", 1, "",
          "moonreel: moonreel.lua: sets more than 4 MiB of values\n");
}

static void a_wrong_file_does_not_start(void **state)
{
    (void)state;
    struct command command;
    save("moonreel.lua", "fps = 0 quality = 0\nstreams = 1");
    command_run(&command, (const char *[]){ TEST_BINARY, "-l", "127.0.0.1:0", "-c", config, NULL },
                20000);
    assert_int_equal(command.status, 1);
    assert_non_null(strstr((char *)command.err.data, "moonreel.lua:1: "));
    assert_non_null(strstr((char *)command.err.data, "(and 2 more: --check says all)"));
    command_finish(&command);
    command_run(&command, (const char *[]){ TEST_BINARY, "-c", config, "test:", NULL }, 20000);
    assert_int_equal(command.status, 2);
    command_finish(&command);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

RUN_TESTS(TEST(streams_start_and_fail_independently), TEST(saving_applies_the_difference),
          TEST(sighup_starts_failed_streams_again), TEST(a_server_without_a_working_stream_waits),
          TEST(a_link_is_followed_wherever_it_leads), TEST(many_slow_scripts_do_not_delay_the_end),
          TEST(a_stream_that_does_not_end_does_not_delay_the_end), TEST(check_says_everything),
          TEST(a_call_that_does_not_end_is_stopped),
          TEST(its_process_has_the_environment_and_bounds), TEST(a_wrong_file_does_not_start))

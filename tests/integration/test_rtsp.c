/* A real RTSP server that dies, comes back, falls silent, or wants a password. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS   5
#define LIMIT_US INT64_C(20000000)
#define SIGNAL   "\"signal\":false"

/* What a wait between two attempts takes at most, and what opening takes on a busy machine. */
#define STEP_US    INT64_C(2400000)
#define OPENING_US INT64_C(3000000)

static const char counting[] = "function process(frame, state)\n"
                               "  state.n = (state.n or 0) + 1\n"
                               "  return { n = state.n }\n"
                               "end\n";

static char script[CLIP_PATH];

/* ---- the server ---- */

struct server {
    pid_t pid;
    int port;
};

/* Start it at `port`, 0: any, and wait until it listens. */
static void serve(struct server *server, int port, const char *method)
{
    char number[16], line[64] = "";
    int out[2];
    snprintf(number, sizeof(number), "%d", port);
    char *arguments[] = { (char *)TEST_RTSP_SERVER, number, (char *)method, (char *)"eye",
                          (char *)"s3same-open",    NULL };
    if (method == NULL)
        arguments[2] = NULL;
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    assert_int_equal(
        posix_spawn(&server->pid, TEST_RTSP_SERVER, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    struct pollfd wait = { .fd = out[0], .events = POLLIN };
    assert_int_equal(poll(&wait, 1, LIMIT_US / 1000), 1);
    assert_true(read(out[0], line, sizeof(line) - 1) > 0);
    assert_int_equal(sscanf(line, "ready %d", &server->port), 1);
    close(out[0]);
}

static void end_server(struct server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
}

/* ---- the viewer ---- */

struct watch {
    struct viewer viewer;
    uint64_t frames, notices; /* since the last look */
    uint64_t all_frames;
    int64_t pts_us;
    long n; /* the script's count */
};

static void take(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    struct watch *watch = opaque;
    (void)viewer;
    char payload[2048];
    snprintf(payload, sizeof(payload), "%.*s", (int)message->payload_size, message->payload);
    assert_true(watch->viewer.pictures <= 1 || message->pts_us >= watch->pts_us);
    watch->pts_us = message->pts_us;
    if (strstr(payload, SIGNAL) != NULL) {
        watch->notices++;
        assert_non_null(strstr(payload, "\"reason\":\""));
        assert_null(strstr(payload, "s3same"));
        return;
    }
    watch->frames++;
    watch->all_frames++;
    assert_int_equal(sscanf(payload, "{\"n\":%ld", &watch->n), 1);
}

/* It has run for a while: the waits between attempts begin anew with the next loss. */
static bool has_frames(void *opaque)
{
    return ((struct watch *)opaque)->frames >= 30;
}

static bool has_a_frame(void *opaque)
{
    return ((struct watch *)opaque)->frames >= 1;
}

static bool has_a_notice(void *opaque)
{
    return ((struct watch *)opaque)->notices >= 1;
}

/* return: how long it took */
static int64_t see(struct watch *watch, bool (*what)(void *opaque))
{
    int64_t start_us = mr_clock_now_us();
    watch->frames = watch->notices = 0;
    if (!viewers_run(&watch->viewer, 1, start_us + LIMIT_US, what, watch))
        fail_msg("not seen; frames %d, notices %d", (int)watch->frames, (int)watch->notices);
    assert_false(watch->viewer.ended);
    assert_false(watch->viewer.invalid);
    return mr_clock_now_us() - start_us;
}

static void join(struct watch *watch, const struct host *host)
{
    *watch = (struct watch){ 0 };
    struct viewer_options options = { .on_message = take, .opaque = watch };
    assert_int_equal(viewer_open(&watch->viewer, host->port, &options), 101);
}

static json_t *ask(const struct host *host)
{
    struct fetched answer;
    assert_int_equal(fetch(host->port, "GET /api/streams/live", &answer), 200);
    json_t *stream = json_loadb((char *)answer.body.data, answer.body.size, 0, NULL);
    assert_non_null(stream);
    fetched_finish(&answer);
    return stream;
}

static bool is_idle(const struct host *host)
{
    json_t *stream = ask(host);
    bool idle = strcmp(json_string_value(json_object_get(stream, "phase")), "idle") == 0;
    json_decref(stream);
    return idle;
}

/* Nobody watches any more: every number was a picture, or one that was counted as dropped. */
static void check_numbers(const struct host *host, uint64_t last_seq)
{
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    while (!is_idle(host))
        assert_true(mr_clock_now_us() < deadline_us);
    json_t *stream = ask(host), *drops = json_object_get(stream, "drops"), *count;
    json_int_t numbers = json_integer_value(json_object_get(stream, "frames_out"));
    const char *cause;
    json_object_foreach(drops, cause, count) numbers += json_integer_value(count);
    json_decref(stream);
    assert_in_range(numbers, last_seq + 1, last_seq + 100);
}

static bool start(struct host *host, const struct server *server, const char *user)
{
    char url[200];
    snprintf(url, sizeof(url), "rtsp://%s127.0.0.1:%d/ball", user, server->port);
    const char *const arguments[] = { "--script", script,        "--stall", "1",
                                      url,        "--log-level", "trace",   NULL };
    return host_start(host, arguments);
}

static void check_log(const struct host *host, const char *wanted, int times)
{
    struct mr_buffer log = { 0 };
    host_read_log(host, &log);
    const char *text = (const char *)log.data;
    assert_null(strstr(text, "s3same"));
    assert_null(strstr(text, "ZXllOnMzc2FtZS1vcGVu")); /* as Basic has it: eye:s3same-open */
    assert_null(strstr(text, "wr0ng"));
    assert_null(strstr(text, "ZXllOndyMG5n")); /* eye:wr0ng */
    int found = 0;
    for (const char *at = text; (at = strstr(at, wanted)) != NULL; at++)
        found++;
    if (found != times)
        fail_msg("\"%s\" %d times, not %d", wanted, found, times);
    mr_buffer_finish(&log);
}

/* ---- tests ---- */

static void viewers_outlast_a_server_that_dies(void **state)
{
    (void)state;
    struct server server;
    struct host host;
    struct watch watch;
    struct fetched answer;
    serve(&server, 0, NULL);
    assert_true(start(&host, &server, ""));
    join(&watch, &host);
    for (int i = 0; i < ROUNDS; i++) {
        see(&watch, has_frames);
        end_server(&server);
        see(&watch, has_a_notice);
        if (i == 0)
            assert_int_equal(fetch(host.port, "GET /healthz", &answer), 503);
        if (i == 0)
            fetched_finish(&answer);
        serve(&server, server.port, NULL);
        int64_t took_us = see(&watch, has_a_frame);
        print_message("back after %.2f s\n", (double)took_us / 1e6);
        assert_true(took_us < STEP_US + OPENING_US);
    }
    assert_int_equal(fetch(host.port, "GET /healthz", &answer), 200);
    fetched_finish(&answer);
    assert_int_equal(fetch(host.port, "GET /metrics", &answer), 200);
    mr_buffer_append(&answer.body, "", 1);
    assert_non_null(
        strstr((char *)answer.body.data, "moonreel_source_reconnects_total{stream=\"live\"} 5"));
    fetched_finish(&answer);
    assert_true((uint64_t)watch.n >= watch.all_frames); /* one script, all the time */
    viewer_close(&watch.viewer);
    check_numbers(&host, watch.viewer.last_seq);
    check_log(&host, ": lost, trying again: ", ROUNDS);
    check_log(&host, ": back after ", ROUNDS);
    end_server(&server);
    assert_int_equal(host_stop(&host, SIGTERM, ENDS_US), 0);
}

static void a_server_that_falls_silent_is_lost(void **state)
{
    (void)state;
    struct server server;
    struct host host;
    struct watch watch;
    serve(&server, 0, "digest");
    assert_true(start(&host, &server, "eye:s3same-open@"));
    join(&watch, &host);
    see(&watch, has_frames);
    kill(server.pid, SIGSTOP);
    int64_t took_us = see(&watch, has_a_notice);
    assert_in_range(took_us, 900000, 6000000);
    kill(server.pid, SIGCONT);
    see(&watch, has_a_frame);
    viewer_close(&watch.viewer);
    check_numbers(&host, watch.viewer.last_seq);
    kill(server.pid, SIGSTOP); /* it must not hold up the end, either */
    check_log(&host, ": lost, trying again: ", 1);
    assert_int_equal(host_stop(&host, SIGTERM, ENDS_US), 0);
    end_server(&server);
}

static void a_wrong_password_is_said_once(void **state)
{
    (void)state;
    static const char *const methods[] = { "basic", "digest" };
    for (int i = 0; i < 2; i++) {
        struct server server;
        struct host host;
        serve(&server, 0, methods[i]);
        assert_false(start(&host, &server, "eye:wr0ng@"));
        check_log(&host, "moonreel: cannot open \"rtsp://eye:***@127.0.0.1:", 1);
        check_log(&host, "Server returned 401 Unauthorized (authorization failed)", 1);
        assert_int_equal(host_stop(&host, 0, LIMIT_US), 1);
        end_server(&server);
    }
}

static int set_up(void **state)
{
    (void)state;
    char registry[CLIP_PATH];
    clip_path("gst-registry", registry);
    setenv("GST_REGISTRY", registry, 1); /* leave the home alone */
    clip_path("count.lua", script);
    FILE *file = fopen(script, "w");
    if (file == NULL)
        return -1;
    fputs(counting, file);
    return fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(viewers_outlast_a_server_that_dies),
        cmocka_unit_test(a_server_that_falls_silent_is_lost),
        cmocka_unit_test(a_wrong_password_is_said_once),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}

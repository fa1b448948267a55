/* Sources over a network, as a user names them: another moonreel, and what is not to be shown. */
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/web.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MS      30000
#define TOKEN         "let-me-in"
#define AUTHORIZATION "\r\nAuthorization: Bearer " TOKEN
#define SECRET        "qjxzqjxz"

static const char *write_script(const char *name, const char *text)
{
    static char path[CLIP_PATH];
    clip_path(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static int count_lines(const struct mr_buffer *text)
{
    int lines = 0;
    for (size_t i = 0; i < text->size; i++)
        lines += text->data[i] == '\n';
    return lines;
}

static void assert_secret(const struct mr_buffer *text)
{
    if (text->size > 0 && memmem(text->data, text->size, SECRET, strlen(SECRET)) != NULL)
        fail_msg("a secret is shown: %.*s", (int)text->size, (const char *)text->data);
}

/* With a payload as long as a header may be, of what could be taken for the next picture's. */
static void another_moonreel_is_a_source(void **state)
{
    (void)state;
    const char *script =
        write_script("long.lua", "function process()\n"
                                 "  return { text = ('--frame\\r\\n\\r\\n'):rep(500) }\n"
                                 "end\n");
    struct host first;
    assert_true(host_start(&first, (const char *const[]){ "--script", script, "--view-token",
                                                          SECRET, "test:160x120@20", NULL }));
    char url[128];
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/stream/live.mjpg?token=" SECRET, first.port);
    struct command second;
    command_run(&second,
                (const char *const[]){ TEST_BINARY, "--headless", "--script",
                                       TEST_SOURCE_DIR "/lua/dummy.lua", "--frames", "15",
                                       "--jsonl", "-", "--log-level", "trace", url, NULL },
                LIMIT_MS);
    if (second.status != 0)
        fail_msg("%d: %s", second.status, (char *)second.err.data);
    assert_int_equal(count_lines(&second.out), 15);
    assert_non_null(strstr((char *)second.out.data, "\"width\":160,\"height\":120"));
    assert_non_null(strstr((char *)second.err.data, "mjpeg 160x120"));
    assert_secret(&second.err);
    command_finish(&second);
    assert_int_equal(host_stop(&first, SIGTERM, HANGS_US), 0);
}

/* Run it with all that is said about it. */
static void check_hidden(const char *url, const char *option, const char *words)
{
    struct command run;
    command_run(&run,
                (const char *const[]){
                    TEST_BINARY, "--headless", "--script", TEST_SOURCE_DIR "/lua/dummy.lua",
                    "--frames", "1", "--log-level", "trace", "--input-option", option, url, NULL },
                LIMIT_MS);
    assert_secret(&run.err);
    assert_secret(&run.out);
    if (strstr((char *)run.err.data, words) == NULL)
        fail_msg("%s: no \"%s\" in %s", url, words, (char *)run.err.data);
    command_finish(&run);
}

/* A still behind a password, which is the secret. */
static struct web *start_web(void)
{
    static char folder[CLIP_PATH];
    clip_path("s.jpg", folder);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48 -frames:v 1 %s", folder);
    *strrchr(folder, '/') = '\0';
    return web_start(
        &(struct web_options){ .folder = folder, .authorize = "Basic dTpxanh6cWp4eg==" });
}

static void shows_no_secret(void **state)
{
    (void)state;
    char url[512];
    struct web *web = start_web();
    int port = web_port(web);
    snprintf(url, sizeof(url), "http://u:" SECRET "@127.0.0.1:%d/s.jpg", port);
    check_hidden(url, "cookies=a=" SECRET "; path=/; domain=127.0.0.1", "1 frames");
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/s.jpg?%%70assword=" SECRET "&x=1", port);
    check_hidden(url, "headers=Authorization: Bearer " SECRET "\r\nX-Api-Key: " SECRET "\r\n",
                 "401");
    snprintf(url, sizeof(url), "http://u:p?" SECRET "@127.0.0.1:%d/s.jpg", port);
    check_hidden(url, "user_agent=a", "cannot open");
    check_hidden("rtsp://u:" SECRET "@127.0.0.1:1/x?pwd=" SECRET, "user_agent=a", "refused");
    check_hidden("srt://127.0.0.1:1?passphrase=" SECRET "&connect_timeout=100", "latency=1",
                 "cannot open");
    check_hidden("rtmp://u:" SECRET "@127.0.0.1:1/x/y", "rtmp_live=live", "refused");
    check_hidden("rtmp://127.0.0.1:1/app/" SECRET, "rtmp_live=live", "rtmp://127.0.0.1:1/app/***");
    check_hidden("rtsp://u:12/a@b#" SECRET "?x@127.0.0.1:1/x", "user_agent=a",
                 "rtsp://u:***@127.0.0.1:1/x");
    check_hidden("http://127.0.0.1:1/", "X-Api: " SECRET, "input option \"X-Api…\" is not KEY");
    check_hidden("http://127.0.0.1:1/", "my_password=" SECRET, "input option \"my_password\"");
    check_hidden("http://127.0.0.1:1/", "headers:Authorization: " SECRET, "is not KEY=VALUE");
    web_stop(web);
}

static void serves_no_secret(void **state)
{
    (void)state;
    struct host host;
    struct fetched fetched;
    struct web *web = start_web();
    char url[256];
    snprintf(url, sizeof(url), "http://u:" SECRET "@127.0.0.1:%d/s.jpg?token=" SECRET,
             web_port(web));
    assert_true(host_start(
        &host, (const char *const[]){
                   "--token", TOKEN, "--log-level", "trace", "--always", "--input-option",
                   "headers=X-Api: " SECRET "\r\nX-Key: " SECRET "\r\n", url, NULL }));
    const char *const paths[] = { "GET /api/streams" AUTHORIZATION, "GET /api/streams",
                                  "GET /metrics", "GET /healthz" AUTHORIZATION };
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        fetch(host.port, paths[i], &fetched);
        assert_secret(&fetched.body);
        if (i == 0)
            assert_non_null(strstr((char *)fetched.body.data, "/s.jpg?token=***"));
        fetched_finish(&fetched);
    }
    struct mr_buffer log = { 0 };
    host_read_log(&host, &log);
    assert_non_null(strstr((char *)log.data, "request: GET /s.jpg"));
    assert_non_null(strstr((char *)log.data, "X-Api: ***"));
    assert_secret(&log);
    mr_buffer_finish(&log);
    host_stop(&host, SIGTERM, HANGS_US);
    web_stop(web);
}

RUN_TESTS(cmocka_unit_test(another_moonreel_is_a_source), cmocka_unit_test(shows_no_secret),
          cmocka_unit_test(serves_no_secret))

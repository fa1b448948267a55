/* Viewers over plain HTTP against the real program: Motion JPEG for the programs that are known to
 * take it, snapshots with curl, events. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/parts.h"
#include "support/viewer.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define PYTHON "/usr/bin/python3" /* Debian's, which has Debian's packages */

static struct host host;

static int start(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--size", "400x300", "test:", NULL };
    return host_start(&host, arguments) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    return host_stop(&host, SIGTERM, HANGS_US) == 0 || host.pid == 0 ? 0 : -1;
}

/* Run a shell command; PORT is in its environment. return: what it printed; finish the buffer */
static struct mr_buffer shell(const char *text)
{
    struct command command;
    char port[16];
    snprintf(port, sizeof(port), "%d", host.port);
    setenv("PORT", port, 1);
    command_run(&command, (const char *const[]){ "sh", "-c", text, NULL }, 30000);
    if (command.status != 0)
        fail_msg("%s: exit status %d: %s", text, command.status, (char *)command.err.data);
    struct mr_buffer out = command.out;
    mr_buffer_append(&out, "", 0);
    command.out = (struct mr_buffer){ 0 };
    command_finish(&command);
    return out;
}

static void assert_shell(const char *text, const char *expected)
{
    struct mr_buffer out = shell(text);
    assert_string_equal((char *)out.data, expected);
    mr_buffer_finish(&out);
}

/* ---- programs that take Motion JPEG ---- */

static void ffmpeg_takes_it(void **state)
{
    (void)state;
    assert_shell("ffprobe -v error -show_entries stream=codec_name,width,height -of csv=p=0 "
                 "http://127.0.0.1:$PORT/stream/live.mjpg",
                 "mjpeg,400,300\n");
    assert_shell("ffmpeg -v error -i http://127.0.0.1:$PORT/stream/live.mjpg -frames:v 20 "
                 "-f framemd5 - | grep -vc '^#'",
                 "20\n");
}

static void opencv_takes_it(void **state)
{
    (void)state;
    assert_shell(PYTHON " -c 'import cv2, os\n"
                        "url = \"http://127.0.0.1:\" + os.environ[\"PORT\"]\n"
                        "video = cv2.VideoCapture(url + \"/stream/live.mjpg\")\n"
                        "print([video.read()[1].shape for i in range(20)][-1])'",
                 "(300, 400, 3)\n");
}

/* VLC does not run as root; it is ended once it has shown and saved some pictures, whose height it
 * rounds up. */
static void vlc_takes_it(void **state)
{
    (void)state;
    assert_shell(
        "dir=$(mktemp -d) && chmod 777 $dir && as=\n"
        "[ $(id -u) != 0 ] || as='setpriv --reuid 65534 --regid 65534 --clear-groups'\n"
        "HOME=$dir $as vlc -I dummy --no-audio --vout dummy --video-filter scene "
        "--scene-path $dir --scene-prefix shot --scene-ratio 10 "
        "http://127.0.0.1:$PORT/stream/live.mjpg >$dir/log 2>&1 &\n"
        "vlc=$!\n"
        "until [ -s $dir/shot00021.png ]; do\n"
        "    kill -0 $vlc 2>/dev/null || { cat $dir/log >&2; exit 1; }\n"
        "    sleep 0.05\n"
        "done\n"
        "kill $vlc; wait $vlc || true\n"
        "ffprobe -v error -show_entries stream=codec_name,width -of csv=p=0 $dir/shot00011.png\n"
        "rm -r $dir",
        "png,400\n");
}

/* ---- slow viewers ---- */

static int64_t captured_us(const struct fetched *part)
{
    long long seconds, rest;
    assert_int_equal(sscanf(fetched_header(part, "X-Timestamp"), "%lld.%6lld", &seconds, &rest), 2);
    return seconds * 1000000 + rest;
}

static int64_t age_us(const struct fetched *part)
{
    return mr_clock_wall_us() - captured_us(part);
}

/* What its socket holds is a few frames; what comes after those is recent. */
static void a_viewer_that_stalls_finds_few_old_frames(void **state)
{
    (void)state;
    int old = 0;
    int slow = parts_open(host.port, "/stream/live.mjpg", 4096);
    int fast = parts_open(host.port, "/stream/live.mjpg", 0);
    struct fetched part;
    for (int i = 0; i < 75; i++) {
        assert_true(parts_read(fast, &part));
        fetched_finish(&part);
    }
    for (bool recent = false; !recent;) {
        assert_true(parts_read(slow, &part));
        recent = age_us(&part) < 1000000;
        old += !recent;
        fetched_finish(&part);
        assert_true(old < 75);
    }
    print_message("%d old frames were on their way\n", old);
    assert_in_range(old, 0, 5);
    close(fast);
    close(slow);
}

/* Reading 100 KB a second of three times as much. */
static void a_slow_viewer_sees_recent_frames(void **state)
{
    (void)state;
    uint64_t first = 0, last = 0;
    int64_t begin_us = mr_clock_now_us(), bytes = 0, worst_us = 0;
    int frames = 0;
    int fd = parts_open(host.port, "/stream/live.mjpg", 4096);
    while (mr_clock_now_us() - begin_us < 5000000) {
        struct fetched part;
        assert_true(parts_read(fd, &part));
        last = strtoull(fetched_header(&part, "X-Seq"), NULL, 10);
        first = frames++ == 0 ? last : first;
        worst_us = age_us(&part) > worst_us ? age_us(&part) : worst_us;
        bytes += (int64_t)part.body.size;
        fetched_finish(&part);
        int64_t due_us = begin_us + bytes * 10, now_us = mr_clock_now_us();
        if (due_us > now_us)
            usleep((useconds_t)(due_us - now_us));
    }
    print_message("%d of %d frames, at most %d ms old\n", frames, (int)(last - first + 1),
                  (int)(worst_us / 1000));
    assert_true(frames > 10);
    assert_true(last - first + 1 > (uint64_t)frames);
    assert_in_range(worst_us, 0, 2000000);
    close(fd);
}

/* ---- snapshots ---- */

static void snapshots_with_curl(void **state)
{
    (void)state;
    assert_shell("curl -sf http://127.0.0.1:$PORT/snapshot/live.jpg | "
                 "ffprobe -v error -show_entries stream=codec_name,width,height -of csv=p=0 -",
                 "mjpeg,400,300\n");
    assert_shell("curl -sfI http://127.0.0.1:$PORT/snapshot/live.jpg | tr -d '\\r' | "
                 "grep -Ec '^(HTTP/1.1 200 OK|Content-Type: image/jpeg|Content-Length: [0-9]{4,}|"
                 "Cache-Control: no-store|ETag: \".*\"|X-Seq: [0-9]+|"
                 "X-Timestamp: [0-9]+[.][0-9]{6}|X-Payload: [{]\"count\":[0-9]+[}])$'",
                 "8\n");
    assert_shell("curl -s -o /dev/null -w '%{http_code} ' "
                 "-X POST http://127.0.0.1:$PORT/snapshot/live.jpg "
                 "--next -s -o /dev/null -w '%{http_code} ' -I "
                 "http://127.0.0.1:$PORT/snapshot/none.jpg "
                 "--next -s http://127.0.0.1:$PORT/events/none",
                 "405 404 {\"error\":\"there is no stream \\\"none\\\"\"}");
}

static void wait_for_phase(const char *wanted)
{
    int64_t deadline_us = mr_clock_now_us() + 10000000;
    for (bool reached = false; !reached;) {
        struct fetched answer;
        assert_int_equal(fetch(host.port, "GET /api/streams/live", &answer), 200);
        json_t *all = json_loadb((char *)answer.body.data, answer.body.size, 0, NULL);
        reached = strcmp(json_string_value(json_object_get(all, "phase")), wanted) == 0;
        json_decref(all);
        fetched_finish(&answer);
        assert_true(mr_clock_now_us() < deadline_us);
    }
}

static void a_resting_stream_gets_up_for_a_snapshot(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct fetched got;
        wait_for_phase("idle");
        int64_t asked_us = mr_clock_wall_us();
        assert_int_equal(fetch(host.port, "GET /snapshot/live.jpg", &got), 200);
        assert_true(captured_us(&got) >= asked_us);
        assert_memory_equal(got.body.data, "\xff\xd8\xff", 3);
        fetched_finish(&got);
    }
}

static void save_etag(char etag[64])
{
    struct fetched got;
    assert_int_equal(fetch(host.port, "HEAD /snapshot/live.jpg", &got), 200);
    snprintf(etag, 64, "%s", fetched_header(&got, "ETag"));
    fetched_finish(&got);
}

/* The source has ended: its last image stays, and so does its tag. */
static void an_image_is_known_until_the_server_starts_again(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--always", "--loop", "no",
                                             "lavfi:testsrc2=size=64x48:rate=25:duration=0.2",
                                             NULL };
    char etag[64], again[64], request[128];
    struct fetched got;
    host_stop(&host, SIGTERM, HANGS_US);
    assert_true(host_start(&host, arguments));
    wait_for_phase("finished");
    save_etag(etag);
    save_etag(again);
    assert_string_equal(etag, again);
    snprintf(request, sizeof(request), "GET /snapshot/live.jpg\r\nIf-None-Match: %s", etag);
    assert_int_equal(fetch(host.port, request, &got), 304);
    assert_int_equal(got.body.size, 0);
    fetched_finish(&got);

    assert_int_equal(host_stop(&host, SIGTERM, HANGS_US), 0);
    assert_true(host_start(&host, arguments));
    wait_for_phase("finished");
    assert_int_equal(fetch(host.port, request, &got), 200);
    fetched_finish(&got);
}

static void a_source_that_gives_nothing(void **state)
{
    (void)state;
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof(address);
    char url[64];
    int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(silent, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(silent, 1), 0);
    getsockname(silent, (struct sockaddr *)&address, &size);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", ntohs(address.sin_port));

    host_stop(&host, SIGTERM, HANGS_US);
    assert_true(host_start(&host, (const char *const[]){ "--stall", "30", url, NULL }));
    int64_t asked_us = mr_clock_now_us();
    assert_shell("curl -s -D - http://127.0.0.1:$PORT/snapshot/live.jpg | tr -d '\\r' | "
                 "grep -E '^HTTP|^Retry|error'",
                 "HTTP/1.1 503 Service Unavailable\nRetry-After: 5\n"
                 "{\"error\":\"there is no image yet\"}\n");
    assert_in_range(mr_clock_now_us() - asked_us, 4900000, 9000000);
    assert_int_equal(host_stop(&host, SIGTERM, HANGS_US), 0);
    close(silent);
}

/* ---- payloads ---- */

static void write_script(char path[CLIP_PATH])
{
    clip_path("say.lua", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("function process(frame, state)\n"
          "  state.n = (state.n or 0) + 1\n"
          "  if state.n % 5 == 0 then broadcast({ said = state.n }) end\n"
          "  return { n = state.n, word = '\xc3\xa4\xf0\x9f\x8c\x99' }\n"
          "end\n",
          file);
    assert_int_equal(fclose(file), 0);
}

static void events_and_payloads(void **state)
{
    (void)state;
    char script[CLIP_PATH];
    struct fetched part;
    write_script(script);
    host_stop(&host, SIGTERM, HANGS_US);
    assert_true(host_start(&host, (const char *const[]){ "--script", script, "test:", NULL }));

    struct mr_buffer out = shell("timeout 20 sh -c 'curl -sN http://127.0.0.1:$PORT/events/live | "
                                 "sed -n \"/^event/{p;n;p;q};p\"'");
    const char *text = (char *)out.data;
    assert_memory_equal(text, "retry: 2000\n\nid: 0\ndata: {\"n\":1,\"word\":", 38);
    assert_non_null(
        strstr(text, "\n\nid: 1\ndata: {\"n\":2,\"word\":\"\xc3\xa4\xf0\x9f\x8c\x99\"}"));
    assert_non_null(strstr(text, "\n\nevent: broadcast\ndata: {\"said\":5}\n"));
    mr_buffer_finish(&out);

    int fd = parts_open(host.port, "/stream/live.mjpg", 0);
    assert_true(parts_read(fd, &part));
    assert_non_null(
        strstr(fetched_header(&part, "X-Payload"), ",\"word\":\"\\u00e4\\ud83c\\udf19\"}"));
    fetched_finish(&part);
    close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(ffmpeg_takes_it),
        TEST(opencv_takes_it),
        TEST(vlc_takes_it),
        TEST(a_viewer_that_stalls_finds_few_old_frames),
        TEST(a_slow_viewer_sees_recent_frames),
        TEST(snapshots_with_curl),
        TEST(a_resting_stream_gets_up_for_a_snapshot),
        TEST(an_image_is_known_until_the_server_starts_again),
        TEST(a_source_that_gives_nothing),
        TEST(events_and_payloads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

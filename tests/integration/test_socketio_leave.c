/* Socket.IO clients that leave in the middle of something, against the real program. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/fetch.h"
#include "support/host.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define RECEIVE_BYTES 4096 /* of a frame of half a megabyte */
#define BEGUN_BYTES   1000 /* more than what comes before a frame */

static struct host host;

static int start(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--size",    "1280x720", "--fit", "stretch",
                                             "--quality", "100",      "test:", NULL };
    return host_start(&host, arguments) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    return host_stop(&host, SIGTERM, HANGS_US) == 0 ? 0 : -1;
}

static void say(int fd, const char *packet)
{
    uint8_t frame[6 + 125] = { 0x81, (uint8_t)(0x80 | strlen(packet)) };
    memcpy(frame + 6, packet, strlen(packet));
    fetch_send(fd, frame, 6 + strlen(packet));
}

static void wait_for_a_frame(int fd)
{
    int64_t deadline_us = mr_clock_now_us() + 10000000;
    int waiting = 0;
    while (waiting < BEGUN_BYTES) {
        assert_true(mr_clock_now_us() < deadline_us);
        assert_int_equal(ioctl(fd, FIONREAD, &waiting), 0);
        usleep(10000);
    }
}

static int join(void)
{
    static const char handshake[] =
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    struct mr_buffer head = { 0 };
    int fd = fetch_connect(host.port, RECEIVE_BYTES);
    fetch_send(fd, handshake, strlen(handshake));
    assert_int_equal(fetch_read_head(fd, &head), 101);
    mr_buffer_finish(&head);
    say(fd, "40");
    wait_for_a_frame(fd);
    return fd;
}

/* Read until nothing comes any more; the rest of the frame does. return: how much came */
static size_t drain(int fd)
{
    static char bytes[65536];
    struct timeval patience = { .tv_usec = 500000 };
    size_t all = 0;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    for (ssize_t got; (got = recv(fd, bytes, sizeof(bytes), 0)) > 0;)
        all += (size_t)got;
    return all;
}

static void assert_alive(void)
{
    struct fetched answer;
    assert_int_equal(fetch(host.port, "GET /healthz", &answer), 200);
    fetched_finish(&answer);
}

static void the_frame_arrives_and_no_other(void **state)
{
    (void)state;
    int fd = join();
    say(fd, "41");
    assert_in_range(drain(fd), 10000, 4000000);
    assert_alive();
    say(fd, "40"); /* and back again */
    wait_for_a_frame(fd);
    close(fd);
    assert_alive();
}

static void or_it_is_gone(void **state)
{
    (void)state;
    int fd = join();
    say(fd, "41");
    close(fd);
    fd = join();
    close(fd);
    assert_alive();
}

/* ---- one who polls, of a stream whose script speaks with every frame ---- */

#define POLL "/socket.io/?EIO=4&transport=polling"

static int start_talking(void **state)
{
    char script[CLIP_PATH];
    (void)state;
    clip_path("talking.lua", script);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fputs("function process() broadcast({ tick = 1 }) return { n = 1 } end\n", file);
    fclose(file);
    const char *const arguments[] = { "--script", script, "--always", "--size", "64x48",
                                      "--fps",    "10",   "test:",    NULL };
    return host_start(&host, arguments) ? 0 : -1;
}

/* Ask and keep the connection. return: the socket; the answer's body is in *body */
static int ask(const char *method, const char *sid, const char *post, struct mr_buffer *body)
{
    struct mr_buffer request = { 0 }, head = { 0 };
    int fd = fetch_connect(host.port, 0);
    mr_buffer_printf(&request, "%s " POLL "%s%s HTTP/1.1\r\nHost: localhost\r\n", method,
                     sid[0] != '\0' ? "&sid=" : "", sid);
    if (post != NULL)
        mr_buffer_printf(&request, "Content-Length: %zu\r\n", strlen(post));
    mr_buffer_printf(&request, "\r\n%s", post != NULL ? post : "");
    fetch_send(fd, request.data, request.size);
    assert_int_equal(fetch_read_head(fd, &head), 200);
    mr_buffer_append(&head, "", 0);
    const char *length = strstr((char *)head.data, "Content-Length: ");
    assert_non_null(length);
    size_t size = strtoul(length + strlen("Content-Length: "), NULL, 10);
    mr_buffer_clear(body);
    assert_int_equal(recv(fd, mr_buffer_reserve(body, size + 1), size, MSG_WAITALL), size);
    body->data[size] = '\0';
    mr_buffer_finish(&request);
    mr_buffer_finish(&head);
    return fd;
}

static void begin_session(char sid[64], struct mr_buffer *body)
{
    close(ask("GET", "", NULL, body));
    const char *name = strstr((char *)body->data, "\"sid\":\"");
    assert_non_null(name);
    snprintf(sid, 64, "%.*s", (int)strcspn(name + 7, "\""), name + 7);
    close(ask("POST", sid, "40", body));
}

static uint64_t texts_sent(void)
{
    struct fetched answer;
    assert_int_equal(fetch(host.port, "GET /api/streams/live", &answer), 200);
    const char *sent = strstr((char *)answer.body.data, "\"sent\":");
    assert_non_null(sent);
    uint64_t count = strtoull(sent + strlen("\"sent\":"), NULL, 10);
    fetched_finish(&answer);
    return count;
}

static void wait_for_texts(uint64_t count)
{
    int64_t deadline_us = mr_clock_now_us() + 20000000;
    for (uint64_t until = texts_sent() + count; texts_sent() < until;) {
        assert_true(mr_clock_now_us() < deadline_us);
        usleep(20000);
    }
}

/* A poll that was answered with a frame is still there when the next one comes, and when the viewer
 * goes, of whom it knows. (AddressSanitizer sees what it does then.) */
static void a_poll_outlives_its_viewer(void **state)
{
    (void)state;
    static const char events[] = "GET /events/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char sid[64];
    struct mr_buffer body = { 0 };
    int other = fetch_connect(host.port, 0); /* the script speaks while somebody is there */
    fetch_send(other, events, strlen(events));
    begin_session(sid, &body);
    int held, next, frames = 0;
    int64_t deadline_us = mr_clock_now_us() + 20000000;
    do {
        assert_true(mr_clock_now_us() < deadline_us);
        held = ask("GET", sid, NULL, &body);
        if (strncmp((char *)body.data, "42[\"stream\"", 11) == 0 && ++frames == 3)
            break;
        close(held);
    } while (true);
    next = ask("GET", sid, NULL, &body);
    close(ask("POST", sid, "41", &body));
    wait_for_texts(20); /* for as long as the end of the held one is waited for */
    assert_alive();
    close(other);
    close(held);
    close(next);
    mr_buffer_finish(&body);
}

/* return: how many of 12 floods of a thousand events were taken before the door was shown */
static int flood(bool rejoining)
{
    char sid[64];
    struct mr_buffer body = { 0 }, events = { 0 }, request = { 0 };
    struct fetched answer;
    int taken = 0, status = 200;
    begin_session(sid, &body);
    for (int i = 0; i < 1000; i++)
        mr_buffer_printf(&events, "%s42[\"x\",1]", i > 0 ? "\x1e" : "");
    mr_buffer_printf(&request, "POST " POLL "&sid=%s\r\nContent-Length: %zu\r\n\r\n%s", sid,
                     events.size, (char *)events.data);
    while (taken < 12 && status == 200) {
        status = fetch(host.port, (char *)request.data, &answer);
        fetched_finish(&answer);
        taken += status == 200;
        if (rejoining && status == 200 && taken % 2 == 0) {
            char rejoin[256];
            snprintf(rejoin, sizeof(rejoin),
                     "POST " POLL "&sid=%s\r\nContent-Length: 5\r\n\r\n41\x1e"
                     "40",
                     sid);
            status = fetch(host.port, rejoin, &answer);
            fetched_finish(&answer);
        }
    }
    mr_buffer_finish(&body);
    mr_buffer_finish(&events);
    mr_buffer_finish(&request);
    return taken;
}

static void rejoining_renews_no_right(void **state)
{
    (void)state;
    assert_in_range(flood(false), 2, 6);
    assert_in_range(flood(true), 2, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_frame_arrives_and_no_other),
        cmocka_unit_test(or_it_is_gone),
    };
    const struct CMUnitTest polling[] = {
        cmocka_unit_test(a_poll_outlives_its_viewer),
        cmocka_unit_test(rejoining_renews_no_right),
    };
    return cmocka_run_group_tests(tests, start, stop) +
           cmocka_run_group_tests(polling, start_talking, stop);
}

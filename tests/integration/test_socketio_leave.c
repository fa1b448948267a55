/* A Socket.IO client that leaves while a frame is on its way to it, against the real program. */
#include "base/clock.h"
#include "support/fetch.h"
#include "support/host.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
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
    return host_stop(&host, SIGTERM, 5000000) == 0 ? 0 : -1;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_frame_arrives_and_no_other),
        cmocka_unit_test(or_it_is_gone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

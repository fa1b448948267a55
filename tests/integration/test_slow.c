/* Clients that drip, idle and read slowly, hundreds of them, against the real program: nobody who
 * watches misses a frame, and whoever comes is answered at once. */
#include "base/clock.h"
#include "support/check.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define ATTACKERS 500
#define VIEWERS   5
#define ROUNDS    10
#define ANSWER_US 1000000

static struct host host;
static int attackers[ATTACKERS];
static struct viewer viewers[VIEWERS];

static char web_dir[] = TEST_WORK_DIR "/slow-XXXXXX";
static char files[2][sizeof(web_dir) + 16]; /* that fits into a socket, that does not */

static void make_files(void)
{
    static const off_t sizes[2] = { 90 * 1024, 16 * 1024 * 1024 };
    assert_non_null(mkdtemp(web_dir));
    for (int i = 0; i < 2; i++) {
        snprintf(files[i], sizeof(files[i]), "%s/%d.bin", web_dir, i);
        int fd = open(files[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(ftruncate(fd, sizes[i]), 0);
        close(fd);
    }
}

static int start(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--size",    "320x240", "--fps", "10",
                                             "--web-dir", web_dir,   "test:", NULL };
    struct rlimit limit;
    make_files();
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return host_start(&host, arguments) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        unlink(files[i]);
    rmdir(web_dir);
    return host_stop(&host, SIGTERM, HANGS_US) == 0 ? 0 : -1;
}

static bool have_frames(void *opaque)
{
    for (int i = 0; i < VIEWERS; i++)
        if (viewers[i].pictures < *(uint64_t *)opaque)
            return false;
    return true;
}

static void watch_for(uint64_t frames)
{
    uint64_t wanted = viewers[0].pictures + frames;
    assert_true(viewers_run(viewers, VIEWERS, mr_clock_now_us() + 10000000, have_frames, &wanted));
}

/* A newcomer's page and WebSocket, each within a second. return: the longer of both, in us */
static int64_t ask(void)
{
    struct fetched page;
    struct viewer newcomer;
    int64_t begin_us = mr_clock_now_us();
    assert_int_equal(fetch(host.port, "GET /", &page), 200);
    fetched_finish(&page);
    int64_t page_us = mr_clock_now_us() - begin_us;
    begin_us = mr_clock_now_us();
    assert_int_equal(viewer_open(&newcomer, host.port, &(struct viewer_options){ 0 }), 101);
    viewer_close(&newcomer);
    int64_t socket_us = mr_clock_now_us() - begin_us;
    return page_us > socket_us ? page_us : socket_us;
}

struct attack {
    const char *first; /* what each attacker sends at once, */
    const char *drip;  /* and in every round; "": nothing */
    int receive_buffer_bytes;
};

static void withstand(const struct attack *attack)
{
    int64_t longest_us = 0;
    for (int i = 0; i < VIEWERS; i++)
        assert_int_equal(viewer_open(&viewers[i], host.port, &(struct viewer_options){ 0 }), 101);
    watch_for(1);
    for (int i = 0; i < ATTACKERS; i++) {
        attackers[i] = fetch_connect(host.port, attack->receive_buffer_bytes);
        fetch_send(attackers[i], attack->first, strlen(attack->first));
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < ATTACKERS; i++)
            fetch_send(attackers[i], attack->drip, strlen(attack->drip));
        int64_t took_us = ask();
        if (took_us > longest_us)
            longest_us = took_us;
        watch_for(2);
    }
    print_message("           longest answer %.1f ms\n", (double)longest_us / 1000);
    for (int i = 0; i < ATTACKERS; i++)
        close(attackers[i]);
    for (int i = 0; i < VIEWERS; i++) {
        assert_false(viewers[i].invalid);
        assert_in_range(viewers[i].gaps, 0, VIEWER_GAPS_FORGIVEN);
        viewer_close(&viewers[i]);
    }
    assert_in_range(longest_us, 0, ANSWER_US);
}

static void idle_connections(void **state)
{
    (void)state;
    withstand(&(struct attack){ .first = "", .drip = "" });
}

static void dripping_heads(void **state)
{
    (void)state;
    withstand(&(struct attack){ .first = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
                                .drip = "X-More: and more\r\n" });
}

static void dripping_bodies(void **state)
{
    (void)state;
    withstand(&(struct attack){ .first = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                         "Content-Length: 4096\r\n\r\n",
                                .drip = "x=1&" });
}

static void bodies_that_never_come(void **state)
{
    (void)state;
    withstand(&(struct attack){ .first = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                         "Content-Length: 9999999\r\n\r\n",
                                .drip = "x" });
}

/* What is no head, although it looks whole, or has a body that nobody looks for. */
static void heads_that_seem_whole(void **state)
{
    (void)state;
    withstand(&(struct attack){ .first = "GET / HTTP/1.1\nHost: localhost\n\r\n", .drip = "" });
}

static void bodies_with_odd_heads(void **state)
{
    (void)state;
    withstand(&(struct attack){ .first =
                                    "POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\n"
                                    "Host: localhost\r\nContent-Length : 7\r\n\r\n",
                                .drip = "" });
}

static void bodies_in_chunks(void **state)
{
    (void)state;
    withstand(&(struct attack){ .first =
                                    "POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\n"
                                    "Host: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
                                .drip = "1\r\nx\r\n" });
}

static void slow_readers(void **state)
{
    (void)state;
    withstand(&(struct attack){ .first = "GET /0.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                                .drip = "",
                                .receive_buffer_bytes = 256 });
}

static void slow_readers_of_large_files(void **state)
{
    (void)state;
    withstand(&(struct attack){ .first = "GET /1.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                                .drip = "",
                                .receive_buffer_bytes = 256 });
}

/* A request that is not whole after ten seconds is answered and its connection closed, and nothing is left of it. The
 * sockets' time-outs are the deadline. */
static void who_waits_too_long_is_let_go(void **state)
{
    (void)state;
    char byte;
    struct mr_buffer head = { 0 };
    int before = host_descriptors(&host);
    int fd = fetch_connect(host.port, 0), idle = fetch_connect(host.port, 0);
    int64_t begin_us = mr_clock_now_us();
    fetch_send(fd, "GET / HT", 8);
    assert_int_equal(fetch_read_head(fd, &head), 408);
    assert_true(mr_clock_now_us() - begin_us >= 9000000);
    assert_int_equal(recv(idle, &byte, 1, 0), 0); /* never said anything */
    mr_buffer_finish(&head);
    close(fd);
    close(idle);
    int64_t deadline_us = mr_clock_now_us() + HANGS_US;
    while (host_descriptors(&host) > before)
        assert_true(mr_clock_now_us() < deadline_us);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_connections),
        cmocka_unit_test(heads_that_seem_whole),
        cmocka_unit_test(bodies_with_odd_heads),
        cmocka_unit_test(bodies_in_chunks),
        cmocka_unit_test(dripping_heads),
        cmocka_unit_test(dripping_bodies),
        cmocka_unit_test(bodies_that_never_come),
        cmocka_unit_test(slow_readers),
        cmocka_unit_test(slow_readers_of_large_files),
        cmocka_unit_test(who_waits_too_long_is_let_go),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/* A log as Server-Sent Events. */
#include "http/viewers/log_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "http/engine/fanout.h"
#include "server_fixture.h"

#define REQUEST                                                                                    \
    "GET /api/streams/live/log HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " TOKEN        \
    "\r\nAccept: text/event-stream\r\n"

/* return: the socket, the answer's head read */
static int follow(const char *headers, int status)
{
    char request[512];
    struct mr_buffer answer = { 0 };
    int fd = fetch_connect(port, 4096);
    int size = snprintf(request, sizeof(request), REQUEST "%s\r\n", headers);
    fetch_send(fd, request, (size_t)size);
    assert_int_equal(fetch_read_head(fd, &answer), status);
    if (status == 200)
        assert_non_null(strstr((char *)answer.data, "Content-Type: text/event-stream\r\n"));
    mr_buffer_finish(&answer);
    return fd;
}

/* Read until `wanted` has come, or the end if it is NULL. */
static void read_until(int fd, const char *wanted, struct mr_buffer *text)
{
    char chunk[16384];
    ssize_t got;
    while (wanted == NULL || text->size == 0 || strstr((char *)text->data, wanted) == NULL) {
        got = recv(fd, chunk, sizeof(chunk), 0);
        if (got <= 0 && wanted == NULL)
            return;
        if (got <= 0)
            fail_msg("\"%s\" does not come: %.2000s", wanted, (char *)text->data);
        mr_buffer_append(text, chunk, (size_t)got);
    }
}

static void lines_come_as_they_are_written(void **state)
{
    (void)state;
    struct mr_buffer text = { 0 }, later = { 0 };
    mr_log_ring_put(live->log, MR_LOG_INFO, "one\ntwo");
    int fd = follow("", 200), from_two = follow("Last-Event-ID: 1\r\n", 200);
    read_until(fd, "\n\n", &text);
    read_until(fd, "\"text\":\"one\\ntwo\",\"traceback\":null}\n\n", &text);
    assert_non_null(strstr((char *)text.data, "id: 1\ndata: {\"id\":1,"));
    mr_log_ring_put(live->log, MR_LOG_WARN, "three");
    mr_buffer_clear(&text);
    read_until(fd, "\"text\":\"three\"", &text);
    read_until(from_two, "\"text\":\"three\"", &later);
    assert_null(strstr((char *)later.data, "id: 1\n"));
    assert_non_null(strstr((char *)later.data, "id: 2\n"));
    assert_int_equal(mr_hub_viewers(live->hub, NULL), 0); /* who reads a log does not watch */
    close(fd);
    close(from_two);
    mr_buffer_finish(&text);
    mr_buffer_finish(&later);
}

/* Megabytes are written while it does not read; it gets what its socket held, and the newest. */
static void who_does_not_keep_up_is_told(void **state)
{
    (void)state;
    char line[2000];
    struct mr_buffer text = { 0 };
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    int fd = follow("", 200), other = follow("", 200);
    struct mr_buffer seen = { 0 };
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < MR_LOG_RING_LINES; i++)
            mr_log_ring_put(live->log, MR_LOG_INFO, line);
        char wanted[32]; /* the engine has been at it */
        snprintf(wanted, sizeof(wanted), "id: %d\n", (round + 1) * MR_LOG_RING_LINES);
        mr_buffer_clear(&seen);
        read_until(other, wanted, &seen);
    }
    mr_log_ring_put(live->log, MR_LOG_INFO, "the last");
    read_until(fd, "the last", &text);
    assert_non_null(strstr((char *)text.data, "event: dropped\ndata: {\"dropped\":"));
    assert_true(text.size < 10000000);
    close(fd);
    close(other);
    mr_buffer_finish(&seen);
    mr_buffer_finish(&text);
}

static void they_have_places_like_viewers(void **state)
{
    (void)state;
    enum { PLACES = MAX_CLIENTS + MR_FANOUT_AUTHORS };
    int fds[PLACES];
    char left[32];
    bool room;
    for (int i = 0; i < PLACES; i++)
        fds[i] = follow("", 200);
    close(follow("", 503));
    close(fds[0]);
    int64_t deadline_us = mr_clock_now_us() + 5000000;
    struct fetched answer;
    do { /* and there is room again, soon */
        assert_true(mr_clock_now_us() < deadline_us);
        assert_int_equal(fetch(port, "GET /metrics", &answer), 200);
        snprintf(left, sizeof(left), "moonreel_clients %d\n", PLACES - 1);
        room = strstr((char *)answer.body.data, left) != NULL;
        fetched_finish(&answer);
    } while (!room);
    fds[0] = follow("", 200);
    for (int i = 0; i < PLACES; i++)
        close(fds[i]);
}

static int follower = -1;

static void it_ends_with_the_server(void **state)
{
    (void)state;
    follower = follow("", 200); /* the teardown asks for a quick end */
}

static int teardown_followed(void **state)
{
    struct mr_buffer text = { 0 };
    int result = teardown(state);
    read_until(follower, NULL, &text);
    close(follower);
    mr_buffer_finish(&text);
    return result;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(lines_come_as_they_are_written),
        TEST(who_does_not_keep_up_is_told),
        TEST(they_have_places_like_viewers),
        cmocka_unit_test_setup_teardown(it_ends_with_the_server, setup, teardown_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

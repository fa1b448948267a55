#include "http/viewers/events.h"

#include "http/engine/client_pump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "publish.h"
#include "server_fixture.h"
#include "tcp_pair.h"

static void assert_next(int fd, const char *expected)
{
    char got[256] = "";
    size_t size = strlen(expected);
    assert_true(size < sizeof(got));
    assert_int_equal(recv(fd, got, size, MSG_WAITALL), size);
    assert_string_equal(got, expected);
}

static int open_events(struct mr_hub *hub, const char *request)
{
    struct fetched answer = { 0 };
    int fd = fetch_connect(port, 0);
    fetch_send(fd, request, strlen(request));
    assert_int_equal(fetch_read_head(fd, &answer.head), 200);
    assert_string_equal(fetched_header(&answer, "Content-Type"), "text/event-stream");
    assert_string_equal(fetched_header(&answer, "Cache-Control"), "no-store");
    fetched_finish(&answer);
    assert_next(fd, "retry: 2000\n\n");
    unsigned kinds[MR_VIEWER_KINDS];
    mr_hub_viewers(hub, kinds);
    assert_int_equal(kinds[MR_VIEWER_EVENTS], 1);
    return fd;
}

static void payloads_and_texts(void **state)
{
    (void)state;
    int fd = open_events(live->hub, "GET /events/live HTTP/1.1\r\nHost: localhost\r\n"
                                    "Last-Event-ID: 17\r\n\r\n");
    publish_frame(live->hub, 8, "{\"n\":1}", "image");
    assert_next(fd, "id: 8\ndata: {\"n\":1}\n\n");
    mr_hub_broadcast(live->hub, 0, "[1,2]", 5);
    assert_next(fd, "event: broadcast\ndata: [1,2]\n\n");
    publish_frame(live->hub, 9, "null", "image");
    assert_next(fd, "id: 9\ndata: null\n\n");
    close(fd);
    wait_for_viewers(live->hub, 0);
}

/* Something is sent after 10 s of silence. */
static void silence_is_broken_by_a_comment(void **state)
{
    (void)state;
    const struct mr_recent none = { 0 };
    int peer, fd;
    tcp_pair(&peer, &fd, 0);
    struct mr_client *client = mr_client_create(
        &(struct mr_arrival){ .fd = fd, .protocol = &mr_events_protocol, .hub = live->hub });
    mr_client_start(client, 1000000);
    mr_client_tick(client, 1000000 + MR_CLIENT_PING_US);
    assert_int_equal(client->queue.size, 0);
    mr_client_tick(client, 1000001 + MR_CLIENT_PING_US);
    mr_client_pump(client, &none, 1000001 + MR_CLIENT_PING_US);
    assert_next(peer, ":\n\n");
    mr_client_destroy(client);
    close(peer);
}

static void heads_and_refusals(void **state)
{
    (void)state;
    struct fetched head;
    assert_int_equal(fetch(port, "HEAD /events/live", &head), 200);
    assert_string_equal(fetched_header(&head, "Content-Type"), "text/event-stream");
    assert_int_equal(head.body.size, 0);
    fetched_finish(&head);
    assert_error("GET /events/none", 404, "there is no stream \\\"none\\\"");
    assert_error("POST /events/live", 405, "POST is not possible here, only GET and HEAD");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(payloads_and_texts),
        TEST(silence_is_broken_by_a_comment),
        TEST(heads_and_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

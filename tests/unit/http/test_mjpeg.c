#include "http/viewers/mjpeg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "publish.h"
#include "server_fixture.h"
#include "support/parts.h"

static void assert_part(int fd, const char *seq, const char *payload, const char *jpeg)
{
    struct fetched part;
    assert_true(parts_read(fd, &part));
    assert_string_equal(fetched_header(&part, "Content-Type"), "image/jpeg");
    assert_string_equal(fetched_header(&part, "X-Seq"), seq);
    assert_string_equal(fetched_header(&part, "X-Payload"), payload);
    assert_string_equal((char *)part.body.data, jpeg);
    fetched_finish(&part);
}

/* Each part is whole before the next frame exists: parts_read waits for the boundary behind it. */
static void a_part_a_frame(void **state)
{
    (void)state;
    int fd = parts_open(port, "/stream/live.mjpg", 0);
    publish_frame(live->hub, 3, "{\"n\":1}", "first");
    assert_part(fd, "3", "{\"n\":1}", "first");
    publish_frame(live->hub, 4, "null", "the second");
    assert_part(fd, "4", "null", "the second");

    int late = parts_open(port, "/stream/live.mjpg", 0);
    assert_part(late, "4", "null", "the second");
    close(late);
    close(fd);
    wait_for_viewers(live->hub, 0);
}

static void assert_next(int fd, const char *expected)
{
    char got[256] = "";
    size_t size = strlen(expected);
    assert_true(size < sizeof(got));
    assert_int_equal(recv(fd, got, size, MSG_WAITALL), size);
    assert_string_equal(got, expected);
}

/* A browser has seen the next part's head when it has the image. */
static void browsers_get_heads_ahead(void **state)
{
    (void)state;
    static const char request[] = "GET /stream/live.mjpg HTTP/1.1\r\nHost: localhost\r\n"
                                  "Accept: image/avif,image/webp,*/*;q=0.8\r\n\r\n";
    static const char part[] = "--moonreel\r\nContent-Type: image/jpeg\r\n\r\n";
    struct fetched answer = { 0 };
    int fd = fetch_connect(port, 0);
    fetch_send(fd, request, strlen(request));
    assert_int_equal(fetch_read_head(fd, &answer.head), 200);
    assert_string_equal(fetched_header(&answer, "Content-Type"),
                        "multipart/x-mixed-replace; boundary=moonreel");
    fetched_finish(&answer);
    assert_next(fd, part);
    for (unsigned i = 0; i < 3; i++) {
        publish_frame(live->hub, i, "null", "an image");
        assert_next(fd, "an image\r\n");
        assert_next(fd, part);
    }
    close(fd);
}

static void viewers_are_counted(void **state)
{
    (void)state;
    unsigned kinds[MR_VIEWER_KINDS];
    int fd = parts_open(port, "/stream/yard-2.mjpg", 0);
    mr_hub_viewers(yard->hub, kinds);
    assert_int_equal(kinds[MR_VIEWER_MJPEG], 1);
    assert_int_equal(mr_hub_viewers(live->hub, NULL), 0);
    close(fd);
    wait_for_viewers(yard->hub, 0);
}

static void texts_are_not_for_it(void **state)
{
    (void)state;
    int fd = parts_open(port, "/stream/live.mjpg", 0);
    mr_hub_broadcast(live->hub, 0, "1", 1);
    publish_frame(live->hub, 1, "1", "x");
    assert_part(fd, "1", "1", "x");
    close(fd);
}

static void the_server_ends(void **state)
{
    int fd = parts_open(port, "/stream/live.mjpg", 0);
    struct fetched part;
    teardown(state);
    assert_false(parts_read(fd, &part));
    fetched_finish(&part);
    close(fd);
    setup(state);
}

static void heads_and_refusals(void **state)
{
    (void)state;
    struct fetched head;
    assert_int_equal(fetch(port, "HEAD /stream/live.mjpg", &head), 200);
    assert_string_equal(fetched_header(&head, "Content-Type"),
                        "multipart/x-mixed-replace; boundary=moonreel");
    assert_int_equal(head.body.size, 0);
    fetched_finish(&head);
    assert_int_equal(mr_hub_viewers(live->hub, NULL), 0);

    assert_error("GET /stream/none.mjpg", 404, "there is no stream \\\"none\\\"");
    assert_int_equal(fetch(port, "HEAD /stream/none.mjpg", &head), 404);
    fetched_finish(&head);
    assert_error("POST /stream/live.mjpg", 405, "POST is not possible here, only GET and HEAD");
    assert_error("GET /stream/live.mjpeg", 404, "there is no page \\\"/stream/live.mjpeg\\\"");
    assert_error("GET /stream/.mjpg", 404, "there is no page \\\"/stream/.mjpg\\\"");

    int fds[MAX_CLIENTS];
    for (int i = 0; i < MAX_CLIENTS; i++)
        fds[i] = parts_open(port, "/stream/live.mjpg", 0);
    assert_error("GET /stream/live.mjpg", 503,
                 "as many viewers as this server may have are watching");
    for (int i = 0; i < MAX_CLIENTS; i++)
        close(fds[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_part_a_frame),       TEST(browsers_get_heads_ahead), TEST(viewers_are_counted),
        TEST(texts_are_not_for_it), TEST(the_server_ends),          TEST(heads_and_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

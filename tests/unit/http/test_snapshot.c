#include "http/viewers/snapshot.h"

#include "http/engine/client_pump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "publish.h"
#include "server_fixture.h"
#include "tcp_pair.h"

static void the_newest_image(void **state)
{
    (void)state;
    struct fetched got;
    publish_frame(live->hub, 4, "1", "older");
    publish_frame(live->hub, 5, "{\"n\":2}", "newest image");
    assert_int_equal(fetch(port, "GET /snapshot/live.jpg", &got), 200);
    assert_string_equal(fetched_header(&got, "Content-Type"), "image/jpeg");
    assert_string_equal(fetched_header(&got, "Content-Length"), "12");
    assert_string_equal(fetched_header(&got, "Cache-Control"), "no-store");
    assert_string_equal(fetched_header(&got, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(fetched_header(&got, "X-Seq"), "5");
    assert_string_equal(fetched_header(&got, "X-Timestamp"), "1700000000.000005");
    assert_string_equal(fetched_header(&got, "X-Payload"), "{\"n\":2}");
    assert_string_equal((char *)got.body.data, "newest image");
    fetched_finish(&got);
}

static void heads(void **state)
{
    (void)state;
    struct fetched got;
    publish_frame(live->hub, 5, "1", "image");
    assert_int_equal(fetch(port, "HEAD /snapshot/live.jpg", &got), 200);
    assert_string_equal(fetched_header(&got, "Content-Length"), "5");
    assert_string_equal(fetched_header(&got, "X-Seq"), "5");
    assert_non_null(fetched_header(&got, "ETag"));
    assert_int_equal(got.body.size, 0);
    fetched_finish(&got);
}

static void known_images_are_not_sent_again(void **state)
{
    (void)state;
    struct fetched got;
    char known[200], several[200];
    publish_frame(live->hub, 5, "1", "image");
    assert_int_equal(fetch(port, "GET /snapshot/live.jpg", &got), 200);
    const char *etag = fetched_header(&got, "ETag");
    snprintf(known, sizeof(known), "GET /snapshot/live.jpg\r\nIf-None-Match: %s", etag);
    snprintf(several, sizeof(several), "HEAD /snapshot/live.jpg\r\nIf-None-Match: \"a\", W/%s",
             etag);
    fetched_finish(&got);

    assert_int_equal(fetch(port, known, &got), 304);
    assert_int_equal(got.body.size, 0);
    assert_null(fetched_header(&got, "Content-Length"));
    assert_non_null(strstr(known, fetched_header(&got, "ETag")));
    fetched_finish(&got);
    assert_int_equal(fetch(port, several, &got), 304);
    fetched_finish(&got);

    publish_frame(live->hub, 6, "1", "another");
    assert_int_equal(fetch(port, known, &got), 200);
    assert_string_equal((char *)got.body.data, "another");
    fetched_finish(&got);
}

static void *publish_when_asked(void *hub)
{
    wait_for_viewers(hub, 1);
    publish_frame(hub, 0, "null", "first");
    return NULL;
}

static void the_first_image_is_waited_for(void **state)
{
    (void)state;
    pthread_t thread;
    struct fetched got;
    pthread_create(&thread, NULL, publish_when_asked, yard->hub);
    assert_int_equal(fetch(port, "GET /snapshot/yard-2.jpg", &got), 200);
    assert_string_equal((char *)got.body.data, "first");
    pthread_join(thread, NULL);
    fetched_finish(&got);
    wait_for_viewers(yard->hub, 0);
}

static void refusals(void **state)
{
    (void)state;
    assert_error("GET /snapshot/none.jpg", 404, "there is no stream \\\"none\\\"");
    assert_error("PUT /snapshot/live.jpg", 405, "PUT is not possible here, only GET and HEAD");
    yard->state.phase = MR_STREAM_FAILED;
    snprintf(yard->state.error.text, sizeof(yard->state.error.text), "a.mp4: no such file");
    assert_error("GET /snapshot/yard-2.jpg", 503, "there is no image: a.mp4: no such file");
    yard->state.stats.frames_out = 1;
    publish_frame(yard->hub, 0, "null", "the last");
    assert_fetch("GET /snapshot/yard-2.jpg", 200, "image/jpeg", "the last");
}

/* ---- one that waits, by a clock of the test's ---- */

static struct mr_buffer read_all(int fd)
{
    struct mr_buffer all = { 0 };
    ssize_t got;
    do {
        uint8_t *end = mr_buffer_reserve(&all, 4096);
        got = recv(fd, end, 4096, 0);
        all.size += got > 0 ? (size_t)got : 0;
    } while (got > 0);
    mr_buffer_append(&all, "", 0);
    return all;
}

static void assert_given_up(const struct mr_protocol *protocol, const char *goodbye,
                            const char *expected)
{
    const int64_t give_up_us = 1000000000;
    const struct mr_recent none = { 0 };
    int peer, fd;
    tcp_pair(&peer, &fd, 0);
    struct mr_client *client = mr_client_create(&(struct mr_arrival){
        .fd = fd,
        .protocol = protocol,
        .hub = yard->hub,
        .session = mr_snapshot_create("Line: 1\r\n", NULL, protocol == &mr_snapshot_head_protocol,
                                      give_up_us),
    });
    mr_client_start(client, give_up_us - MR_SNAPSHOT_WAIT_US);
    mr_client_tick(client, give_up_us - 1);
    mr_client_pump(client, &none, give_up_us - 1);
    assert_int_equal(client->phase, MR_CLIENT_OPEN);
    if (goodbye != NULL)
        mr_client_farewell(client, goodbye, give_up_us + 1000000);
    else
        mr_client_tick(client, give_up_us);
    mr_client_pump(client, &none, give_up_us);
    struct mr_buffer all = read_all(peer);
    assert_string_equal((char *)all.data, expected);
    mr_buffer_finish(&all);
    mr_client_destroy(client);
    close(peer);
}

#define HEAD_503                                                                                   \
    "HTTP/1.1 503 Service Unavailable\r\nLine: 1\r\nRetry-After: 5\r\n"                            \
    "Content-Type: application/json\r\nContent-Length: "

static void no_image_comes(void **state)
{
    (void)state;
    assert_given_up(&mr_snapshot_protocol, NULL,
                    HEAD_503 "33\r\n\r\n{\"error\":\"there is no image yet\"}");
    assert_given_up(&mr_snapshot_head_protocol, NULL, HEAD_503 "33\r\n\r\n");
    assert_given_up(&mr_snapshot_protocol, "going away",
                    HEAD_503 "22\r\n\r\n{\"error\":\"going away\"}");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_newest_image),
        TEST(heads),
        TEST(known_images_are_not_sent_again),
        TEST(the_first_image_is_waited_for),
        TEST(refusals),
        TEST(no_image_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

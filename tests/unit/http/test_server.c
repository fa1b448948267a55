#include "http/server.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server_fixture.h"
#include "support/viewer.h"

/* ---- pages ---- */

static void the_front_page(void **state)
{
    (void)state;
    struct fetched page, again, head;
    char request[200];
    assert_int_equal(fetch(port, "GET /", &page), 200);
    assert_string_equal(fetched_header(&page, "Content-Type"), "text/html; charset=utf-8");
    assert_string_equal(fetched_header(&page, "Cache-Control"), "no-cache");
    assert_non_null(strstr((char *)page.head.data,
                           "Content-Security-Policy: default-src 'self'; img-src 'self' blob: "
                           "data:; connect-src 'self' ws: wss:;"));
    assert_memory_equal(page.body.data, "<!doctype html>", 15);

    snprintf(request, sizeof(request), "GET /\r\nIf-None-Match: %s", fetched_header(&page, "ETag"));
    assert_int_equal(fetch(port, request, &again), 304);
    assert_int_equal(again.body.size, 0);

    assert_int_equal(fetch(port, "HEAD /", &head), 200);
    assert_int_equal(head.body.size, 0);
    assert_int_equal(atoi(fetched_header(&head, "Content-Length")), page.body.size);
    fetched_finish(&page);
    fetched_finish(&again);
    fetched_finish(&head);
}

static void scripts_have_their_type(void **state)
{
    (void)state;
    struct fetched script;
    assert_int_equal(fetch(port, "GET /client/moonreel.js", &script), 200);
    assert_string_equal(fetched_header(&script, "Content-Type"), "text/javascript; charset=utf-8");
    fetched_finish(&script);
}

static void the_users_files_come_first(void **state)
{
    (void)state;
    struct fetched page;
    write_page("index.html", "mine");
    write_page("data.txt", "");
    assert_fetch("GET /", 200, "text/html; charset=utf-8", "mine");
    assert_fetch("GET /data.txt", 200, "text/plain; charset=utf-8", "");
    assert_int_equal(fetch(port, "GET /favicon.svg", &page), 200);
    fetched_finish(&page);

    assert_int_equal(fetch(port, "GET /", &page), 200);
    assert_null(fetched_header(&page, "Content-Security-Policy"));
    char request[200];
    snprintf(request, sizeof(request), "GET /\r\nIf-None-Match: %s", fetched_header(&page, "ETag"));
    fetched_finish(&page);
    assert_int_equal(fetch(port, request, &page), 304);
    fetched_finish(&page);
    write_page("index.html", "other");
    assert_int_equal(fetch(port, request, &page), 200);
    fetched_finish(&page);
}

static void a_large_file_arrives_whole(void **state)
{
    (void)state;
    struct fetched answer;
    char *text = malloc(3000001);
    memset(text, 'x', 3000000);
    text[3000000] = '\0';
    write_page("large.bin", text);
    assert_int_equal(fetch(port, "GET /large.bin", &answer), 200);
    assert_int_equal(answer.body.size, 3000000);
    assert_string_equal((char *)answer.body.data, text);
    fetched_finish(&answer);
    free(text);
}

static void nothing_outside_is_served(void **state)
{
    (void)state;
    assert_error("GET /nothing.html", 404, "there is no page \\\"/nothing.html\\\"");
    assert_error("GET /../../../../etc/passwd", 404, "there is no page \\\"/etc/passwd\\\"");
    assert_error("GET /%2e%2e/%2e%2e/etc/passwd", 404, "there is no page \\\"/etc/passwd\\\"");
    assert_error("GET /..%2f..%2fetc/passwd", 404, "there is no page \\\"/etc/passwd\\\"");
    assert_error("GET /%ff", 404, "there is no page \\\"/?\\\"");
}

static void only_reading_is_possible(void **state)
{
    (void)state;
    static const char *const requests[] = { "POST /",
                                            "DELETE /api/streams/live",
                                            "PUT /ws/live",
                                            "OPTIONS /",
                                            "POST /x\r\nContent-Length: 5\r\n\r\nhell",
                                            "POST /\r\nContent-Length: 99999999" };
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        struct fetched answer;
        assert_int_equal(fetch(port, requests[i], &answer), 405);
        assert_string_equal(fetched_header(&answer, "Allow"), "GET, HEAD");
        fetched_finish(&answer);
    }
}

static void nonsense_is_answered_with_json(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(fetch(port, "GARBAGE", &answer), 400);
    assert_memory_equal(answer.body.data, "{\"error\":", 9);
    fetched_finish(&answer);
    assert_error("GET /x HTTP/9.9\r\nX: y", 400,
                 "the request line is not METHOD TARGET VERSION with one blank between them");
}

/* ---- start and end ---- */

static void the_port_is_taken(void **state)
{
    (void)state;
    struct mr_error error;
    struct mr_server *second;
    char expected[100];
    snprintf(expected, sizeof(expected),
             "cannot listen on %s: Address already in use; choose another port, or 0 for any",
             mr_server_listener(server, 0));
    assert_int_equal(mr_server_create(
                         &(struct mr_server_options){
                             .listen = (const char *const[]){ mr_server_listener(server, 0) },
                             .listens = 1,
                             .max_clients = 1 },
                         registry, &second, &error),
                     -EADDRINUSE);
    assert_null(second);
    assert_string_equal(error.text, expected);
}

static void idle_connections_do_not_delay_the_end(void **state)
{
    int idle[20];
    for (int i = 0; i < 20; i++)
        idle[i] = fetch_connect(port, 0);
    teardown(state); /* measures it */
    setup(state);
    for (int i = 0; i < 20; i++)
        close(idle[i]);
}

static void viewers_are_told_at_the_end(void **state)
{
    struct viewer viewer;
    assert_int_equal(viewer_open(&viewer, port, &(struct viewer_options){ 0 }), 101);
    teardown(state);
    assert_false(viewers_run(&viewer, 1, mr_clock_now_us() + 100000, NULL, NULL));
    assert_int_equal(viewer.close_code, 1001);
    assert_string_equal(viewer.close_reason, "the server is going away");
    assert_true(viewer.ended);
    viewer_close(&viewer);
    setup(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_front_page),
        TEST(scripts_have_their_type),
        TEST(the_users_files_come_first),
        TEST(a_large_file_arrives_whole),
        TEST(nothing_outside_is_served),
        TEST(only_reading_is_possible),
        TEST(nonsense_is_answered_with_json),
        TEST(the_port_is_taken),
        TEST(idle_connections_do_not_delay_the_end),
        TEST(viewers_are_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

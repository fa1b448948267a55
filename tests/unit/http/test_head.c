#include "http/request/head.h"

#include "support/check.h"

#include <stdio.h>
#include <string.h>

#include <stdlib.h>

static char *text; /* what *head points into */
static struct mr_head head;
static struct mr_error error;

static int parse_bytes(const char *bytes, size_t size)
{
    free(text);
    text = malloc(size + 1);
    assert_non_null(text);
    memcpy(text, bytes, size);
    assert_int_equal(mr_head_find_end(text, size, 0), size);
    return mr_head_parse(text, size, &head, &error);
}

static int parse(const char *bytes)
{
    return parse_bytes(bytes, strlen(bytes));
}

static void an_ordinary_request(void **state)
{
    (void)state;
    assert_int_equal(parse("GET /ws/live?format=json&x=%41 HTTP/1.1\r\n"
                           "Host: cam.example:8080\r\n"
                           "X-Odd:\t blanks around \t\r\n"
                           "Empty:\r\n\r\n"),
                     0);
    assert_string_equal(head.method, "GET");
    assert_string_equal(head.path, "/ws/live");
    assert_string_equal(head.query, "format=json&x=%41");
    assert_string_equal(mr_head_find(&head, "HOST"), "cam.example:8080");
    assert_string_equal(mr_head_find(&head, "x-odd"), "blanks around");
    assert_string_equal(mr_head_find(&head, "Empty"), "");
    assert_null(mr_head_find(&head, "Absent"));
    assert_int_equal(head.length, 0);
    assert_false(head.is_chunked);

    assert_int_equal(parse("GET / HTTP/1.0\r\n\r\n"), 0);
    assert_null(head.query);
    assert_int_equal(parse("\r\nGET /? HTTP/1.1\r\nHost:\r\n\r\n"), 0);
    assert_string_equal(head.query, "");
    assert_int_equal(parse("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), 0);
    assert_string_equal(head.path, "*");
}

static void paths_are_decoded_and_resolved(void **state)
{
    (void)state;
    static const char *const paths[][2] = {
        { "/a/b.html", "/a/b.html" },
        { "/a%20b+c", "/a b+c" },
        { "/%C3%A4", "/\xc3\xa4" },
        { "/../../etc/passwd", "/etc/passwd" },
        { "/%2e%2e/%2E%2E%2fetc", "/etc" },
        { "/a/./b/../c/", "/a/c/" },
        { "/a/..", "/" },
        { "/a/.", "/a/" },
        { "//a///b", "/a/b" },
        { "/....//x", "/..../x" },
        { "/..\\x", "/..\\x" },
        { "/%252e", "/%2e" },
        { "http://x/y", "/y" },
        { "HTTPS://x:1", "/" },
        { "http://[::1]:8080/?a", "/" },
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        char request[200];
        snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", paths[i][0]);
        assert_int_equal(parse(request), 0);
        assert_string_equal(head.path, paths[i][1]);
    }
}

static void an_absolute_target_names_the_host(void **state)
{
    (void)state;
    assert_int_equal(parse("GET http://cam:81/a?b HTTP/1.1\r\nHost: other\r\n\r\n"), 0);
    assert_string_equal(head.path, "/a");
    assert_string_equal(head.query, "b");
    assert_string_equal(mr_head_find(&head, "Host"), "cam:81");
    assert_int_equal(parse("GET http://cam?b HTTP/1.0\r\n\r\n"), 0);
    assert_string_equal(mr_head_find(&head, "Host"), "cam");
    assert_string_equal(head.query, "b");
}

static void bodies_are_announced(void **state)
{
    (void)state;
    assert_int_equal(parse("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0012\r\n\r\n"), 0);
    assert_int_equal(head.length, 12);
    assert_int_equal(parse("PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"), 0);
    assert_true(head.is_chunked);
    assert_int_equal(parse("PUT /x HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\n\r\n"), 0);
    assert_true(head.awaits_continue);
    assert_int_equal(parse("PUT /x HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"), 0);
    assert_false(head.awaits_continue);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
#define REQUEST(fields) "GET / HTTP/1.1\r\nHost: h\r\n" fields "\r\n"
    static const struct {
        int status;
        const char *request;
    } wrong[] = {
        { 400, "\r\n\r\n" },
        { 400, "GET / HTTP/1.1\nHost: h\n\n" },
        { 400, "GET / HTTP/1.1\r\nHost: h\n\r\n" },
        { 400, "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n" },
        { 400, "GARBAGE\r\n\r\n" },
        { 400, "GET /\r\nHost: h\r\n\r\n" },
        { 400, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET / HTTP/1.1 \r\nHost: h\r\n\r\n" },
        { 400, " GET / HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "G(T / HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET x HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET * HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET /#a HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET /%4 HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET /%0d%0aX HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET http://u@h/x HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n" },
        { 400, "GET / HTTP/11\r\nHost: h\r\n\r\n" },
        { 400, "GET / http/1.1\r\nHost: h\r\n\r\n" },
        { 505, "GET / HTTP/2.0\r\nHost: h\r\n\r\n" },
        { 400, "GET / HTTP/1.1\r\n\r\n" },
        { 400, REQUEST("Host: h\r\n") },
        { 400, REQUEST("X : y\r\n") },
        { 400, REQUEST(": y\r\n") },
        { 400, REQUEST("nothing\r\n") },
        { 400, REQUEST(" folded\r\n") },
        { 400, REQUEST("X: a\r\n\tb\r\n") },
        { 400, REQUEST("X: \x01\r\n") },
        { 400, REQUEST("X\xe4: y\r\n") },
        { 400, REQUEST("Origin: a\r\norigin: b\r\n") },
        { 400, REQUEST("Authorization: a\r\nAuthorization: b\r\n") },
        { 400, REQUEST("Content-Length: +5\r\n") },
        { 400, REQUEST("Content-Length: 5abc\r\n") },
        { 400, REQUEST("Content-Length: 5, 5\r\n") },
        { 400, REQUEST("Content-Length:\r\n") },
        { 400, REQUEST("Content-Length: 5\r\nContent-Length: 5\r\n") },
        { 400, REQUEST("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") },
        { 413, REQUEST("Content-Length: 99999999999999999999\r\n") },
        { 501, REQUEST("Transfer-Encoding: gzip, chunked\r\n") },
        { 400, "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" },
        { 417, REQUEST("Expect: the best\r\n") },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        int status = parse(wrong[i].request);
        if (status != wrong[i].status)
            print_error("%s", wrong[i].request);
        assert_int_equal(status, wrong[i].status);
        assert_true(strlen(error.text) > 0);
    }
    static const char with_zero[] = "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n";
    assert_int_equal(parse_bytes(with_zero, sizeof(with_zero) - 1), 400);
}

static void there_are_not_too_many_fields(void **state)
{
    (void)state;
    char request[8000] = "GET http://a/ HTTP/1.1\r\nHost: h\r\n";
    for (int i = 1; i < MR_HEAD_FIELDS_MAX; i++)
        sprintf(request + strlen(request), "X-%d: %d\r\n", i, i);
    size_t length = strlen(request);
    strcpy(request + length, "\r\n");
    assert_int_equal(parse(request), 0);
    assert_string_equal(mr_head_find(&head, "X-99"), "99");
    strcpy(request + length, "Origin: http://evil.example\r\n\r\n");
    assert_int_equal(parse(request), 431);
    assert_string_equal(error.text, "a request may have 100 header fields at most");
}

static void the_end_is_found_however_the_bytes_come(void **state)
{
    (void)state;
    static const char *const requests[] = { "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
                                            "GET / HTTP/1.0\n\n", "GET /\r\n\n", "a\n\r\n",
                                            "\r\nGET /\r\n\r\n" };
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        size_t size = strlen(requests[i]);
        for (size_t have = 0; have < size; have++) {
            assert_int_equal(mr_head_find_end(requests[i], have, have > 0 ? have - 1 : 0), 0);
        }
        assert_int_equal(mr_head_find_end(requests[i], size, size - 1), size);
    }
    static const char more[] = "GET / HTTP/1.1\r\n\r\nbody\r\n\r\n";
    assert_int_equal(mr_head_find_end(more, strlen(more), 0), 18);
}

static int free_text(void **state)
{
    (void)state;
    free(text);
    text = NULL;
    return 0;
}

RUN_TESTS(cmocka_unit_test_teardown(an_ordinary_request, free_text),
          cmocka_unit_test_teardown(paths_are_decoded_and_resolved, free_text),
          cmocka_unit_test_teardown(an_absolute_target_names_the_host, free_text),
          cmocka_unit_test_teardown(bodies_are_announced, free_text),
          cmocka_unit_test_teardown(what_is_wrong_is_refused, free_text),
          cmocka_unit_test_teardown(there_are_not_too_many_fields, free_text),
          cmocka_unit_test_teardown(the_end_is_found_however_the_bytes_come, free_text))

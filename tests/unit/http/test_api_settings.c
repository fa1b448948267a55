/* The routes that show and change settings, and who may change them. */
#include "http/api/api_settings.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server_fixture.h"

#define PATH    "/api/streams/live/settings"
#define RIGHTS  "\r\nAuthorization: Bearer " TOKEN
#define CHANGED "{\"settings\":[{\"name\":\"x\",\"value\":8}]}"

/* Send a PATCH of the settings with such header lines and body. */
static int patch(const char *headers, const char *body, struct fetched *answer)
{
    struct mr_buffer request = { 0 };
    mr_buffer_printf(&request, "PATCH %s%s\r\nContent-Length: %zu\r\n\r\n%s", PATH, headers,
                     strlen(body), body);
    int status = fetch(port, (char *)request.data, answer);
    mr_buffer_finish(&request);
    return status;
}

static void assert_patch(const char *headers, const char *body, int status, const char *expected)
{
    struct fetched answer;
    if (patch(headers, body, &answer) != status)
        fail_msg("%d instead of %d: %s", answer.status, status, (char *)answer.body.data);
    if (strncmp((char *)answer.body.data, expected, strlen(expected)) != 0)
        fail_msg("%s instead of %s", (char *)answer.body.data, expected);
    fetched_finish(&answer);
}

static void they_are_shown_to_everybody(void **state)
{
    (void)state;
    assert_fetch("GET " PATH, 200, "application/json", "{\"settings\":[]}");
    live->settings = "[{\"name\":\"x\",\"value\":7}]";
    assert_fetch("GET " PATH, 200, "application/json",
                 "{\"settings\":[{\"name\":\"x\",\"value\":7}]}");
    assert_error("GET /api/streams/nope/settings", 404, "there is no stream \\\"nope\\\"");
    live->refusal = -EAGAIN;
    assert_error("GET " PATH, 503, "refused by the script");
}

static void they_are_changed_with_the_token(void **state)
{
    (void)state;
    live->settings = "[{\"name\":\"x\",\"value\":8}]";
    assert_patch(RIGHTS, "{\"x\":8}", 200, CHANGED);
    assert_string_equal(live->changes, "{\"x\":8}");
    char own[200];
    snprintf(own, sizeof(own), RIGHTS "\r\nOrigin: http://127.0.0.1:%d", port);
    assert_patch(own, "{\"x\":9}", 200, CHANGED);
    assert_string_equal(live->changes, "{\"x\":9}");

    char *large = malloc(65537);
    memset(large, ' ', 65536);
    large[65536] = '\0';
    memcpy(large, "{}", 2);
    assert_patch(RIGHTS, large, 200, CHANGED);
    free(large);
    assert_fetch("PATCH " PATH RIGHTS "\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "4\r\n{\"y\"\r\n3\r\n:1}\r\n0",
                 200, "application/json", CHANGED);
    assert_string_equal(live->changes, "{\"y\":1}");
}

static void nobody_else_may(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(patch("", "{\"x\":8}", &answer), 401);
    assert_string_equal(fetched_header(&answer, "WWW-Authenticate"), "Bearer");
    fetched_finish(&answer);
    assert_patch("\r\nAuthorization: Bearer wrong", "{\"x\":8}", 403,
                 "{\"error\":\"this is not the token\"}");
    assert_patch(
        RIGHTS "\r\nOrigin: http://evil.example", "{\"x\":8}", 403,
        "{\"error\":\"pages of http://evil.example may not change anything here: the server was "
        "asked as \\\"127.0.0.1:");
    assert_patch(RIGHTS "\r\nOrigin: null", "{\"x\":8}", 403,
                 "{\"error\":\"pages of null may not change anything here\"}");
    assert_string_equal(live->changes, "");
}

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    assert_patch(
        RIGHTS, "[1]", 400,
        "{\"error\":\"the body is not a JSON object: {\\\"name\\\": value} is expected\"}");
    struct fetched answer;
    static const char *const malformed[] = {
        "", "{", "x", "{} {}", "{\"a\":1,\"a\":2}", "\"\xff\""
    };
    for (size_t i = 0; i < sizeof(malformed) / sizeof(*malformed); i++) {
        assert_int_equal(patch(RIGHTS, malformed[i], &answer), 400);
        fetched_finish(&answer);
    }
    assert_error("PATCH " PATH RIGHTS "\r\nContent-Length: 65537\r\n\r\n{", 413,
                 "more than 65536 bytes of settings");
    assert_string_equal(live->changes, "");

    live->refusal = -EINVAL;
    assert_patch(RIGHTS, "{\"x\":\"y\"}", 422, "{\"error\":\"refused by the script\"}");
    live->refusal = -EAGAIN;
    assert_int_equal(patch(RIGHTS, "{}", &answer), 503);
    assert_string_equal(fetched_header(&answer, "Retry-After"), "1");
    fetched_finish(&answer);
    live->refusal = -EIO;
    assert_patch(RIGHTS, "{}", 500, "{\"error\":\"refused by the script\"}");
}

/* A worker's stack is small. */
static void nesting_has_an_end(void **state)
{
    (void)state;
    static char body[60001];
    struct fetched answer;
    memset(body, '[', 60000);
    assert_patch(RIGHTS, body, 400, "{\"error\":\"the body nests more than 100 levels deep\"}");
    body[100] = '\0'; /* as deep as may be, but not whole */
    assert_int_equal(patch(RIGHTS, body, &answer), 400);
    fetched_finish(&answer);
    assert_patch(
        RIGHTS, "[\"[[[[\\\"[[\"]", 400,
        "{\"error\":\"the body is not a JSON object: {\\\"name\\\": value} is expected\"}");
}

/* The client sends its body when it is told to. */
static void who_waits_for_word_gets_it(void **state)
{
    (void)state;
    static const char head[] = "PATCH " PATH " HTTP/1.1\r\nHost: localhost" RIGHTS
                               "\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    struct mr_buffer answer = { 0 };
    int fd = fetch_connect(port, 0);
    fetch_send(fd, head, strlen(head));
    assert_int_equal(fetch_read_head(fd, &answer), 100);
    fetch_send(fd, "{}", 2);
    mr_buffer_clear(&answer);
    assert_int_equal(fetch_read_head(fd, &answer), 200);
    mr_buffer_finish(&answer);
    close(fd);
}

static void a_body_that_grows_is_cut_off(void **state)
{
    (void)state;
    char *chunk = malloc(71000);
    int size = snprintf(chunk, 200,
                        "PATCH " PATH RIGHTS "\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "11170\r\n");
    memset(chunk + size, ' ', 70000);
    strcpy(chunk + size + 70000, "\r\n0");
    struct fetched answer;
    assert_int_equal(fetch(port, chunk, &answer), 413);
    fetched_finish(&answer);
    free(chunk);
}

static void other_methods_are_refused(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(fetch(port, "PUT " PATH, &answer), 405);
    assert_string_equal(fetched_header(&answer, "Allow"), "GET, HEAD, PATCH");
    assert_string_equal((char *)answer.body.data,
                        "{\"error\":\"PUT is not possible here, only GET, HEAD and PATCH\"}");
    fetched_finish(&answer);
    assert_int_equal(fetch(port, "PATCH /api/streams/live" RIGHTS, &answer), 405);
    assert_string_equal(fetched_header(&answer, "Allow"), "GET, HEAD");
    fetched_finish(&answer);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(they_are_shown_to_everybody),
        TEST(they_are_changed_with_the_token),
        TEST(nobody_else_may),
        TEST(what_is_wrong_is_told),
        TEST(nesting_has_an_end),
        TEST(who_waits_for_word_gets_it),
        TEST(a_body_that_grows_is_cut_off),
        TEST(other_methods_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

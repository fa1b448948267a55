/* The routes of a script's text and log. */
#include "http/api/api_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server_fixture.h"

#define PATH   "/api/streams/live/script"
#define LOG    "/api/streams/live/log"
#define RIGHTS "\r\nAuthorization: Bearer " TOKEN
#define TEXT   "function process() end"

static const char *target = PATH;

static int put(const char *headers, const char *body, struct fetched *answer)
{
    struct mr_buffer request = { 0 };
    mr_buffer_printf(&request, "PUT %s%s\r\nContent-Length: %zu\r\n\r\n%s", target, headers,
                     strlen(body), body);
    int status = fetch(port, (char *)request.data, answer);
    mr_buffer_finish(&request);
    return status;
}

static void assert_put(const char *headers, const char *body, int status, const char *expected)
{
    struct fetched answer;
    if (put(headers, body, &answer) != status)
        fail_msg("%d instead of %d: %s", answer.status, status, (char *)answer.body.data);
    assert_string_equal((char *)answer.body.data, expected);
    fetched_finish(&answer);
}

static void get_etag(char etag[64])
{
    struct fetched answer;
    assert_int_equal(fetch(port, "GET " PATH RIGHTS, &answer), 200);
    snprintf(etag, 64, "%s", fetched_header(&answer, "ETag"));
    fetched_finish(&answer);
}

static void it_is_shown_to_who_has_the_token(void **state)
{
    (void)state;
    char etag[64], request[200];
    struct fetched answer;
    assert_int_equal(fetch(port, "GET " PATH, &answer), 401);
    fetched_finish(&answer);
    assert_fetch("GET " PATH RIGHTS, 200, "text/x-lua; charset=utf-8", TEXT);
    get_etag(etag);
    snprintf(request, sizeof(request), "GET " PATH RIGHTS "\r\nIf-None-Match: %s", etag);
    assert_int_equal(fetch(port, request, &answer), 304);
    fetched_finish(&answer);
    strcpy(live->script, "another");
    assert_int_equal(fetch(port, request, &answer), 200);
    fetched_finish(&answer);
    live->script_gone = true;
    assert_error("GET " PATH RIGHTS, 404, "cannot read the script");
    assert_error("GET /api/streams/nope/script" RIGHTS, 404, "there is no stream \\\"nope\\\"");
}

static void another_takes_its_place(void **state)
{
    (void)state;
    char etag[64], headers[200];
    struct fetched answer;
    assert_int_equal(put("", "new", &answer), 401);
    fetched_finish(&answer);
    assert_string_equal(live->script, TEXT);
    assert_put(RIGHTS, "new", 200, "{\"generation\":1,\"saved\":true}");
    assert_string_equal(live->script, "new");
    get_etag(etag);
    snprintf(headers, sizeof(headers), RIGHTS "\r\nIf-Match: %s", etag);
    assert_int_equal(put(headers, "newer", &answer), 200);
    assert_string_not_equal(fetched_header(&answer, "ETag"), etag);
    fetched_finish(&answer);
    assert_put(headers, "newest", 412,
               "{\"error\":\"the script has changed since it was loaded\"}");
    assert_string_equal(live->script, "newer");
    assert_put(RIGHTS "\r\nIf-Match: *", "newest", 200, "{\"generation\":3,\"saved\":true}");
    live->script_gone = true;
    assert_int_equal(put(RIGHTS "\r\nIf-Match: *", "x", &answer), 412);
    fetched_finish(&answer);
}

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    struct fetched answer;
    live->verdict = MR_VERDICT_REJECTED;
    live->fault = "lib/a.lua:12: 'end' expected";
    assert_put(RIGHTS, "x", 422,
               "{\"error\":\"lib/a.lua:12: 'end' expected\",\"line\":12,\"file\":\"lib/a.lua\"}");
    live->fault = "process.lua: not enough memory";
    assert_put(RIGHTS, "x", 422,
               "{\"error\":\"process.lua: not enough memory\",\"line\":null,\"file\":null}");
    live->verdict = MR_VERDICT_CHANGED;
    assert_int_equal(put(RIGHTS, "x", &answer), 412);
    fetched_finish(&answer);
    live->verdict = MR_VERDICT_BUSY;
    assert_int_equal(put(RIGHTS, "x", &answer), 503);
    assert_string_equal(fetched_header(&answer, "Retry-After"), "1");
    fetched_finish(&answer);
    live->verdict = MR_VERDICT_UNSAVED;
    live->fault = "cannot save it";
    assert_put(RIGHTS, "x", 500, "{\"error\":\"cannot save it\"}");
    assert_error("PUT " PATH RIGHTS "\r\nContent-Length: 1048577\r\n\r\nx", 413,
                 "a script has 1048576 bytes at most");
}

static void a_trial_is_run_and_not_saved(void **state)
{
    (void)state;
    struct fetched answer;
    target = PATH "?save=no";
    assert_int_equal(put(RIGHTS, "new", &answer), 200);
    assert_string_equal((char *)answer.body.data, "{\"generation\":1,\"saved\":false}");
    assert_null(fetched_header(&answer, "ETag"));
    fetched_finish(&answer);
    assert_true(live->trial);
    assert_string_equal(live->script, TEXT);
    target = PATH "?save=maybe";
    assert_put(RIGHTS, "new", 400,
               "{\"error\":\"save is \\\"yes\\\" or \\\"no\\\", not \\\"maybe\\\"\"}");
    target = PATH "?save=yes";
    assert_put(RIGHTS, "new", 200, "{\"generation\":2,\"saved\":true}");
    assert_false(live->trial);
    target = PATH;
}

static void the_log(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(fetch(port, "GET " LOG, &answer), 401);
    fetched_finish(&answer);
    assert_fetch("GET " LOG RIGHTS, 200, "application/json", "{\"lines\":[],\"dropped\":0}");
    for (int i = 0; i < MR_LOG_RING_LINES; i++)
        mr_log_ring_put(live->log, MR_LOG_INFO, "x");
    mr_log_ring_put(live->log, MR_LOG_ERROR, "a.lua:1: caf\xe9\nstack traceback:\n\tmore");
    assert_int_equal(fetch(port, "GET " LOG RIGHTS, &answer), 200);
    char *body = (char *)answer.body.data;
    assert_memory_equal(body, "{\"lines\":[{\"id\":2,\"time_us\":1", 29);
    assert_non_null(strstr(body, "\"level\":\"error\",\"text\":\"a.lua:1: caf?\","
                                 "\"traceback\":\"stack traceback:\\n\\tmore\"}],\"dropped\":1}"));
    fetched_finish(&answer);
    assert_fetch("GET " LOG "?after=501" RIGHTS, 200, "application/json",
                 "{\"lines\":[],\"dropped\":0}");
    assert_error("GET " LOG "?after=x" RIGHTS, 400, "after is not the id of a line");
    assert_error("GET " LOG "?after=-1" RIGHTS, 400, "after is not the id of a line");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(it_is_shown_to_who_has_the_token),
        TEST(another_takes_its_place),
        TEST(what_is_wrong_is_told),
        TEST(a_trial_is_run_and_not_saved),
        TEST(the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

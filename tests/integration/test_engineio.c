/* Engine.IO as its protocol document has it, with socketio_echo, which echoes. */
#include "support/check.h"
#include "support/echo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATH "/engine.io/"

static struct echo echo;
static struct mr_buffer body;

static int start(void **state)
{
    (void)state;
    echo_start(&echo, 20000, 20000);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    mr_buffer_finish(&body);
    echo_stop(&echo);
    return 0;
}

static void assert_polled(const char *sid, const char *text)
{
    assert_int_equal(echo_poll(&echo, PATH, sid, &body), 200);
    assert_string_equal((char *)body.data, text);
}

static void assert_unknown(const char *sid)
{
    assert_int_equal(echo_poll(&echo, PATH, sid, &body), 400);
    assert_string_equal((char *)body.data, "{\"code\":1,\"message\":\"Session ID unknown\"}");
}

static void a_session_begins(void **state)
{
    (void)state;
    struct fetched answer;
    char sid[ECHO_SID_SIZE], expected[256];
    assert_int_equal(fetch(echo.port,
                           "GET /engine.io/?transport=polling&EIO=4&t=abc\r\n"
                           "Origin: http://page.example:81",
                           &answer),
                     200);
    assert_int_equal(sscanf((char *)answer.body.data, "0{\"sid\":\"%63[^\"]\"", sid), 1);
    snprintf(expected, sizeof(expected),
             "0{\"sid\":\"%s\",\"upgrades\":[\"websocket\"],\"pingInterval\":20000,"
             "\"pingTimeout\":20000,\"maxPayload\":1000000}",
             sid);
    assert_string_equal((char *)answer.body.data, expected);
    assert_string_equal(fetched_header(&answer, "Content-Type"), "text/plain; charset=UTF-8");
    assert_string_equal(fetched_header(&answer, "Cache-Control"), "no-store");
    assert_string_equal(fetched_header(&answer, "Access-Control-Allow-Origin"),
                        "http://page.example:81");
    assert_string_equal(fetched_header(&answer, "Vary"), "Origin, Referer");
    assert_int_equal(strlen(sid), 20);
    fetched_finish(&answer);
}

static void bad_requests_are_told_why(void **state)
{
    (void)state;
    static const struct {
        const char *request, *answer;
    } cases[] = {
        { "GET /engine.io/?EIO=4", "{\"code\":0,\"message\":\"Transport unknown\"}" },
        { "GET /engine.io/?EIO=4&transport=smoke",
          "{\"code\":0,\"message\":\"Transport unknown\"}" },
        { "GET /engine.io/?EIO=4&transport=polling&sid=nobody",
          "{\"code\":1,\"message\":\"Session ID unknown\"}" },
        { "GET /engine.io/?EIO=4&transport=polling&sid=a-name-that-is-much-too-long",
          "{\"code\":1,\"message\":\"Session ID unknown\"}" },
        { "POST /engine.io/?EIO=4&transport=polling\r\nContent-Length: 0",
          "{\"code\":2,\"message\":\"Bad handshake method\"}" },
        { "DELETE /engine.io/?EIO=4&transport=polling&sid=x",
          "{\"code\":2,\"message\":\"Bad handshake method\"}" },
        { "GET /engine.io/?EIO=4&transport=websocket", "{\"code\":3,\"message\":\"Bad request\"}" },
        { "GET /engine.io/?EIO=3&transport=polling",
          "{\"code\":5,\"message\":\"Unsupported protocol version\"}" },
        { "GET /engine.io/?transport=polling",
          "{\"code\":5,\"message\":\"Unsupported protocol version\"}" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fetched answer;
        assert_int_equal(fetch(echo.port, cases[i].request, &answer), 400);
        assert_string_equal((char *)answer.body.data, cases[i].answer);
        fetched_finish(&answer);
    }
}

static void a_page_may_ask_before_it_posts(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(fetch(echo.port,
                           "OPTIONS /engine.io/?EIO=4&transport=polling\r\n"
                           "Origin: http://page.example\r\n"
                           "Access-Control-Request-Method: POST",
                           &answer),
                     204);
    assert_string_equal(fetched_header(&answer, "Access-Control-Allow-Origin"),
                        "http://page.example");
    assert_string_equal(fetched_header(&answer, "Access-Control-Allow-Methods"), "GET, HEAD, POST");
    fetched_finish(&answer);
}

static void messages_by_polling(void **state)
{
    (void)state;
    char sid[ECHO_SID_SIZE];
    echo_begin(&echo, PATH, sid);
    assert_int_equal(echo_post(&echo, PATH, sid,
                               "4caf\xc3\xa9\x1e"
                               "b//79\x1e"
                               "4"),
                     200);
    assert_polled(sid, "4caf\xc3\xa9\x1e"
                       "b//79\x1e"
                       "4");
    int waiting = echo_send_poll(&echo, PATH, sid);
    assert_int_equal(echo_post(&echo, PATH, sid, "4later"), 200);
    assert_int_equal(echo_read(waiting, &body), 200);
    assert_string_equal((char *)body.data, "4later");
}

static void a_bad_payload_ends_the_session(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "x",
                                       "4a\x1e",
                                       "4a\x1e\x1e"
                                       "4b",
                                       "b*",
                                       "4\xff",
                                       "0",
                                       "5",
                                       "2" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char sid[ECHO_SID_SIZE];
        echo_begin(&echo, PATH, sid);
        int status = echo_post(&echo, PATH, sid, bad[i]);
        assert_true(status == 400 || (status == 200 && strchr("052", bad[i][0]) != NULL));
        assert_unknown(sid);
    }
}

static void two_polls_at_once_end_the_session(void **state)
{
    (void)state;
    char sid[ECHO_SID_SIZE];
    struct mr_buffer other = { 0 };
    echo_begin(&echo, PATH, sid);
    int first = echo_send_poll(&echo, PATH, sid);
    int second = echo_send_poll(&echo, PATH, sid);
    int statuses[2] = { echo_read(first, &body), echo_read(second, &other) };
    assert_int_equal(statuses[0] + statuses[1], 600);
    assert_string_equal(statuses[0] == 200 ? (char *)body.data : (char *)other.data, "1");
    assert_unknown(sid);
    mr_buffer_finish(&other);
}

static void two_posts_at_once_end_the_session(void **state)
{
    (void)state;
    char sid[ECHO_SID_SIZE];
    struct mr_buffer text = { 0 };
    echo_begin(&echo, PATH, sid);
    int slow = fetch_connect(echo.port, 0);
    mr_buffer_printf(&text,
                     "POST /engine.io/?EIO=4&transport=polling&sid=%s HTTP/1.1\r\n"
                     "Host: 127.0.0.1\r\nContent-Length: 100\r\n\r\n4",
                     sid);
    fetch_send(slow, text.data, text.size);
    int status = 200; /* until the worker has begun with the slow one */
    for (int i = 0; i < 400 && status == 200; i++) {
        struct timespec while_it_begins = { .tv_nsec = 1000000 };
        status = echo_post(&echo, PATH, sid, "6");
        nanosleep(&while_it_begins, NULL);
    }
    assert_int_equal(status, 400);
    assert_unknown(sid);
    close(slow);
    mr_buffer_finish(&text);
}

static void who_closes_is_heard_by_the_next_poll(void **state)
{
    (void)state;
    char sid[ECHO_SID_SIZE];
    echo_begin(&echo, PATH, sid);
    assert_int_equal(echo_post(&echo, PATH, sid, "1"), 200);
    assert_int_equal(echo_post(&echo, PATH, sid, "4a"), 400);
    assert_polled(sid, "6");
    assert_unknown(sid);
}

static void a_poll_that_is_given_up_ends_the_session(void **state)
{
    (void)state;
    char sid[ECHO_SID_SIZE];
    echo_begin(&echo, PATH, sid);
    close(echo_send_poll(&echo, PATH, sid));
    int status = 200;
    for (int i = 0; i < 200 && status == 200; i++) {
        struct timespec while_it_arrives = { .tv_nsec = 1000000 };
        status = echo_post(&echo, PATH, sid, "6");
        nanosleep(&while_it_arrives, NULL);
    }
    assert_int_equal(status, 400);
    assert_unknown(sid);
}

static void who_does_not_answer_pings_is_gone(void **state)
{
    (void)state;
    struct echo impatient, patient = echo;
    char sid[ECHO_SID_SIZE];
    struct echo_socket socket;
    echo_start(&impatient, 1000, 1000);
    echo = impatient;
    echo_begin(&echo, PATH, sid);
    assert_int_equal(echo_open(&socket, &echo, PATH, NULL), 101);
    assert_polled(sid, "2");
    assert_polled(sid, "1");
    assert_unknown(sid);
    echo_until_closed(&socket);
    echo_stop(&impatient);
    echo = patient;
    assert_non_null(strstr(socket.open, "\"upgrades\":[]"));
    echo_close(&socket);
}

static void payloads_have_a_limit(void **state)
{
    (void)state;
    char sid[ECHO_SID_SIZE];
    struct echo_socket socket;
    char *large = malloc(1000002);
    assert_non_null(large);
    memset(large, '4', 1000001);
    large[1000001] = '\0';
    echo_begin(&echo, PATH, sid);
    assert_int_equal(echo_post(&echo, PATH, sid, large + 1), 200);
    assert_polled(sid, large + 1);
    assert_int_equal(echo_post(&echo, PATH, sid, large), 413);

    assert_int_equal(echo_open(&socket, &echo, PATH, NULL), 101);
    echo_send(&socket, large + 1);
    large[1000000] = '|';
    large[1000001] = '\0';
    echo_until(&socket, large); /* 1,000,000 fours and the mark */
    large[1000000] = '4';
    echo_send(&socket, large);
    echo_until_closed(&socket);
    assert_int_equal(socket.viewer.close_code, 1009);
    echo_close(&socket);
    free(large);
}

static void an_upgrade_loses_nothing(void **state)
{
    (void)state;
    char sid[ECHO_SID_SIZE];
    struct echo_socket socket, other;
    echo_begin(&echo, PATH, sid);
    int waiting = echo_send_poll(&echo, PATH, sid);
    assert_int_equal(echo_open(&socket, &echo, PATH, sid), 101);
    socket.open[0] = '-'; /* there is no open packet here */
    echo_send(&socket, "2probe");
    echo_until(&socket, "3probe|");
    assert_int_equal(echo_read(waiting, &body), 200);
    assert_string_equal((char *)body.data, "6");
    assert_int_equal(echo_post(&echo, PATH, sid,
                               "4one\x1e"
                               "bAQI="),
                     200);

    assert_int_equal(echo_open(&other, &echo, PATH, sid), 101); /* but one is enough */
    echo_until_closed(&other);
    assert_int_equal(other.viewer.close_code, 1008);
    echo_close(&other);

    echo_send(&socket, "5");
    echo_send(&socket, "4two");
    echo_until(&socket, "3probe|4one|[\1\2]|4two|");
    assert_int_equal(echo_poll(&echo, PATH, sid, &body), 400);
    assert_string_equal((char *)body.data, "{\"code\":3,\"message\":\"Bad request\"}");
    assert_int_equal(echo_post(&echo, PATH, sid, "4a"), 400);
    echo_send_binary(&socket, "\7", 1);
    echo_until(&socket, "3probe|4one|[\1\2]|4two|[\7]|");
    echo_close(&socket);
}

static void a_probe_that_fails_leaves_the_session(void **state)
{
    (void)state;
    static const char *const bad[] = { "4hello", "5", "2prob", "x" };
    char sid[ECHO_SID_SIZE];
    struct echo_socket socket;
    echo_begin(&echo, PATH, sid);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(echo_open(&socket, &echo, PATH, sid), 101);
        echo_send(&socket, bad[i]);
        echo_until_closed(&socket);
        echo_close(&socket);
    }
    assert_int_equal(echo_post(&echo, PATH, sid, "4still"), 200);
    assert_int_equal(echo_poll(&echo, PATH, sid, &body), 200);
    assert_string_equal((char *)body.data, "4still");
    assert_int_equal(echo_open(&socket, &echo, PATH, "nobody"), 400);
    echo_close(&socket);
}

static void a_websocket_ends_with_its_session(void **state)
{
    (void)state;
    static const char *const last[] = { "1", "abc", "", "0", "5", "2" };
    for (size_t i = 0; i < sizeof(last) / sizeof(*last); i++) {
        struct echo_socket socket;
        assert_int_equal(echo_open(&socket, &echo, PATH, NULL), 101);
        echo_send(&socket, "4before");
        echo_send(&socket, last[i]);
        echo_send(&socket, "4after");
        echo_until_closed(&socket);
        assert_string_equal((char *)socket.seen.data, "4before|");
        echo_close(&socket);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_begins),
        cmocka_unit_test(bad_requests_are_told_why),
        cmocka_unit_test(a_page_may_ask_before_it_posts),
        cmocka_unit_test(messages_by_polling),
        cmocka_unit_test(a_bad_payload_ends_the_session),
        cmocka_unit_test(two_polls_at_once_end_the_session),
        cmocka_unit_test(two_posts_at_once_end_the_session),
        cmocka_unit_test(who_closes_is_heard_by_the_next_poll),
        cmocka_unit_test(a_poll_that_is_given_up_ends_the_session),
        cmocka_unit_test(who_does_not_answer_pings_is_gone),
        cmocka_unit_test(payloads_have_a_limit),
        cmocka_unit_test(an_upgrade_loses_nothing),
        cmocka_unit_test(a_probe_that_fails_leaves_the_session),
        cmocka_unit_test(a_websocket_ends_with_its_session),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

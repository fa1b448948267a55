/* Socket.IO as its protocol document has it, with socketio_echo. */
#include "support/check.h"
#include "support/echo.h"

#include <stdio.h>
#include <string.h>

#define PATH "/socket.io/"

static struct echo echo;

static int start(void **state)
{
    (void)state;
    echo_start(&echo, 20000, 20000);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    echo_stop(&echo);
    return 0;
}

/* Identifiers, which are different each time, become "*". */
static void hide_sids(struct mr_buffer *seen)
{
    char *at = (char *)seen->data;
    while (at != NULL && (at = strstr(at, "\"sid\":\"")) != NULL) {
        at += strlen("\"sid\":\"");
        size_t length = strcspn(at, "\"");
        memset(at, '*', length);
    }
}

#define SID "{\"sid\":\"********************\"}"

static void connect_and_wait(struct echo_socket *socket, const char *packet, const char *answer)
{
    assert_int_equal(echo_open(socket, &echo, PATH, NULL), 101);
    socket->answers_pings = true;
    echo_send(socket, packet);
    while (socket->seen.size < strlen(answer))
        echo_wait(socket);
    hide_sids(&socket->seen);
    assert_string_equal((char *)socket->seen.data, answer);
    mr_buffer_clear(&socket->seen);
}

static void connections(void **state)
{
    (void)state;
    struct echo_socket socket;
    connect_and_wait(&socket, "40", "40" SID "|42[\"auth\",{}]|");
    echo_send(&socket, "40/custom,{\"token\":\"\xe2\x82\xac\"}");
    while (socket.seen.size < strlen("40/custom," SID "|42/custom,[\"auth\",{\"token\":\"xxx\"}]|"))
        echo_wait(&socket);
    hide_sids(&socket.seen);
    assert_string_equal((char *)socket.seen.data,
                        "40/custom," SID "|42/custom,[\"auth\",{\"token\":\"\xe2\x82\xac\"}]|");
    mr_buffer_clear(&socket.seen);
    echo_send(&socket, "40/other,");
    echo_until(&socket, "44/other,{\"message\":\"Invalid namespace\"}|");
    mr_buffer_clear(&socket.seen);
    echo_send(&socket, "42/custom,[\"message\",1]");
    echo_send(&socket, "41");
    echo_send(&socket, "42/custom,[\"message\",2]");
    echo_until(&socket, "42/custom,[\"message-back\",1]|42/custom,[\"message-back\",2]|");
    echo_close(&socket);
}

static void events(void **state)
{
    (void)state;
    struct echo_socket socket;
    connect_and_wait(&socket, "40", "40" SID "|42[\"auth\",{}]|");
    echo_send(&socket, "42[\"message\",\"\\u0000\",1.5,null,{\"a\":[]}]");
    echo_send(&socket, "42[\"nobody knows this\"]");
    echo_send(&socket, "420[\"message-with-ack\"]");
    echo_send(&socket, "439[\"nobody asked\"]");
    echo_send(&socket, "42[\"message-with-ack\",\"without id\"]");
    echo_until(&socket, "42[\"message-back\",\"\\u0000\",1.5,null,{\"a\":[]}]|430[]|");
    mr_buffer_clear(&socket.seen);
    echo_send(&socket, "452-/,[\"message\",{\"_placeholder\":true,\"num\":1},"
                       "{\"_placeholder\":true,\"num\":0}]");
    echo_send_binary(&socket, "ab", 2);
    echo_send_binary(&socket, "", 0);
    echo_until(&socket, "452-[\"message-back\",{\"_placeholder\":true,\"num\":1},"
                        "{\"_placeholder\":true,\"num\":0}]|[ab]|[]|");
    echo_close(&socket);
}

static void whoever_breaks_the_protocol_is_disconnected(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "4",
        "4x",
        "42",
        "42[]",
        "42{}",
        "42[\"a\"",
        "42x[\"a\"]",
        "47",
        "40",
        "44{}",
        "430",
        "42/custom,[\"message\"]",
        "41/custom,",
        "451-[\"message\"]",
        "4517-[\"message\"]",
        "40/\x01,",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct echo_socket socket;
        connect_and_wait(&socket, "40", "40" SID "|42[\"auth\",{}]|");
        echo_send(&socket, bad[i]);
        echo_until_closed(&socket);
        echo_close(&socket);
    }
}

static void attachments_come_where_they_belong(void **state)
{
    (void)state;
    struct echo_socket socket;
    connect_and_wait(&socket, "40", "40" SID "|42[\"auth\",{}]|");
    echo_send_binary(&socket, "ab", 2);
    echo_until_closed(&socket);
    echo_close(&socket);

    connect_and_wait(&socket, "40", "40" SID "|42[\"auth\",{}]|");
    echo_send(&socket, "451-[\"message\",{\"_placeholder\":true,\"num\":0}]");
    echo_send(&socket, "42[\"message\"]");
    echo_until_closed(&socket);
    echo_close(&socket);
}

static void the_first_packet_connects(void **state)
{
    (void)state;
    static const char *const first[] = { "42[\"message\"]", "41", "430[]", "hello" };
    for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++) {
        struct echo_socket socket;
        assert_int_equal(echo_open(&socket, &echo, PATH, NULL), 101);
        echo_send(&socket, first[i]);
        echo_until_closed(&socket);
        echo_close(&socket);
    }
}

/* It answers pings, and says nothing else. */
static void whoever_does_not_connect_is_disconnected(void **state)
{
    (void)state;
    struct echo lively;
    struct echo_socket socket;
    echo_start(&lively, 200, 10000);
    assert_int_equal(echo_open(&socket, &lively, PATH, NULL), 101);
    socket.answers_pings = true;
    echo_until_closed(&socket);
    assert_true(socket.pings >= 1);
    echo_close(&socket);
    echo_stop(&lively);
}

static void packets_by_polling(void **state)
{
    (void)state;
    char sid[ECHO_SID_SIZE];
    struct mr_buffer body = { 0 };
    echo_begin(&echo, PATH, sid);
    assert_int_equal(echo_post(&echo, PATH, sid, "40"), 200);
    assert_int_equal(echo_poll(&echo, PATH, sid, &body), 200);
    hide_sids(&body);
    assert_memory_equal(body.data, "40" SID, strlen("40" SID));
    if (body.size == strlen("40" SID))
        assert_int_equal(echo_poll(&echo, PATH, sid, &body), 200);
    assert_non_null(strstr((char *)body.data, "42[\"auth\",{}]"));
    assert_int_equal(echo_post(&echo, PATH, sid,
                               "451-7[\"message-with-ack\",{\"_placeholder\":true,\"num\":0}]\x1e"
                               "bAQID"),
                     200);
    assert_int_equal(echo_poll(&echo, PATH, sid, &body), 200);
    assert_non_null(strstr((char *)body.data, "461-7[{\"_placeholder\":true,\"num\":0}]\x1e"
                                              "bAQID"));
    mr_buffer_finish(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections),
        cmocka_unit_test(events),
        cmocka_unit_test(whoever_breaks_the_protocol_is_disconnected),
        cmocka_unit_test(attachments_come_where_they_belong),
        cmocka_unit_test(the_first_packet_connects),
        cmocka_unit_test(whoever_does_not_connect_is_disconnected),
        cmocka_unit_test(packets_by_polling),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

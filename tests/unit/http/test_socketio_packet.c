#include "http/socketio/socketio_packet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int decode(const char *text, struct mr_socketio_packet *packet)
{
    return mr_socketio_packet_decode((const uint8_t *)text, strlen(text), packet);
}

struct expected {
    const char *text;
    enum mr_socketio_type type;
    const char *name;
    int64_t id;
    unsigned attachments;
    const char *data; /* NULL: none */
};

static const struct expected good[] = {
    { "0", MR_SOCKETIO_CONNECT, "/", -1, 0, NULL },
    { "0{\"token\":\"x\"}", MR_SOCKETIO_CONNECT, "/", -1, 0, "{\"token\":\"x\"}" },
    { "0/yard,", MR_SOCKETIO_CONNECT, "/yard", -1, 0, NULL },
    { "0/yard,{\"a\":1}", MR_SOCKETIO_CONNECT, "/yard", -1, 0, "{\"a\":1}" },
    { "1", MR_SOCKETIO_DISCONNECT, "/", -1, 0, NULL },
    { "1/yard,", MR_SOCKETIO_DISCONNECT, "/yard", -1, 0, NULL },
    { "2[\"a\"]", MR_SOCKETIO_EVENT, "/", -1, 0, "[\"a\"]" },
    { "2[1,null]", MR_SOCKETIO_EVENT, "/", -1, 0, "[1,null]" },
    { "2/yard,[\"a\",{\"b\":[]}]", MR_SOCKETIO_EVENT, "/yard", -1, 0, "[\"a\",{\"b\":[]}]" },
    { "212[\"a\"]", MR_SOCKETIO_EVENT, "/", 12, 0, "[\"a\"]" },
    { "2/yard,0[\"a\"]", MR_SOCKETIO_EVENT, "/yard", 0, 0, "[\"a\"]" },
    { "29007199254740991[\"a\"]", MR_SOCKETIO_EVENT, "/", MR_SOCKETIO_ID_MAX, 0, "[\"a\"]" },
    { "3/yard,13[\"b\"]", MR_SOCKETIO_ACK, "/yard", 13, 0, "[\"b\"]" },
    { "30[]", MR_SOCKETIO_ACK, "/", 0, 0, "[]" },
    { "4{\"message\":\"no\"}", MR_SOCKETIO_CONNECT_ERROR, "/", -1, 0, "{\"message\":\"no\"}" },
    { "51-[\"a\",{\"_placeholder\":true,\"num\":0}]", MR_SOCKETIO_BINARY_EVENT, "/", -1, 1,
      "[\"a\",{\"_placeholder\":true,\"num\":0}]" },
    { "52-/yard,7[\"a\",{\"_placeholder\":true,\"num\":1},[{\"_placeholder\":true,\"num\":0}]]",
      MR_SOCKETIO_BINARY_EVENT, "/yard", 7, 2,
      "[\"a\",{\"_placeholder\":true,\"num\":1},[{\"_placeholder\":true,\"num\":0}]]" },
    { "61-15[{\"_placeholder\":true,\"num\":0}]", MR_SOCKETIO_BINARY_ACK, "/", 15, 1,
      "[{\"_placeholder\":true,\"num\":0}]" },
    { "50-[\"a\"]", MR_SOCKETIO_BINARY_EVENT, "/", -1, 0, "[\"a\"]" },
    /* without attachments a placeholder is a value like any other */
    { "2[\"a\",{\"_placeholder\":true,\"num\":9}]", MR_SOCKETIO_EVENT, "/", -1, 0,
      "[\"a\",{\"_placeholder\":true,\"num\":9}]" },
};

static void reads_and_writes_every_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        const struct expected *expected = &good[i];
        struct mr_socketio_packet packet;
        struct mr_buffer out = { 0 };
        assert_int_equal(decode(expected->text, &packet), 0);
        assert_int_equal(packet.type, expected->type);
        assert_string_equal(packet.name, expected->name);
        assert_int_equal(packet.id, expected->id);
        assert_int_equal(packet.attachments, expected->attachments);
        char *data = packet.data != NULL ? json_dumps(packet.data, JSON_COMPACT) : NULL;
        if (expected->data != NULL)
            assert_string_equal(data, expected->data);
        else
            assert_null(data);
        mr_socketio_packet_encode(&packet, &out);
        assert_false(out.failed);
        assert_string_equal((char *)out.data, expected->text);
        mr_buffer_finish(&out);
        free(data);
        mr_socketio_packet_finish(&packet);
    }
}

static void a_namespace_may_end_the_packet(void **state)
{
    (void)state;
    struct mr_socketio_packet packet;
    assert_int_equal(decode("0/yard", &packet), 0);
    assert_string_equal(packet.name, "/yard");
    assert_null(packet.data);
}

static void refuses_what_breaks_the_protocol(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "a",
        "abc",
        "7",
        "/",
        "-1",
        /* what each type carries */
        "0[]",
        "0\"a\"",
        "0 x",
        "1{}",
        "1[]",
        "2",
        "2{}",
        "2[]",
        "2\"a\"",
        "2[{}]",
        "2[null]",
        "3[]",
        "3",
        "312{}",
        "312",
        "4",
        "4\"no\"",
        "4[]",
        /* ids */
        "2abc[\"a\"]",
        "2-1[\"a\"]",
        "29007199254740992[\"a\"]",
        "299999999999999999999999[\"a\"]",
        "21.5[\"a\"]",
        /* JSON */
        "2[\"a\"",
        "2[\"a\"]x",
        "2[\"a\",]",
        "2[\"a\",1e999]",
        "2['a']",
        /* attachments */
        "5[\"a\"]",
        "5-[\"a\"]",
        "51[\"a\"]",
        "5x-[\"a\"]",
        "517-[\"a\"]",
        "51-[\"a\"]",
        "599999999999999999999-[\"a\"]",
        "51-[\"a\",{\"_placeholder\":true}]",
        "51-[\"a\",{\"_placeholder\":true,\"num\":1}]",
        "51-[\"a\",{\"_placeholder\":true,\"num\":-1}]",
        "51-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]",
        "51-[\"a\",{\"_placeholder\":true,\"num\":0.0}]",
        "51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]",
        "52-[\"a\",{\"_placeholder\":true,\"num\":0}]",
        "61-[{\"_placeholder\":true,\"num\":0}]",
        /* namespaces */
        "0/ya\nrd,",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct mr_socketio_packet packet;
        if (decode(bad[i], &packet) == 0)
            fail_msg("taken: %s", bad[i]);
    }
}

static void limits_hold(void **state)
{
    (void)state;
    struct mr_socketio_packet packet;
    for (int over = 0; over <= 1; over++) {
        struct mr_buffer text = { 0 };
        mr_buffer_append_text(&text, "0/");
        for (int i = 1; i < MR_SOCKETIO_NAMESPACE_MAX + over; i++)
            mr_buffer_append_text(&text, "n");
        assert_int_equal(decode((char *)text.data, &packet), over ? -EBADMSG : 0);
        mr_buffer_clear(&text);

        mr_buffer_append_text(&text, "2[\"a\",");
        for (int i = 1; i < MR_SOCKETIO_DEPTH_MAX + over; i++)
            mr_buffer_append_text(&text, i % 2 ? "[" : "{\"k\":");
        mr_buffer_append_text(&text, "0");
        for (int i = MR_SOCKETIO_DEPTH_MAX + over - 1; i >= 1; i--)
            mr_buffer_append_text(&text, i % 2 ? "]" : "}");
        mr_buffer_append_text(&text, "]");
        assert_int_equal(decode((char *)text.data, &packet), over ? -EBADMSG : 0);
        if (!over)
            mr_socketio_packet_finish(&packet);
        mr_buffer_finish(&text);
    }
}

static void large_integers_are_numbers(void **state)
{
    (void)state;
    struct mr_socketio_packet packet;
    assert_int_equal(decode("2[\"a\",123456789012345680000]", &packet), 0);
    assert_true(json_real_value(json_array_get(packet.data, 1)) == 123456789012345680000.0);
    mr_socketio_packet_finish(&packet);
}

static void knows_events_by_name(void **state)
{
    (void)state;
    struct mr_socketio_packet packet;
    assert_int_equal(decode("2[\"message\",1]", &packet), 0);
    assert_true(mr_socketio_packet_is_event(&packet, "message"));
    assert_false(mr_socketio_packet_is_event(&packet, "messag"));
    mr_socketio_packet_finish(&packet);
    assert_int_equal(decode("2[\"message\\u0000\"]", &packet), 0);
    assert_false(mr_socketio_packet_is_event(&packet, "message"));
    mr_socketio_packet_finish(&packet);
    assert_int_equal(decode("2[5]", &packet), 0);
    assert_false(mr_socketio_packet_is_event(&packet, "message"));
    mr_socketio_packet_finish(&packet);
    assert_int_equal(decode("30[\"message\"]", &packet), 0);
    assert_false(mr_socketio_packet_is_event(&packet, "message"));
    mr_socketio_packet_finish(&packet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_every_kind),
        cmocka_unit_test(a_namespace_may_end_the_packet),
        cmocka_unit_test(refuses_what_breaks_the_protocol),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(large_integers_are_numbers),
        cmocka_unit_test(knows_events_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

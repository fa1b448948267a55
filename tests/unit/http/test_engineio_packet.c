#include "http/socketio/engineio_payload.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int decode(const char *text, struct mr_engineio_packet *packet)
{
    return mr_engineio_packet_decode(false, (const uint8_t *)text, strlen(text), packet);
}

static void assert_packet(const struct mr_engineio_packet *packet, enum mr_engineio_type type,
                          bool binary, const char *data)
{
    assert_int_equal(packet->type, type);
    assert_int_equal(packet->binary, binary);
    assert_int_equal(packet->size, strlen(data));
    assert_memory_equal(packet->data, data, packet->size);
}

static void reads_every_type(void **state)
{
    (void)state;
    struct mr_engineio_packet packet;
    for (int type = MR_ENGINEIO_OPEN; type <= MR_ENGINEIO_NOOP; type++) {
        const char text[] = { (char)('0' + type), 'x', '\0' };
        assert_int_equal(decode(text, &packet), 0);
        assert_packet(&packet, (enum mr_engineio_type)type, false, "x");
    }
    assert_int_equal(decode("3", &packet), 0);
    assert_packet(&packet, MR_ENGINEIO_PONG, false, "");
    assert_int_equal(mr_engineio_packet_decode(true, (const uint8_t *)"\x01\x02", 2, &packet), 0);
    assert_packet(&packet, MR_ENGINEIO_MESSAGE, true, "\x01\x02");
}

static void refuses_what_is_no_packet(void **state)
{
    (void)state;
    struct mr_engineio_packet packet;
    assert_int_equal(decode("", &packet), -EBADMSG);
    assert_int_equal(decode("7", &packet), -EBADMSG);
    assert_int_equal(decode("abc", &packet), -EBADMSG);
    assert_int_equal(decode(" 4", &packet), -EBADMSG);
    assert_int_equal(decode("/", &packet), -EBADMSG);
}

static void writes_packets(void **state)
{
    (void)state;
    struct mr_buffer out = { 0 };
    mr_engineio_packet_encode(MR_ENGINEIO_PONG, "probe", 5, &out);
    mr_engineio_packet_encode(MR_ENGINEIO_PING, NULL, 0, &out);
    assert_string_equal((char *)out.data, "3probe2");
    mr_buffer_finish(&out);
}

static void reads_a_payload(void **state)
{
    (void)state;
    static const char text[] = "4hello\x1e"
                               "2\x1e"
                               "bAQIDBA==\x1e"
                               "b\x1e"
                               "4\xe2\x82\xac";
    struct mr_engineio_payload payload;
    struct mr_engineio_packet packet;
    mr_engineio_payload_init(&payload, (const uint8_t *)text, strlen(text), 5);
    assert_int_equal(mr_engineio_payload_next(&payload, &packet), 1);
    assert_packet(&packet, MR_ENGINEIO_MESSAGE, false, "hello");
    assert_int_equal(mr_engineio_payload_next(&payload, &packet), 1);
    assert_packet(&packet, MR_ENGINEIO_PING, false, "");
    assert_int_equal(mr_engineio_payload_next(&payload, &packet), 1);
    assert_packet(&packet, MR_ENGINEIO_MESSAGE, true, "\x01\x02\x03\x04");
    assert_int_equal(mr_engineio_payload_next(&payload, &packet), 1);
    assert_packet(&packet, MR_ENGINEIO_MESSAGE, true, "");
    assert_int_equal(mr_engineio_payload_next(&payload, &packet), 1);
    assert_packet(&packet, MR_ENGINEIO_MESSAGE, false, "\xe2\x82\xac");
    assert_int_equal(mr_engineio_payload_next(&payload, &packet), 0);
    assert_int_equal(mr_engineio_payload_next(&payload, &packet), 0);
    mr_engineio_payload_finish(&payload);
}

/* What comes after the first packet of a payload, "4". */
static int second(const void *bytes, size_t size)
{
    struct mr_buffer text = { 0 };
    struct mr_engineio_payload payload;
    struct mr_engineio_packet packet;
    mr_buffer_append(&text, "4\x1e", 2);
    mr_buffer_append(&text, bytes, size);
    mr_engineio_payload_init(&payload, text.data, text.size, 2);
    assert_int_equal(mr_engineio_payload_next(&payload, &packet), 1);
    int result = mr_engineio_payload_next(&payload, &packet);
    mr_engineio_payload_finish(&payload);
    mr_buffer_finish(&text);
    return result;
}

static void refuses_bad_payloads(void **state)
{
    (void)state;
    struct mr_engineio_payload payload;
    struct mr_engineio_packet packet;
    mr_engineio_payload_init(&payload, NULL, 0, 1);
    assert_int_equal(mr_engineio_payload_next(&payload, &packet), -EBADMSG);
    assert_int_equal(second("", 0), -EBADMSG); /* a separator at the end */
    assert_int_equal(second("\x1e"
                            "4",
                            2),
                     -EBADMSG);                     /* two in a row */
    assert_int_equal(second("4\xff", 2), -EBADMSG); /* no UTF-8 */
    assert_int_equal(second("4\xed\xa0\x80", 4), -EBADMSG);
    assert_int_equal(second("bAQIDBA=", 8), -EBADMSG); /* base64 that is cut short */
    assert_int_equal(second("bAQIDBA", 7), -EBADMSG);
    assert_int_equal(second("bAQID BA=", 9), -EBADMSG);
    assert_int_equal(second("bAQ\nD", 5), -EBADMSG);
    assert_int_equal(second("bAQ*D", 5), -EBADMSG);
    assert_int_equal(second("bAQIDBB==", 9), -EBADMSG); /* bits that stand for nothing */
    assert_int_equal(second("bAQ==AQ==", 9), -EBADMSG);
    assert_int_equal(second("bAQIDA===", 9), -EBADMSG);
    assert_int_equal(second("b====", 5), -EBADMSG);
    assert_int_equal(second("4a\0b", 4), 1);
}

static void payloads_are_bounded(void **state)
{
    (void)state;
    struct mr_buffer text = { 0 };
    struct mr_engineio_payload payload;
    struct mr_engineio_packet packet;
    int result, count = 0;
    for (int i = 0; i <= 100; i++)
        mr_engineio_payload_add(&text, &(struct mr_engineio_packet){ .type = MR_ENGINEIO_PONG });
    mr_engineio_payload_init(&payload, text.data, text.size, 100);
    while ((result = mr_engineio_payload_next(&payload, &packet)) > 0)
        count++;
    assert_int_equal(result, -EMSGSIZE);
    assert_int_equal(count, 100);
    mr_engineio_payload_finish(&payload);
    mr_buffer_finish(&text);
}

static void writes_a_payload(void **state)
{
    (void)state;
    struct mr_buffer out = { 0 };
    struct mr_engineio_packet packet = { .type = MR_ENGINEIO_MESSAGE,
                                         .data = (const uint8_t *)"test1",
                                         .size = 5 };
    mr_engineio_payload_add(&out, &packet);
    packet = (struct mr_engineio_packet){ .type = MR_ENGINEIO_NOOP };
    mr_engineio_payload_add(&out, &packet);
    packet = (struct mr_engineio_packet){
        .type = MR_ENGINEIO_MESSAGE, .binary = true, .data = (const uint8_t *)"\1\2\3\4", .size = 4
    };
    mr_engineio_payload_add(&out, &packet);
    assert_string_equal((char *)out.data, "4test1\x1e"
                                          "6\x1e"
                                          "bAQIDBA==");
    assert_int_equal(out.size, strlen((char *)out.data));
    mr_buffer_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_type),     cmocka_unit_test(refuses_what_is_no_packet),
        cmocka_unit_test(writes_packets),       cmocka_unit_test(reads_a_payload),
        cmocka_unit_test(refuses_bad_payloads), cmocka_unit_test(payloads_are_bounded),
        cmocka_unit_test(writes_a_payload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

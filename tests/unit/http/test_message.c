#include "http/engine/message.h"

#include "base/buffer.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct mr_packet *make_packet(const char *payload, const void *jpeg, size_t jpeg_size)
{
    struct mr_packet *packet = mr_packet_create(&(struct mr_packet_content){
        .seq = 0x0102030405060708,
        .pts_us = -2,
        .captured_us = 1700000000000000,
        .width = 4,
        .height = 2,
        .payload = payload,
        .payload_size = strlen(payload),
        .jpeg = jpeg,
        .jpeg_size = jpeg_size,
    });
    assert_non_null(packet);
    return packet;
}

static struct mr_buffer join(struct mr_packet *packet, const struct mr_form_maker *maker)
{
    struct mr_buffer all = { 0 };
    const struct mr_form *form = mr_packet_form(packet, maker);
    assert_non_null(form);
    for (int i = 0; i < form->parts; i++)
        mr_buffer_append(&all, form->part[i].iov_base, form->part[i].iov_len);
    assert_int_equal(all.size, form->size_bytes);
    return all;
}

static void binary_message_byte_by_byte(void **state)
{
    (void)state;
    static const uint8_t expected[] = {
        0x82, 40 + 7 + 4,                                     /* one binary frame */
        'M',  'R',        'F',  '1',  40,   0,    0,    0,    /* magic, header size, flags */
        8,    7,          6,    5,    4,    3,    2,    1,    /* seq */
        0xfe, 0xff,       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* pts_us */
        0x00, 0x40,       0x1e, 0x18, 0x24, 0x0a, 0x06, 0x00, /* captured_us */
        7,    0,          0,    0,    4,    0,    0,    0,    /* sizes */
        '{',  '"',        'n',  '"',  ':',  '1',  '}',        /* payload */
        0xff, 0xd8,       0xff, 0xd9,                         /* JPEG */
    };
    struct mr_packet *packet = make_packet("{\"n\":1}", "\xff\xd8\xff\xd9", 4);
    struct mr_buffer all = join(packet, &mr_message_binary);
    assert_int_equal(all.size, sizeof(expected));
    assert_memory_equal(all.data, expected, sizeof(expected));
    mr_buffer_finish(&all);
    mr_packet_unref(&packet);
}

static void payload_and_image_are_not_copied(void **state)
{
    (void)state;
    struct mr_packet *packet = make_packet("null", "\xff\xd8\xff\xd9", 4);
    const struct mr_form *form = mr_packet_form(packet, &mr_message_binary);
    assert_ptr_equal(form->part[1].iov_base, packet->payload);
    assert_ptr_equal(form->part[2].iov_base, packet->jpeg);
    mr_packet_unref(&packet);
}

static void heads_of_every_size(void **state)
{
    (void)state;
    uint8_t head[MR_WEBSOCKET_HEAD_MAX];
    assert_int_equal(mr_message_websocket_head(head, MR_WEBSOCKET_TEXT, 125), 2);
    assert_memory_equal(head, "\x81\x7d", 2);
    assert_int_equal(mr_message_websocket_head(head, MR_WEBSOCKET_BINARY, 126), 4);
    assert_memory_equal(head, "\x82\x7e\x00\x7e", 4);
    assert_int_equal(mr_message_websocket_head(head, MR_WEBSOCKET_BINARY, 65535), 4);
    assert_memory_equal(head, "\x82\x7e\xff\xff", 4);
    assert_int_equal(mr_message_websocket_head(head, MR_WEBSOCKET_BINARY, 65536), 10);
    assert_memory_equal(head, "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10);
}

static void json_message_is_the_boilerplates(void **state)
{
    (void)state;
    static const char expected[] =
        "{\"data\":{\"n\":1},\"image\":\"data:image/jpeg;base64,/9j/2Q==\","
        "\"seq\":72623859790382856,\"pts_us\":-2,\"captured_us\":1700000000000000}";
    struct mr_packet *packet = make_packet("{\"n\":1}", "\xff\xd8\xff\xd9", 4);
    struct mr_buffer all = join(packet, &mr_message_json);
    assert_int_equal(all.data[0], 0x81);
    assert_int_equal(all.data[1], sizeof(expected) - 1);
    assert_string_equal((char *)all.data + 2, expected);
    mr_buffer_finish(&all);
    mr_packet_unref(&packet);
}

static void json_message_of_any_length_parses(void **state)
{
    (void)state;
    uint8_t *jpeg = calloc(1, 100000);
    for (size_t size = 0; size < 100000; size = size * 3 + 1) {
        struct mr_packet *packet = make_packet("null", jpeg, size);
        struct mr_buffer all = join(packet, &mr_message_json);
        size_t head = all.data[1] == 126 ? 4 : all.data[1] == 127 ? 10 : 2;
        json_t *value = json_loadb((char *)all.data + head, all.size - head, 0, NULL);
        assert_non_null(value);
        size_t text = strlen(json_string_value(json_object_get(value, "image")));
        assert_int_equal(text, strlen("data:image/jpeg;base64,") + (size + 2) / 3 * 4);
        json_decref(value);
        mr_buffer_finish(&all);
        mr_packet_unref(&packet);
    }
    free(jpeg);
}

static void data_message_is_the_payload(void **state)
{
    (void)state;
    struct mr_packet *packet = make_packet("{\"n\":1}", "\xff\xd8\xff\xd9", 4);
    struct mr_buffer all = join(packet, &mr_message_data);
    assert_string_equal((char *)all.data, "\x81\x07{\"n\":1}");
    mr_buffer_finish(&all);
    mr_packet_unref(&packet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binary_message_byte_by_byte),
        cmocka_unit_test(payload_and_image_are_not_copied),
        cmocka_unit_test(heads_of_every_size),
        cmocka_unit_test(json_message_is_the_boilerplates),
        cmocka_unit_test(data_message_is_the_payload),
        cmocka_unit_test(json_message_of_any_length_parses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

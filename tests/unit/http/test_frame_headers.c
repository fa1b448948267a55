#include "http/viewers/frame_headers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct mr_buffer headers_of(const char *payload)
{
    struct mr_buffer out = { 0 };
    struct mr_packet *packet = mr_packet_create(&(struct mr_packet_content){
        .seq = 7,
        .captured_us = 1700000000000042,
        .payload = payload,
        .payload_size = strlen(payload),
        .jpeg = (const uint8_t *)"jpeg",
        .jpeg_size = 4,
    });
    mr_frame_headers(packet, &out);
    mr_packet_unref(&packet);
    assert_false(out.failed);
    return out;
}

static void assert_payload(const char *payload, const char *expected)
{
    struct mr_buffer out = headers_of(payload), line = { 0 };
    mr_buffer_printf(&line, "\r\nX-Payload: %s\r\n", expected);
    if (strstr((char *)out.data, (char *)line.data) == NULL)
        fail_msg("no \"%s\" in: %s", expected, (char *)out.data);
    mr_buffer_finish(&line);
    mr_buffer_finish(&out);
}

static void all_lines(void **state)
{
    (void)state;
    struct mr_buffer out = headers_of("{\"n\":1}");
    assert_string_equal((char *)out.data, "Content-Type: image/jpeg\r\n"
                                          "Content-Length: 4\r\n"
                                          "X-Seq: 7\r\n"
                                          "X-Timestamp: 1700000000.000042\r\n"
                                          "X-Payload: {\"n\":1}\r\n");
    assert_int_equal(out.size, strlen((char *)out.data));
    mr_buffer_finish(&out);
}

static void what_is_not_ascii_is_escaped(void **state)
{
    (void)state;
    assert_payload("null", "null");
    assert_payload("\"\xc3\xa4 ~\"", "\"\\u00e4 ~\"");
    assert_payload("\"\xe2\x82\xac\"", "\"\\u20ac\"");
    assert_payload("\"\xf0\x9f\x8c\x99!\"", "\"\\ud83c\\udf19!\"");
    assert_payload("\"\xf4\x8f\xbf\xbf\"", "\"\\udbff\\udfff\"");
    assert_payload("\"\x7f\"", "\"\\u007f\"");
    assert_payload("\"\\n\"", "\"\\n\"");
}

/* It cannot come so far, but nothing may end a header early. */
static void no_line_is_broken(void **state)
{
    (void)state;
    assert_payload("[1,\r\nX-Evil: 1\r\n\r\n2]", "[1,  X-Evil: 1    2]");
    struct mr_buffer cut = headers_of("\"\xf0\x9f");
    assert_int_equal(cut.size, strlen((char *)cut.data));
    mr_buffer_finish(&cut);
}

static bool has_payload(size_t plain, size_t escaped)
{
    char *payload = calloc(1, plain + 2 * escaped + 1);
    memset(payload, '1', plain);
    for (size_t i = 0; i < escaped; i++)
        memcpy(payload + plain + 2 * i, "\xc3\xa4", 2);
    struct mr_buffer out = headers_of(payload);
    const char *line = strstr((char *)out.data, "X-Payload: ");
    bool there = line != NULL;
    if (there) {
        assert_int_equal(strlen(line), strlen("X-Payload: \r\n") + plain + 6 * escaped);
    } else {
        assert_string_equal((char *)out.data + out.size - 4, "42\r\n");
    }
    mr_buffer_finish(&out);
    free(payload);
    return there;
}

static void what_is_too_long_is_left_out(void **state)
{
    (void)state;
    assert_true(has_payload(MR_FRAME_PAYLOAD_MAX, 0));
    assert_false(has_payload(MR_FRAME_PAYLOAD_MAX + 1, 0));
    assert_true(has_payload(MR_FRAME_PAYLOAD_MAX - 600, 100));
    assert_false(has_payload(MR_FRAME_PAYLOAD_MAX - 599, 100));
    assert_false(has_payload(1000000, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lines),
        cmocka_unit_test(what_is_not_ascii_is_escaped),
        cmocka_unit_test(no_line_is_broken),
        cmocka_unit_test(what_is_too_long_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

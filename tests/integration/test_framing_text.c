/* WebSocket texts and closes as RFC 6455 has them and as it forbids them, one connection each, against the real
 * program. Order and kinds follow what public suites look at; the cases are our own. */
#include "framing_fixture.h"

/* ---- text ---- */

static void characters_of_every_length(void **state)
{
    (void)state;
    static const char text[] =
        "\"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 "
        "\xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf \xce\xba\xe1\xbd\xb9\"";
    frame(FIN | TEXT, text);
    assert_heard(text);
    mr_buffer_finish(&heard);
    for (size_t i = 0; i < sizeof(text) - 1; i++) { /* cut within each character */
        char byte[2] = { text[i], '\0' };
        frame(i == 0 ? TEXT : 0, byte);
    }
    frame(FIN, "");
    assert_heard(text);
}

static const char *const not_utf8[] = {
    "\x80", /* goes on without a beginning */
    "\xbf",
    "\xc2", /* does not go on */
    "\xe2\x82",
    "\xf0\x9f\x98",
    "\xc2 ",
    "\xe2\x28\xa1",
    "\xf0\x28\x8c\xbc",
    "\xc0\xaf", /* longer than need be */
    "\xc1\xbf",
    "\xe0\x80\xaf",
    "\xe0\x9f\xbf",
    "\xf0\x80\x80\xaf",
    "\xf0\x8f\xbf\xbf",
    "\xed\xa0\x80", /* surrogates */
    "\xed\xbf\xbf",
    "\xed\xa0\xbd\xed\xb8\x80",
    "\xf4\x90\x80\x80", /* beyond U+10FFFF */
    "\xf5\x80\x80\x80",
    "\xf8\x88\x80\x80\x80",
    "\xfe",
    "\xff",
};
#define NOT_UTF8 (sizeof(not_utf8) / sizeof(*not_utf8))

static void send_not_utf8(size_t i)
{
    char text[32];
    snprintf(text, sizeof(text), "\"%s\"", not_utf8[i / 2]);
    if (i % 2 == 0) {
        frame(FIN | TEXT, text);
        return;
    }
    size_t length = strlen(text);
    for (size_t at = 0; at < length; at++) {
        char byte[2] = { text[at], '\0' };
        frame((at == 0 ? TEXT : 0u) | (at + 1 == length ? FIN : 0u), byte);
    }
}

static void what_is_not_utf8(void **state)
{
    (void)state;
    assert_each(2 * NOT_UTF8, send_not_utf8, 1007);
}

static void send_early(size_t i)
{
    if (i == 0) {
        frame(TEXT, "\"fine \xce\xba\xe1\xbd\xb9");
        frame(0, "\xf4\x90"); /* the message is not over */
    } else if (i == 1) {
        frame(TEXT, "\xed\xa0");
    } else { /* not even the frame is */
        static const uint8_t start[] = { FIN | TEXT, 0x80 | 100, 0, 0, 0, 0, '"', 0xff };
        viewer_send_raw(&viewer, start, sizeof(start));
    }
}

static void what_is_not_utf8_is_seen_early(void **state)
{
    (void)state;
    assert_each(3, send_early, 1007);
}

/* ---- closing ---- */

static void closed_without_a_code(void **state)
{
    (void)state;
    frame(FIN | CLOSE, "");
    assert_closed(NO_CODE);
}

static const int good_codes[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009,
                                  1010, 1011, 3000, 3999, 4000, 4999 };

static void closed_with_every_good_code(void **state)
{
    for (size_t i = 0; i < sizeof(good_codes) / sizeof(*good_codes); i++) {
        close_viewer(state);
        assert_int_equal(open_viewer(state), 0);
        close_frame(good_codes[i], i % 2 == 0 ? "" : "bye \xe2\x82\xac");
        assert_closed(good_codes[i]);
    }
}

static void send_bad_code(size_t i)
{
    static const int codes[] = { 0,    1,    999,  1004, 1005, 1006, 1015,
                                 1016, 1100, 2000, 2999, 5000, 6000, 65535 };
    close_frame(codes[i], "");
}

static void closed_with_codes_that_are_none(void **state)
{
    (void)state;
    assert_each(14, send_bad_code, 1002);
}

static void closed_with_half_a_code(void **state)
{
    (void)state;
    frame(FIN | CLOSE, "\x03");
    assert_closed(1002);
}

static void closed_with_the_longest_reason(void **state)
{
    (void)state;
    char reason[124];
    memset(reason, '*', 123);
    reason[123] = '\0';
    close_frame(1000, reason);
    assert_closed(1000);
}

static void send_bad_reason(size_t i)
{
    close_frame(1000, not_utf8[i]);
}

static void closed_with_a_reason_that_is_not_utf8(void **state)
{
    (void)state;
    assert_each(NOT_UTF8, send_bad_reason, 1007);
}

static void nothing_counts_after_the_close(void **state)
{
    (void)state;
    close_frame(1000, "");
    frame(FIN | TEXT, "\"too late\"");
    frame(FIN | PING, "x");
    close_frame(1001, "");
    assert_closed(1000);
    assert_int_equal(viewer.pongs, 0);
    assert_int_equal(heard.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(characters_of_every_length),
        TEST(what_is_not_utf8),
        TEST(what_is_not_utf8_is_seen_early),
        TEST(closed_without_a_code),
        TEST(closed_with_every_good_code),
        TEST(closed_with_codes_that_are_none),
        TEST(closed_with_half_a_code),
        TEST(closed_with_the_longest_reason),
        TEST(closed_with_a_reason_that_is_not_utf8),
        TEST(nothing_counts_after_the_close),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

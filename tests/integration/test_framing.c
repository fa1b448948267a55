/* WebSocket frames as RFC 6455 has them and as it forbids them, one connection each, against the real
 * program. Order and kinds follow what public suites look at; the cases are our own. */
#include "framing_fixture.h"

/* ---- lengths ---- */

static void lengths_around_the_steps(void **state)
{
    (void)state;
    static const size_t sizes[] = { 2, 3, 124, 125, 126, 127, 128, 65534, 65535, 65536 };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        char *text = long_text(sizes[i]);
        mr_buffer_finish(&heard);
        frame(FIN | TEXT, text);
        assert_true(viewers_run(&viewer, 1, mr_clock_now_us() + LIMIT_US, has_heard, text));
        assert_false(viewer.ended);
        free(text);
    }
}

static void too_long(void **state)
{
    (void)state;
    char *text = long_text(65537);
    frame(FIN | TEXT, text);
    free(text);
    assert_closed(1009);
}

static void too_long_in_pieces(void **state)
{
    (void)state;
    char *text = long_text(40000);
    frame(TEXT, text);
    frame(0, text);
    free(text);
    assert_closed(1009);
}

static void send_length(size_t i)
{
    switch (i) {
    case 0: /* not the shortest way to write it */
        frame_with_length(FIN | TEXT, 2, 4, "\"ab\"");
        break;
    case 1:
        frame_with_length(FIN | TEXT, 2, 125, "");
        break;
    case 2:
        frame_with_length(FIN | TEXT, 8, 4, "\"ab\"");
        break;
    case 3:
        frame_with_length(FIN | TEXT, 8, 65535, "");
        break;
    default: /* the highest bit is to be 0 */
        frame_with_length(FIN | TEXT, 8, 1ull << 63 | 4, "\"ab\"");
    }
}

static void lengths_that_are_written_wrong(void **state)
{
    (void)state;
    assert_each(5, send_length, 1002);
}

static void a_length_that_is_only_promised(void **state)
{
    (void)state;
    frame_with_length(FIN | TEXT, 8, 1ull << 40, "\"");
    assert_closed(1009);
}

static void nothing_in_it(void **state)
{
    (void)state;
    frame(FIN | TEXT, ""); /* a message, but no JSON */
    assert_closed(1007);
}

/* ---- pings and pongs ---- */

static void pings_are_answered(void **state)
{
    (void)state;
    char longest[126];
    unsigned wanted = 12;
    memset(longest, 0xfe, 125);
    longest[125] = '\0';
    frame(FIN | PING, "");
    for (int i = 0; i < 10; i++)
        frame(FIN | PING, "hello");
    frame(FIN | PING, longest);
    assert_true(viewers_run(&viewer, 1, mr_clock_now_us() + LIMIT_US, has_pong, &wanted));
    assert_int_equal(viewer.pongs, 12);
    assert_open();
}

static void pongs_are_not(void **state)
{
    (void)state;
    frame(FIN | PONG, "");
    frame(FIN | PONG, "unasked, sixteen");
    frame(FIN | PONG, "unasked");
    assert_open();
    assert_int_equal(viewer.pongs, 0);
}

static void a_ping_byte_by_byte(void **state)
{
    (void)state;
    static const uint8_t ping[] = { FIN | PING, 0x82, 0, 0, 0, 0, 'h', 'i' };
    unsigned wanted = 1;
    for (size_t i = 0; i < sizeof(ping); i++)
        viewer_send_raw(&viewer, &ping[i], 1);
    assert_true(viewers_run(&viewer, 1, mr_clock_now_us() + LIMIT_US, has_pong, &wanted));
    assert_false(viewer.ended);
}

static void send_bad_control(size_t i)
{
    char longer[127];
    memset(longer, 'x', 126);
    longer[126] = '\0';
    static const unsigned kinds[] = { CLOSE, PING, PONG };
    if (i < 3)
        frame(FIN | kinds[i], longer);
    else
        frame(kinds[i - 3], "x"); /* in pieces */
}

static void control_frames_are_short_and_whole(void **state)
{
    (void)state;
    assert_each(6, send_bad_control, 1002);
}

/* ---- reserved bits, opcodes, masks ---- */

static void send_reserved_bits(size_t i)
{
    static const unsigned kinds[] = { TEXT, BINARY, PING, PONG, CLOSE };
    frame(FIN | (unsigned)(i / 5 + 1) << 4 | kinds[i % 5], "\"x\"");
}

static void reserved_bits(void **state)
{
    (void)state;
    assert_each(35, send_reserved_bits, 1002);
}

static void send_unknown_opcode(size_t i)
{
    static const unsigned kinds[] = { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 };
    frame(FIN | kinds[i / 2], i % 2 == 0 ? "" : "x");
}

static void unknown_opcodes(void **state)
{
    (void)state;
    assert_each(20, send_unknown_opcode, 1002);
}

static void send_unmasked(size_t i)
{
    static const uint8_t frames[][5] = {
        { FIN | TEXT, 3, '"', 'x', '"' },
        { FIN | PING, 3, 'a', 'b', 'c' },
        { FIN | CLOSE, 2, 3, 0xe8, 0 },
        { FIN | TEXT, 0, 0, 0, 0 },
    };
    viewer_send_raw(&viewer, frames[i], i == 3 ? 2 : i == 2 ? 4 : 5);
}

static void unmasked_frames(void **state)
{
    (void)state;
    assert_each(4, send_unmasked, 1002);
}

static void binary_messages(void **state)
{
    (void)state;
    frame(FIN | BINARY, "x");
    assert_closed(1003);
}

/* ---- pieces ---- */

static void messages_in_pieces(void **state)
{
    (void)state;
    frame(TEXT, "\"one ");
    frame(FIN, "message\"");
    assert_heard("\"one message\"");
    frame(TEXT, "");
    frame(0, "");
    frame(0, "\"late\"");
    frame(FIN, "");
    assert_heard("\"late\"");
}

static void control_frames_between_pieces(void **state)
{
    (void)state;
    unsigned wanted = 2;
    frame(TEXT, "\"a");
    frame(FIN | PING, "1");
    frame(0, "b");
    frame(FIN | PONG, "");
    frame(FIN | PING, "2");
    /* each is answered before the message is whole */
    assert_true(viewers_run(&viewer, 1, mr_clock_now_us() + LIMIT_US, has_pong, &wanted));
    assert_int_equal(viewer.pongs, 2);
    frame(FIN, "c\"");
    assert_heard("\"abc\"");
}

static void closed_between_pieces(void **state)
{
    (void)state;
    frame(TEXT, "\"a");
    close_frame(1000, "");
    assert_closed(1000);
}

static void send_bad_pieces(size_t i)
{
    switch (i) {
    case 0: /* goes on without a beginning */
        frame(FIN, "\"x\"");
        break;
    case 1:
        frame(0, "\"x\"");
        break;
    case 2: /* begins again before the end */
        frame(TEXT, "\"a");
        frame(FIN | TEXT, "b\"");
        break;
    case 3:
        frame(TEXT, "\"a");
        frame(BINARY, "b");
        break;
    default: /* the end once more */
        frame(TEXT, "\"a");
        frame(FIN, "b\"");
        frame(FIN, "c\"");
    }
}

static void pieces_out_of_order(void **state)
{
    (void)state;
    assert_each(5, send_bad_pieces, 1002);
}

static void too_many_pieces(void **state)
{
    (void)state;
    frame(TEXT, "\"");
    for (int i = 0; i < 1100; i++)
        frame(0, "");
    assert_closed(1009);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lengths_around_the_steps),
        TEST(too_long),
        TEST(too_long_in_pieces),
        TEST(lengths_that_are_written_wrong),
        TEST(a_length_that_is_only_promised),
        TEST(nothing_in_it),
        TEST(pings_are_answered),
        TEST(pongs_are_not),
        TEST(a_ping_byte_by_byte),
        TEST(control_frames_are_short_and_whole),
        TEST(reserved_bits),
        TEST(unknown_opcodes),
        TEST(unmasked_frames),
        TEST(binary_messages),
        TEST(messages_in_pieces),
        TEST(control_frames_between_pieces),
        TEST(closed_between_pieces),
        TEST(pieces_out_of_order),
        TEST(too_many_pieces),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

#include "http/engine/websocket.h"
#include "http/request/bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What the application saw, and what it answers. */
struct application {
    struct mr_buffer messages; /* each with a closing '|' */
    int code;
};

static int take(void *opaque, bool binary, const uint8_t *bytes, size_t size)
{
    struct application *application = opaque;
    mr_buffer_append_text(&application->messages, binary ? "b:" : "t:");
    mr_buffer_append(&application->messages, bytes, size < 100 ? size : 100);
    mr_buffer_append_text(&application->messages, "|");
    return application->code;
}

static void take_pong(void *opaque, const uint8_t *bytes, size_t size)
{
    struct application *application = opaque;
    mr_buffer_append_text(&application->messages, "p:");
    mr_buffer_append(&application->messages, bytes, size);
    mr_buffer_append_text(&application->messages, "|");
}

struct fixture {
    struct application application;
    struct mr_websocket *websocket;
    struct mr_buffer in, out;
    bool open;
};

static void reopen(struct fixture *f)
{
    mr_websocket_destroy(f->websocket);
    f->websocket = mr_websocket_create(&(struct mr_websocket_options){
        .message = take, .pong = take_pong, .opaque = &f->application });
    f->open = true;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    reopen(f);
    *state = f;
    return f->websocket != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    mr_websocket_destroy(f->websocket);
    mr_buffer_finish(&f->application.messages);
    mr_buffer_finish(&f->in);
    mr_buffer_finish(&f->out);
    free(f);
    return 0;
}

/* Add a masked frame to what the client sends. */
static void frame(struct fixture *f, unsigned head, const void *bytes, size_t size)
{
    static const uint8_t mask[4] = { 1, 2, 3, 4 };
    uint8_t start[10] = { (uint8_t)head, 0x80 };
    size_t start_size = 2;
    if (size < 126) {
        start[1] |= (uint8_t)size;
    } else if (size < 65536) {
        start[1] |= 126;
        start[2] = (uint8_t)(size >> 8);
        start[3] = (uint8_t)size;
        start_size = 4;
    } else {
        start[1] |= 127;
        for (int i = 0; i < 8; i++)
            start[2 + i] = (uint8_t)((uint64_t)size >> (8 * (7 - i)));
        start_size = 10;
    }
    mr_buffer_append(&f->in, start, start_size);
    mr_buffer_append(&f->in, mask, 4);
    size_t at = f->in.size;
    mr_buffer_append(&f->in, bytes, size);
    for (size_t i = 0; i < size; i++)
        f->in.data[at + i] ^= mask[i % 4];
}

static void frame_text(struct fixture *f, unsigned head, const char *text)
{
    frame(f, head, text, strlen(text));
}

/* Deliver all that was added, in pieces of `piece` bytes. */
static void deliver(struct fixture *f, size_t piece)
{
    for (size_t at = 0; at < f->in.size && f->open; at += piece) {
        size_t size = f->in.size - at < piece ? f->in.size - at : piece;
        f->open = mr_websocket_receive(f->websocket, f->in.data + at, size, &f->out);
    }
    mr_buffer_clear(&f->in);
}

static void assert_closed_with(struct fixture *f, int code)
{
    uint8_t expected[] = { 0x88, 2, (uint8_t)(code >> 8), (uint8_t)code };
    assert_false(f->open);
    assert_true(f->out.size >= 4);
    assert_memory_equal(f->out.data + f->out.size - 4, expected, 4);
}

static const char *messages(struct fixture *f)
{
    return f->application.messages.size > 0 ? (char *)f->application.messages.data : "";
}

static void text_arrives_whole_and_in_pieces(void **state)
{
    struct fixture *f = *state;
    for (size_t piece = 1; piece < 20; piece += 6) {
        frame_text(f, 0x81, "hello");
        deliver(f, piece);
    }
    assert_string_equal(messages(f), "t:hello|t:hello|t:hello|t:hello|");
    assert_true(f->open);
    assert_int_equal(f->out.size, 0);
}

static void fragments_are_joined_with_pings_in_between(void **state)
{
    struct fixture *f = *state;
    frame_text(f, 0x01, "{\"a\"");
    frame_text(f, 0x89, "x");
    frame_text(f, 0x00, ":");
    frame_text(f, 0x8a, "unasked pong");
    frame_text(f, 0x80, "1}");
    deliver(f, 3);
    assert_string_equal(messages(f), "p:unasked pong|t:{\"a\":1}|");
    assert_int_equal(f->out.size, 3);
    assert_memory_equal(f->out.data, "\x8a\x01x", 3);
    assert_true(f->open);
}

static void pings_are_answered_in_order(void **state)
{
    struct fixture *f = *state;
    frame_text(f, 0x89, "");
    frame_text(f, 0x89, "second");
    deliver(f, 100);
    assert_int_equal(f->out.size, 10);
    assert_memory_equal(f->out.data, "\x8a\x00\x8a\x06second", 10);
}

/* They cost an answer each, and no message's bound counts them. */
static void pings_and_pongs_without_end_close_with_1008(void **state)
{
    struct fixture *f = *state;
    static const unsigned kinds[] = { 0x89, 0x8a };
    for (size_t kind = 0; kind < 2; kind++) {
        reopen(f);
        for (int i = 0; i < MR_BUCKET_AT_ONCE; i++)
            frame_text(f, kinds[kind], "");
        deliver(f, 4096);
        assert_true(f->open);
        mr_buffer_clear(&f->out);
        for (int i = 0; i < MR_BUCKET_AT_ONCE; i++)
            frame_text(f, kinds[kind], "");
        deliver(f, 4096);
        assert_closed_with(f, 1008);
    }
}

static void binary_arrives_as_binary(void **state)
{
    struct fixture *f = *state;
    f->application.code = MR_CLOSE_UNSUPPORTED;
    frame_text(f, 0x82, "\xff\xfe");
    frame_text(f, 0x81, "after");
    deliver(f, 100);
    assert_string_equal(messages(f), "b:\xff\xfe|");
    assert_closed_with(f, 1003);
}

static void close_is_answered_with_its_code(void **state)
{
    struct fixture *f = *state;
    frame(f, 0x88,
          "\x03\xe8"
          "bye",
          5);
    deliver(f, 100);
    assert_false(f->open);
    assert_int_equal(f->out.size, 7);
    assert_memory_equal(f->out.data,
                        "\x88\x05\x03\xe8"
                        "bye",
                        7);
}

static void close_without_code_is_answered_without(void **state)
{
    struct fixture *f = *state;
    frame(f, 0x88, "", 0);
    deliver(f, 100);
    assert_false(f->open);
    assert_int_equal(f->out.size, 2);
    assert_memory_equal(f->out.data, "\x88\x00", 2);
}

static void nothing_is_read_after_the_close(void **state)
{
    struct fixture *f = *state;
    frame(f, 0x88, "\x03\xe8", 2);
    frame_text(f, 0x81, "late");
    deliver(f, 1000);
    assert_string_equal(messages(f), "");
    assert_false(mr_websocket_receive(f->websocket, (const uint8_t *)"x", 1, &f->out));
    assert_int_equal(f->out.size, 4);
}

static void a_pong_is_sent_before_the_close(void **state)
{
    struct fixture *f = *state;
    frame_text(f, 0x89, "p");
    frame_text(f, 0x83, "reserved opcode");
    deliver(f, 1000);
    assert_int_equal(f->out.size, 7);
    assert_memory_equal(f->out.data, "\x8a\x01p\x88\x02\x03\xea", 7);
}

static void broken_rules_close_with_1002(void **state)
{
    struct fixture *f = *state;
    static const unsigned heads[] = {
        0x83, 0x87, 0x8b, 0x8f, /* reserved opcodes */
        0xc1, 0xa1, 0x91, 0xf2, /* reserved bits */
        0x80,                   /* continuation of nothing */
        0x08, 0x09, 0x0a,       /* fragmented control frames */
    };
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        reopen(f);
        frame_text(f, heads[i], "x");
        deliver(f, 1);
        assert_closed_with(f, 1002);
    }
    assert_string_equal(messages(f), "");
}

static void unmasked_frames_close_with_1002(void **state)
{
    struct fixture *f = *state;
    mr_buffer_append(&f->in, "\x81\x02hi", 4);
    deliver(f, 100);
    assert_closed_with(f, 1002);
}

static void a_new_message_inside_another_closes_with_1002(void **state)
{
    struct fixture *f = *state;
    frame_text(f, 0x01, "first");
    frame_text(f, 0x81, "second");
    deliver(f, 100);
    assert_closed_with(f, 1002);
}

static void long_control_frames_close_with_1002(void **state)
{
    struct fixture *f = *state;
    char text[126] = { 0 };
    frame(f, 0x89, text, sizeof(text));
    deliver(f, 1000);
    assert_closed_with(f, 1002);
}

static void bad_close_frames_close_with_1002(void **state)
{
    struct fixture *f = *state;
    static const char *const bodies[] = { "\x03",     "\x03\xec", "\x03\xed",
                                          "\x03\xee", "\x03\xe7", "\x07\xd0" };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        reopen(f);
        mr_buffer_clear(&f->out);
        frame_text(f, 0x88, bodies[i]);
        deliver(f, 100);
        assert_closed_with(f, 1002);
        assert_int_equal(f->out.size, 4);
    }
}

static void lengths_that_are_not_minimal_close_with_1002(void **state)
{
    struct fixture *f = *state;
    mr_buffer_append(&f->in, "\x81\xfe\x00\x05\0\0\0\0hello", 13);
    deliver(f, 100);
    assert_closed_with(f, 1002);
}

static void bad_utf8_closes_with_1007(void **state)
{
    struct fixture *f = *state;
    frame_text(f, 0x81, "caf\xe9!");
    deliver(f, 100);
    assert_closed_with(f, 1007);
    assert_string_equal(messages(f), "");
}

static void utf8_split_over_fragments_is_fine_but_must_end_whole(void **state)
{
    struct fixture *f = *state;
    frame_text(f, 0x01, "caf\xc3");
    frame_text(f, 0x80, "\xa9");
    deliver(f, 1);
    assert_string_equal(messages(f), "t:caf\xc3\xa9|");
    frame_text(f, 0x81, "caf\xc3");
    deliver(f, 100);
    assert_closed_with(f, 1007);
}

static void sixty_four_kib_are_the_limit(void **state)
{
    struct fixture *f = *state;
    char *text = malloc(MR_WEBSOCKET_MESSAGE_MAX + 1);
    memset(text, 'a', MR_WEBSOCKET_MESSAGE_MAX + 1);
    frame(f, 0x81, text, MR_WEBSOCKET_MESSAGE_MAX);
    deliver(f, 4096);
    assert_true(f->open);
    assert_int_equal(f->application.messages.size, 103);
    frame(f, 0x81, text, MR_WEBSOCKET_MESSAGE_MAX + 1);
    free(text);
    deliver(f, 4096);
    assert_closed_with(f, 1009);
}

static void fragments_add_up_to_the_limit(void **state)
{
    struct fixture *f = *state;
    char text[1024];
    memset(text, 'a', sizeof(text));
    frame(f, 0x01, text, sizeof(text));
    for (int i = 0; i < 64 && f->open; i++) {
        frame(f, 0x00, text, sizeof(text));
        deliver(f, 4096);
    }
    assert_closed_with(f, 1009);
}

static void endless_tiny_fragments_close(void **state)
{
    struct fixture *f = *state;
    frame(f, 0x01, "", 0);
    for (int i = 0; i < MR_WEBSOCKET_FRAGMENTS_MAX + 10 && f->open; i++) {
        frame(f, 0x00, i % 2 ? "a" : "", i % 2);
        deliver(f, 4096);
    }
    assert_closed_with(f, 1009);
}

static void a_huge_length_is_refused_at_its_first_byte(void **state)
{
    struct fixture *f = *state;
    mr_buffer_append(&f->in, "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0a", 15);
    deliver(f, 100);
    assert_closed_with(f, 1009);
}

static void reasons_are_cut_at_whole_characters(void **state)
{
    struct fixture *f = *state;
    char reason[200];
    memset(reason, 'r', sizeof(reason));
    memcpy(reason + 122, "\xc3\xa9", 2); /* its second byte would be the 124th */
    reason[199] = '\0';
    mr_websocket_close(&f->out, 1001, reason);
    assert_int_equal(f->out.size, 4 + 122);
    assert_int_equal(f->out.data[1], 2 + 122);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(text_arrives_whole_and_in_pieces),
        TEST(fragments_are_joined_with_pings_in_between),
        TEST(pings_are_answered_in_order),
        TEST(pings_and_pongs_without_end_close_with_1008),
        TEST(binary_arrives_as_binary),
        TEST(close_is_answered_with_its_code),
        TEST(close_without_code_is_answered_without),
        TEST(nothing_is_read_after_the_close),
        TEST(a_pong_is_sent_before_the_close),
        TEST(broken_rules_close_with_1002),
        TEST(unmasked_frames_close_with_1002),
        TEST(a_new_message_inside_another_closes_with_1002),
        TEST(long_control_frames_close_with_1002),
        TEST(bad_close_frames_close_with_1002),
        TEST(lengths_that_are_not_minimal_close_with_1002),
        TEST(bad_utf8_closes_with_1007),
        TEST(utf8_split_over_fragments_is_fine_but_must_end_whole),
        TEST(sixty_four_kib_are_the_limit),
        TEST(fragments_add_up_to_the_limit),
        TEST(endless_tiny_fragments_close),
        TEST(a_huge_length_is_refused_at_its_first_byte),
        TEST(reasons_are_cut_at_whole_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

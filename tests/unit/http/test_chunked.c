#include "http/request/chunked.h"

#include "support/check.h"

#include <stdio.h>
#include <string.h>

#include <errno.h>

static struct mr_buffer body;

/* Decode in pieces of `step` bytes. return: bytes used, or the error */
static ssize_t decode(const char *text, size_t step, size_t most)
{
    struct mr_chunked decoder = { 0 };
    size_t size = strlen(text), at = 0;
    mr_buffer_finish(&body);
    while (at < size && decoder.state != MR_CHUNKED_DONE) {
        size_t count = size - at < step ? size - at : step;
        ssize_t used = mr_chunked_take(&decoder, (const uint8_t *)text + at, count, most, &body);
        if (used < 0)
            return used;
        at += (size_t)used;
    }
    mr_buffer_append(&body, "", 0);
    return decoder.state == MR_CHUNKED_DONE ? (ssize_t)at : -EAGAIN;
}

static void chunks_make_a_body(void **state)
{
    (void)state;
    static const char text[] =
        "5;x=\"y\"\r\nhello\r\n001 \r\n,\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n";
    for (size_t step = 1; step <= strlen(text); step++) {
        assert_int_equal(decode(text, step, 100), strlen(text));
        assert_string_equal((char *)body.data, "hello,0123456789");
    }
    assert_int_equal(decode("0\r\n\r\nGET /", 100, 0), 5);
    assert_int_equal(body.size, 0);
    assert_int_equal(decode("5\r\nhel", 100, 10), -EAGAIN);
    mr_buffer_finish(&body);
}

static void a_body_has_its_limit(void **state)
{
    (void)state;
    assert_int_equal(decode("5\r\nhello\r\n0\r\n\r\n", 1, 5), 15);
    assert_int_equal(decode("5\r\nhello\r\n1\r\n!", 1, 5), -EMSGSIZE);
    assert_int_equal(decode("ffffffff\r\n", 1, 5), -EMSGSIZE);
    mr_buffer_finish(&body);
}

static void what_is_no_chunk_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "\r\n",
        "x\r\n",
        "-1\r\n",
        "0x5\r\n",
        "5\n",
        "5\rx",
        "5\r\nhelloX",
        "1\r\n!\rx",
        "0\r\n\rx",
        "0\r\nA: b\n",
        "5;a\n",
        "0\r\nA: b\r\n\n",
        "fffffffffffffffff\r\n",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_int_equal(decode(wrong[i], 1, 1 << 30), -EPROTO);
    char trailers[2 * MR_CHUNKED_EXTRA_MAX] = "0\r\n";
    memset(trailers + 3, 'x', MR_CHUNKED_EXTRA_MAX + 10);
    assert_int_equal(decode(trailers, 7, 10), -EPROTO);
    mr_buffer_finish(&body);
}

RUN_TESTS(cmocka_unit_test(chunks_make_a_body), cmocka_unit_test(a_body_has_its_limit),
          cmocka_unit_test(what_is_no_chunk_is_refused))

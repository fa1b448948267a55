#include "http/door/whole.h"

#include "support/check.h"

#include <string.h>

#define MOST 100

static void requests_end_where_they_end(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t whole; /* 0: not yet */
    } cases[] = {
        { "", 0 },
        { "\n", 0 },
        { "GET / HTTP/1.1\r\n", 0 },
        { "GET / HTTP/1.1\r\nHost: x\r\n\r", 0 },
        { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27 },
        { "GET / HTTP/1.1\r\nHost: x\r\n\r\nmore", 27 },
        { "GET / HTTP/1.1\nHost: x\n\n", 24 },
        { "PUT / HTTP/1.1\nContent-Length: 9\nExpect: 100-continue\n\n", 55 },
        { "GET / HTTP/1.1\nHost: x\n\r\n", 0 }, /* civetweb waits for more */
        { "P\r\nContent-Length: 5\r\n\r\n", 24 + 5 },
        { "P\r\nContent-Length : 5\r\n\r\n", 25 + 5 },
        { "P\r\ncontent-length:5 \r\nX: y\r\n\r\n", 30 + 5 },
        { "P\r\nContent-Length: 100\r\n\r\n", 26 + 100 },
        { "P\r\nContent-Length: 101\r\n\r\n", 26 },
        { "P\r\nContent-Length: 99999999999999999999999\r\n\r\n", 46 },
        { "P\r\nContent-Length: -1\r\n\r\n", 25 },
        { "P\r\nContent-Length: x\r\n\r\n", 24 },
        { "P\r\nContent-Length: 3\r\nContent-Length: 7\r\n\r\n", 43 + 7 },
        { "P\r\nX-Content-Length: 3\r\n\r\n", 26 },
        { "Content-Length\r\n\r\n", 18 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        size_t whole = mr_whole_request(cases[i].bytes, strlen(cases[i].bytes), MOST);
        size_t expected = cases[i].whole;
        if (whole != expected)
            fail_msg("%zu instead of %zu for %s", whole, expected, cases[i].bytes);
    }
}

RUN_TESTS(cmocka_unit_test(requests_end_where_they_end))

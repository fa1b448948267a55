#include "http/pages/range.h"

#include "support/check.h"

#include <stdio.h>
#include <string.h>

#define ETAG "\"a-1\""

/* "whole", "none" or "FIRST+LENGTH" */
static const char *find(const char *range, const char *if_range, off_t size)
{
    static char text[64];
    off_t first, length;
    switch (
        mr_range_find(&(struct mr_range_request){ range, if_range }, ETAG, size, &first, &length)) {
    case MR_RANGE_WHOLE:
        assert_int_equal(first, 0);
        assert_int_equal(length, size);
        return "whole";
    case MR_RANGE_NONE:
        return "none";
    default:
        snprintf(text, sizeof(text), "%jd+%jd", (intmax_t)first, (intmax_t)length);
        return text;
    }
}

static void a_part_is_found(void **state)
{
    (void)state;
    assert_string_equal(find("bytes=0-0", NULL, 10), "0+1");
    assert_string_equal(find("bytes=0-9", NULL, 10), "0+10");
    assert_string_equal(find("bytes=3-6", NULL, 10), "3+4");
    assert_string_equal(find("bytes=3-", NULL, 10), "3+7");
    assert_string_equal(find("bytes=9-", NULL, 10), "9+1");
    assert_string_equal(find("bytes=-3", NULL, 10), "7+3");
    assert_string_equal(find("bytes=-10", NULL, 10), "0+10");
    assert_string_equal(find("BYTES= 3-6 ", NULL, 10), "3+4");
    assert_string_equal(find("bytes=00003-0006", NULL, 10), "3+4");
    assert_string_equal(find("bytes=5000000000-", NULL, 6000000000), "5000000000+1000000000");
}

static void what_is_too_long_ends_with_the_file(void **state)
{
    (void)state;
    assert_string_equal(find("bytes=3-10", NULL, 10), "3+7");
    assert_string_equal(find("bytes=-11", NULL, 10), "0+10");
    assert_string_equal(find("bytes=3-99999999999999999999999999", NULL, 10), "3+7");
    assert_string_equal(find("bytes=-99999999999999999999999999", NULL, 10), "0+10");
}

static void outside_of_the_file_is_nothing(void **state)
{
    (void)state;
    assert_string_equal(find("bytes=10-", NULL, 10), "none");
    assert_string_equal(find("bytes=10-12", NULL, 10), "none");
    assert_string_equal(find("bytes=-0", NULL, 10), "none");
    assert_string_equal(find("bytes=99999999999999999999999999-", NULL, 10), "none");
    assert_string_equal(find("bytes=0-", NULL, 0), "none");
    assert_string_equal(find("bytes=-5", NULL, 0), "none");
}

static void what_is_not_understood_is_ignored(void **state)
{
    (void)state;
    static const char *const ranges[] = {
        "",          "bytes",        "bytes=",     "bytes=-",    "bytes=6-3",  "bytes=a-b",
        "lines=0-3", "bytes=0-3,",   "bytes=3",    "bytes=--3",  "bytes=+1-3", "bytes=0x1-3",
        "bytes 0-3", "bytes=0-1,3-", "bytes=1-2x", "bytes=1 -2", "bytes=-1-2", "bytes=,",
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
        assert_string_equal(find(ranges[i], NULL, 10), "whole");
    assert_string_equal(find(NULL, NULL, 10), "whole");
    assert_string_equal(find(NULL, ETAG, 10), "whole");
}

static void a_part_of_another_version_is_not_sent(void **state)
{
    (void)state;
    assert_string_equal(find("bytes=3-6", ETAG, 10), "3+4");
    assert_string_equal(find("bytes=3-6", "\"a-2\"", 10), "whole");
    assert_string_equal(find("bytes=3-6", "W/" ETAG, 10), "whole");
    assert_string_equal(find("bytes=3-6", "", 10), "whole");
    assert_string_equal(find("bytes=3-6", "Wed, 21 Oct 2015 07:28:00 GMT", 10), "whole");
    assert_string_equal(find("bytes=30-", "\"a-2\"", 10), "whole");
}

RUN_TESTS(cmocka_unit_test(a_part_is_found), cmocka_unit_test(what_is_too_long_ends_with_the_file),
          cmocka_unit_test(outside_of_the_file_is_nothing),
          cmocka_unit_test(what_is_not_understood_is_ignored),
          cmocka_unit_test(a_part_of_another_version_is_not_sent))

#include "http/request/etag.h"

#include "support/check.h"

static void the_same_for_the_same_bytes(void **state)
{
    (void)state;
    char one[MR_ETAG_SIZE], other[MR_ETAG_SIZE];
    mr_etag_make("text", 4, one);
    mr_etag_make("texts", 4, other);
    assert_string_equal(one, "\"982d9e3eb996f559e633\""); /* sha256sum's first digits */
    assert_string_equal(one, other);
    mr_etag_make("texts", 5, other);
    assert_string_not_equal(one, other);
    mr_etag_make(NULL, 0, other);
    assert_string_equal(other, "\"e3b0c44298fc1c149afb\"");
}

static void etags_match_in_lists(void **state)
{
    (void)state;
    assert_true(mr_etag_matches("\"a\"", "\"a\""));
    assert_true(mr_etag_matches("\"x\", W/\"a\" ,\"b\"", "\"a\""));
    assert_true(mr_etag_matches("*", "\"a\""));
    assert_false(mr_etag_matches("\"ab\"", "\"a\""));
    assert_false(mr_etag_matches("a", "\"a\""));
    assert_false(mr_etag_matches("", "\"a\""));
    assert_false(mr_etag_matches(NULL, "\"a\""));
}

RUN_TESTS(cmocka_unit_test(the_same_for_the_same_bytes), cmocka_unit_test(etags_match_in_lists))

#include "http/request/query.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static char value[8];

static void finds_and_decodes(void **state)
{
    (void)state;
    assert_int_equal(mr_query_get("EIO=4&transport=ws&sid=a%2Fb", "sid", value, sizeof(value)), 3);
    assert_string_equal(value, "a/b");
    assert_int_equal(mr_query_get("EIO=4&transport=ws", "EIO", value, sizeof(value)), 1);
    assert_string_equal(value, "4");
    assert_int_equal(mr_query_get("a=1+2", "a", value, sizeof(value)), 3);
    assert_string_equal(value, "1 2");
    assert_int_equal(mr_query_get("a=&b=1", "a", value, sizeof(value)), 0);
    assert_string_equal(value, "");
    assert_int_equal(mr_query_get("x=1&a", "a", value, sizeof(value)), 0);
    assert_string_equal(value, "");
}

static void the_first_one_counts(void **state)
{
    (void)state;
    assert_int_equal(mr_query_get("a=1&a=2", "a", value, sizeof(value)), 1);
    assert_string_equal(value, "1");
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(mr_query_get(NULL, "a", value, sizeof(value)), -ENOENT);
    assert_int_equal(mr_query_get("", "a", value, sizeof(value)), -ENOENT);
    assert_int_equal(mr_query_get("aa=1", "a", value, sizeof(value)), -ENOENT);
    assert_int_equal(mr_query_get("a=12345678", "a", value, sizeof(value)), -ENOSPC);
    assert_string_equal(value, "");
    assert_int_equal(mr_query_get("a=1%002", "a", value, sizeof(value)), -EINVAL);
    assert_string_equal(value, "");
    assert_int_equal(mr_query_get("a=1234567", "a", value, sizeof(value)), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_and_decodes),
        cmocka_unit_test(the_first_one_counts),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "http/content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void types_go_by_extension(void **state)
{
    (void)state;
    assert_string_equal(mr_content_type("/index.html"), "text/html; charset=utf-8");
    assert_string_equal(mr_content_type("a.min.JS"), "text/javascript; charset=utf-8");
    assert_string_equal(mr_content_type("favicon.svg"), "image/svg+xml");
    assert_string_equal(mr_content_type("/dir.html/file"), "application/octet-stream");
    assert_string_equal(mr_content_type("noextension"), "application/octet-stream");
    assert_string_equal(mr_content_type(""), "application/octet-stream");
}

static void etags_match_in_lists(void **state)
{
    (void)state;
    assert_true(mr_content_matches("\"a\"", "\"a\""));
    assert_true(mr_content_matches("\"x\", W/\"a\" ,\"b\"", "\"a\""));
    assert_true(mr_content_matches("*", "\"a\""));
    assert_false(mr_content_matches("\"ab\"", "\"a\""));
    assert_false(mr_content_matches("a", "\"a\""));
    assert_false(mr_content_matches("", "\"a\""));
    assert_false(mr_content_matches(NULL, "\"a\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_go_by_extension),
        cmocka_unit_test(etags_match_in_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

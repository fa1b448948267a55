#include "http/pages/content.h"

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

static void codings_that_are_accepted(void **state)
{
    (void)state;
    assert_true(mr_content_accepts("gzip", "gzip"));
    assert_true(mr_content_accepts("deflate, GZip;q=0.5, br", "gzip"));
    assert_true(mr_content_accepts("br;q=1.0, gzip ; q=0.01", "gzip"));
    assert_false(mr_content_accepts("gzip;q=0", "gzip"));
    assert_false(mr_content_accepts("br, gzip;q=0.000", "gzip"));
    assert_false(mr_content_accepts("x-gzip, gzipped, br", "gzip"));
    assert_false(mr_content_accepts("*", "gzip"));
    assert_false(mr_content_accepts("", "gzip"));
    assert_false(mr_content_accepts(NULL, "gzip"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_go_by_extension),
        cmocka_unit_test(codings_that_are_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

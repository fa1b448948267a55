#include "http/assets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct mr_assets *assets;

static int setup(void **state)
{
    (void)state;
    assets = mr_assets_create();
    return assets != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    mr_assets_destroy(assets);
    return 0;
}

static void the_front_page_is_built_in(void **state)
{
    (void)state;
    const struct mr_asset *front = mr_assets_find(assets, "/");
    assert_non_null(front);
    assert_ptr_equal(front, mr_assets_find(assets, "/index.html"));
    assert_true(front->size > 100);
    assert_memory_equal(front->bytes, "<!doctype html>", 15);
    assert_memory_equal(front->bytes + front->size - 8, "</html>\n", 8);
}

static void there_is_nothing_else(void **state)
{
    (void)state;
    assert_null(mr_assets_find(assets, "/missing.html"));
    assert_null(mr_assets_find(assets, "/index.html/"));
    assert_null(mr_assets_find(assets, "/INDEX.HTML"));
    assert_null(mr_assets_find(assets, "//"));
}

static void etags_belong_to_the_content(void **state)
{
    (void)state;
    const struct mr_asset *front = mr_assets_find(assets, "/");
    const struct mr_asset *script = mr_assets_find(assets, "/viewer.js");
    assert_non_null(script);
    assert_int_equal(strlen(front->etag), 22);
    assert_string_not_equal(front->etag, script->etag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_front_page_is_built_in),
        cmocka_unit_test(there_is_nothing_else),
        cmocka_unit_test(etags_belong_to_the_content),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

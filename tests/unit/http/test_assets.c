#include "http/pages/assets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
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
    assert_true(front->plain.size > 100);
    assert_false(front->lasting);
    assert_memory_equal(front->plain.bytes, "<!doctype html>", 15);
    assert_memory_equal(front->plain.bytes + front->plain.size - 8, "</html>\n", 8);
}

/* Whatever a page names by a hash is there, for ever; and compressed, as it is text. */
static void pages_name_what_lasts(void **state)
{
    (void)state;
    static const char *const pages[] = { "/", "/studio.html", "/embed.html" };
    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
        const struct mr_asset *page = mr_assets_find(assets, pages[i]);
        assert_non_null(page);
        char *text = strndup((const char *)page->plain.bytes, page->plain.size);
        int found = 0;
        for (char *at = text; (at = strstr(at, "assets/")) != NULL; found++) {
            char path[128];
            snprintf(path, sizeof(path), "/%.*s", (int)strcspn(at, "\""), at);
            const struct mr_asset *asset = mr_assets_find(assets, path);
            if (asset == NULL || !asset->lasting)
                fail_msg("%s names %s", pages[i], path);
            assert_true(asset->plain.size < 1000 || asset->gzip.size < asset->plain.size);
            at += strlen("assets/");
        }
        assert_true(found >= 2); /* a script and a style */
        free(text);
    }
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
    const struct mr_asset *script = mr_assets_find(assets, "/client/moonreel.js");
    assert_non_null(script);
    assert_int_equal(strlen(front->plain.etag), 22);
    assert_string_not_equal(front->plain.etag, script->plain.etag);
    assert_non_null(script->gzip.bytes);
    assert_string_not_equal(script->plain.etag, script->gzip.etag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_front_page_is_built_in),
        cmocka_unit_test(pages_name_what_lasts),
        cmocka_unit_test(there_is_nothing_else),
        cmocka_unit_test(etags_belong_to_the_content),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

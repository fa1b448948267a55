/* The built-in pages over HTTP: what is sent compressed, what may be kept, who may frame them. */
#include "http/pages/pages.h"

#include "support/check.h"

#include "server_fixture.h"

static void assert_header(const struct fetched *answer, const char *name, const char *wanted)
{
    const char *value = fetched_header(answer, name);
    if (value == NULL || strcmp(value, wanted) != 0)
        fail_msg("%s is %s instead of %s", name, value != NULL ? value : "not there", wanted);
}

/* return: the path of the script that a page names; static */
static const char *script_of(const char *page)
{
    static char path[160];
    struct fetched answer;
    char request[64];
    snprintf(request, sizeof(request), "GET %s", page);
    assert_int_equal(fetch(port, request, &answer), 200);
    const char *at = strstr((char *)answer.body.data, "src=\"");
    assert_non_null(at);
    at = strstr(at, "assets/");
    snprintf(path, sizeof(path), "/%.*s", (int)strcspn(at, "\""), at);
    fetched_finish(&answer);
    return path;
}

static void compressed_for_those_who_take_it(void **state)
{
    (void)state;
    struct fetched plain, gzip, again;
    char request[200];
    assert_int_equal(fetch(port, "GET /", &plain), 200);
    assert_header(&plain, "Vary", "Accept-Encoding");
    assert_null(fetched_header(&plain, "Content-Encoding"));
    assert_int_equal(fetch(port, "GET /\r\nAccept-Encoding: br, gzip", &gzip), 200);
    assert_header(&gzip, "Vary", "Accept-Encoding");
    assert_header(&gzip, "Content-Encoding", "gzip");
    assert_true(gzip.body.size < plain.body.size);
    assert_memory_equal(gzip.body.data, "\x1f\x8b", 2);
    char etag[64];
    snprintf(etag, sizeof(etag), "%s", fetched_header(&plain, "ETag"));
    assert_string_not_equal(fetched_header(&gzip, "ETag"), etag);

    snprintf(request, sizeof(request), "GET /\r\nIf-None-Match: %s", etag);
    assert_int_equal(fetch(port, request, &again), 304);
    assert_header(&again, "ETag", etag);
    fetched_finish(&plain);
    fetched_finish(&gzip);
    fetched_finish(&again);
}

static void what_has_a_hash_in_its_name_is_kept(void **state)
{
    (void)state;
    static const char *const pages[] = { "/", "/studio", "/embed/live" };
    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
        struct fetched answer;
        char request[200];
        snprintf(request, sizeof(request), "HEAD %s", script_of(pages[i]));
        assert_int_equal(fetch(port, request, &answer), 200);
        assert_header(&answer, "Cache-Control", "public, max-age=31536000, immutable");
        fetched_finish(&answer);
        snprintf(request, sizeof(request), "HEAD %s", pages[i]);
        assert_int_equal(fetch(port, request, &answer), 200);
        assert_header(&answer, "Cache-Control", "no-cache");
        assert_header(&answer, "Referrer-Policy", "no-referrer");
        assert_non_null(
            strstr(fetched_header(&answer, "Content-Security-Policy"), "default-src 'self'; "));
        assert_non_null(
            strstr(fetched_header(&answer, "Content-Security-Policy"), "frame-ancestors 'self'"));
        fetched_finish(&answer);
    }
}

/* The largest of them, compressed or not: what arrives is all of it. */
static void large_ones_arrive_whole(void **state)
{
    (void)state;
    struct mr_assets *assets = mr_assets_create();
    const struct mr_asset *large = mr_assets_find(assets, "/socket.io/socket.io.min.js.map");
    static const char *const codings[] = { "identity", "gzip" };
    for (size_t i = 0; i < 2; i++) {
        struct fetched answer;
        char request[128];
        const struct mr_asset_form *form = i == 0 ? &large->plain : &large->gzip;
        snprintf(request, sizeof(request), "GET /%s\r\nAccept-Encoding: %s", large->name,
                 codings[i]);
        assert_int_equal(fetch(port, request, &answer), 200);
        assert_int_equal(answer.body.size, form->size);
        assert_memory_equal(answer.body.data, form->bytes, form->size);
        fetched_finish(&answer);
    }
    assert_true(large->plain.size > 96 * 1024);
    mr_assets_destroy(assets);
}

static int setup_allowing(void **state)
{
    (void)state;
    allow_origin = "https://example.org, http://a.test:81, null";
    return setup(state);
}

static void welcome_pages_may_frame_the_picture(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(fetch(port, "HEAD /embed/live", &answer), 200);
    const char *policy = fetched_header(&answer, "Content-Security-Policy");
    const char *ancestors = strstr(policy, "frame-ancestors ");
    assert_string_equal(ancestors,
                        "frame-ancestors 'self' https://example.org http://a.test:81 file:");
    fetched_finish(&answer);
    assert_int_equal(fetch(port, "HEAD /", &answer), 200);
    policy = fetched_header(&answer, "Content-Security-Policy");
    assert_string_equal(strstr(policy, "frame-ancestors "), "frame-ancestors 'self'");
    fetched_finish(&answer);
}

static void what_is_no_streams_name_is_no_page(void **state)
{
    (void)state;
    assert_error("GET /embed/NO", 404, "there is no page \\\"/embed/NO\\\"");
    assert_error("GET /studio/", 404, "there is no page \\\"/studio/\\\"");
    assert_error("GET /assets/", 404, "there is no page \\\"/assets/\\\"");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(compressed_for_those_who_take_it),
        TEST(what_has_a_hash_in_its_name_is_kept),
        TEST(large_ones_arrive_whole),
        TEST(what_is_no_streams_name_is_no_page),
        cmocka_unit_test_setup_teardown(welcome_pages_may_frame_the_picture, setup_allowing,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

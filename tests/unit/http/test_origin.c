#include "http/request/origin.h"

#include "support/check.h"

#include <string.h>

static void own_pages_are_those_of_our_host_and_port(void **state)
{
    (void)state;
    static const struct {
        const char *origin, *host;
        bool own;
    } cases[] = {
        { NULL, "127.0.0.1:8080", true },
        { NULL, NULL, true },
        { "http://127.0.0.1:8080", "127.0.0.1:8080", true },
        { "http://CAM.example:8080", "cam.EXAMPLE:8080", true },
        { "HTTP://cam.example", "cam.example:80", true },
        { "http://cam.example:80", "cam.example", true },
        { "https://cam.example", "cam.example:443", true },
        { "https://cam.example", "cam.example", true },
        { "http://[::1]:8080", "[::1]:8080", true },
        { "https://cam.example", "cam.example:80", false },
        { "http://cam.example", "cam.example:443", false },
        { "http://127.0.0.1:3000", "127.0.0.1:8080", false },
        { "http://localhost:8080", "127.0.0.1:8080", false },
        { "http://cam.example.evil", "cam.example", false },
        { "http://evil-cam.example", "cam.example", false },
        { "http://cam.example@evil.example", "cam.example", false },
        { "http://cam.example/", "cam.example", false },
        { "ftp://cam.example", "cam.example", false },
        { "file://", "cam.example", false },
        { "cam.example", "cam.example", false },
        { "null", "null", false },
        { "null", "cam.example", false },
        { "", "", false },
        { "http://", "", false },
        { "http://a b", "a b", false },
        { "http://cam.example", NULL, false },
    };
    struct mr_origins none = { 0 };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        if (mr_origin_is_own(cases[i].origin, cases[i].host) != cases[i].own ||
            mr_origin_allowed(&none, cases[i].origin, cases[i].host) != cases[i].own)
            fail_msg("%s at %s", cases[i].origin, cases[i].host);
}

static void foreign_pages_are_those_that_were_named(void **state)
{
    (void)state;
    struct mr_error error;
    static struct mr_origins origins;
    assert_int_equal(
        mr_origins_add(&origins, "https://Page.example , http://localhost:3000", &error), 0);
    assert_true(mr_origin_allowed(&origins, "https://page.example", "cam"));
    assert_true(mr_origin_allowed(&origins, "https://page.example:443", "cam"));
    assert_true(mr_origin_allowed(&origins, "http://localhost:3000", "cam"));
    assert_true(mr_origin_allowed(&origins, "http://cam", "cam"));
    assert_false(mr_origin_allowed(&origins, "http://page.example", "cam"));
    assert_false(mr_origin_allowed(&origins, "https://page.example:8443", "cam"));
    assert_false(mr_origin_allowed(&origins, "https://sub.page.example", "cam"));
    assert_false(mr_origin_allowed(&origins, "http://localhost", "cam"));
    assert_false(mr_origin_allowed(&origins, "null", "cam"));
    static const char *const programs[] = { "capacitor://localhost", "tauri://localhost",
                                            "chrome-extension://abcdefghijklmnopabcdefghijklmnop" };
    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
        assert_false(mr_origin_allowed(&origins, programs[i], "localhost"));
        assert_int_equal(mr_origins_add(&origins, programs[i], &error), 0);
        assert_true(mr_origin_allowed(&origins, programs[i], "localhost"));
        assert_false(mr_origin_is_own(programs[i], "localhost")); /* it may not change anything */
    }
    assert_false(mr_origin_null_allowed(&origins));
    assert_int_equal(mr_origins_add(&origins, "null", &error), 0);
    assert_true(mr_origin_null_allowed(&origins));
    assert_true(mr_origin_allowed(&origins, "null", "cam"));
    assert_false(mr_origin_allowed(&origins, "https://evil.example", "cam"));
    assert_int_equal(mr_origins_add(&origins, "*", &error), 0);
    assert_true(mr_origin_allowed(&origins, "https://evil.example", "cam"));
}

static void what_is_no_origin_is_named(void **state)
{
    (void)state;
    struct mr_error error;
    static const char *const wrong[] = { "",
                                         "page.example",
                                         "https://page.example/",
                                         "https://",
                                         "ftp://a.example",
                                         "https://a b",
                                         "https://a:b",
                                         "https://a,,",
                                         "https://*.example",
                                         "https://a:123456" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct mr_origins origins = { 0 };
        if (mr_origins_add(&origins, wrong[i], &error) == 0)
            fail_msg("\"%s\" was taken", wrong[i]);
    }
    struct mr_origins origins = { 0 };
    for (int i = 0; i < MR_ORIGINS_MAX; i++)
        assert_int_equal(mr_origins_add(&origins, "https://a.example", &error), 0);
    assert_true(mr_origins_add(&origins, "https://b.example", &error) < 0);
    assert_string_equal(error.text, "\"https://b.example\" is one too many; there can be 32");
}

static void hosts_are_addresses_localhost_and_what_was_named(void **state)
{
    (void)state;
    struct mr_error error;
    static struct mr_hosts hosts;
    assert_int_equal(mr_origin_add_host(&hosts, "Cam.example,box", &error), 0);
    static const struct {
        const char *host;
        bool allowed;
    } cases[] = {
        { NULL, true },
        { "127.0.0.1", true },
        { "192.168.1.20:8080", true },
        { "[::1]:8080", true },
        { "localhost", true },
        { "LOCALHOST:8080", true },
        { "cam.example:8080", true },
        { "cam.example.", true },
        { "box", true },
        { "evil.example", false },
        { "cam.example.evil", false },
        { "127.0.0.1.evil.example", false },
        { "127.0.0.1x", false },
        { "localhost.evil.example:8080", false },
        { "", false },
        { ":8080", false },
        { "[::1", false },
        { "[evil]:80", false },
        { "box:80:80", false },
        { "a b", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        if (mr_origin_host_allowed(&hosts, cases[i].host) != cases[i].allowed)
            fail_msg("\"%s\"", cases[i].host);

    static const char *const local[] = { "cam.local",       "CAM.Local:8080", "cam.lan",
                                         "a.b.lan.",        "cam.home.arpa",  "cam.internal",
                                         "cam.localdomain", "raspberrypi",    "cam:80" };
    static const char *const global[] = {
        "cam.example", ".local",     "cam.local.example", "",   "192.0.2.1",
        "[fe80::1]",   "camlocal.x", "cam.lan:x",         "a b"
    };
    for (size_t i = 0; i < sizeof(local) / sizeof(*local); i++)
        if (!mr_origin_host_is_local(local[i]))
            fail_msg("\"%s\" is local", local[i]);
    for (size_t i = 0; i < sizeof(global) / sizeof(*global); i++)
        if (mr_origin_host_is_local(global[i]))
            fail_msg("\"%s\" is not local", global[i]);
    assert_false(mr_origin_host_is_local(NULL));
    assert_true(mr_origin_add_host(&hosts, "box:80", &error) < 0);
    assert_string_equal(error.text, "\"box:80\" is not a host's name without a port, or * for all");
    assert_true(mr_origin_add_host(&hosts, "", &error) < 0);
    assert_int_equal(mr_origin_add_host(&hosts, "*", &error), 0);
    assert_true(mr_origin_host_allowed(&hosts, "evil.example"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_pages_are_those_of_our_host_and_port),
        cmocka_unit_test(foreign_pages_are_those_that_were_named),
        cmocka_unit_test(what_is_no_origin_is_named),
        cmocka_unit_test(hosts_are_addresses_localhost_and_what_was_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

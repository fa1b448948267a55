#include "http/request/forwarded.h"

#include "support/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LINES_MAX 4

static struct mr_proxies proxies;

static int setup(void **state)
{
    (void)state;
    proxies = (struct mr_proxies){ 0 };
    return mr_forwarded_add_proxy(&proxies, "127.0.0.1, 10.0.0.0/8,::1", NULL);
}

/* From the peer and lines of X-Forwarded-For, up to the first NULL. */
static const char *resolve(const char *peer, const char *const lines[LINES_MAX])
{
    static char text[MR_PEER_TEXT_SIZE];
    struct mr_head_field headers[LINES_MAX + 1] = { { "Host", "example.org" } };
    int count = 1;
    for (int i = 0; i < LINES_MAX && lines[i] != NULL; i++)
        headers[count++] = (struct mr_head_field){ "x-forwarded-For", lines[i] };
    struct mr_peer direct;
    mr_peer_parse(peer, &direct);
    struct mr_forwarded from = mr_forwarded_resolve(&proxies, &direct, headers, count);
    return mr_peer_format(&from.peer, text, sizeof(text));
}

#define FROM(peer, ...) resolve(peer, (const char *const[LINES_MAX]){ __VA_ARGS__ })

static void believes_only_named_proxies(void **state)
{
    (void)state;
    assert_string_equal(FROM("127.0.0.1", "203.0.113.9"), "203.0.113.9");
    assert_string_equal(FROM("10.255.0.1", "203.0.113.9"), "203.0.113.9");
    assert_string_equal(FROM("11.0.0.1", "203.0.113.9"), "11.0.0.1");
    assert_string_equal(FROM("127.0.0.2", "203.0.113.9"), "127.0.0.2");
    proxies.count = 0;
    assert_string_equal(FROM("127.0.0.1", "203.0.113.9"), "127.0.0.1");
}

static void rightmost_untrusted_address_wins(void **state)
{
    (void)state;
    assert_string_equal(FROM("127.0.0.1", "1.1.1.1, 203.0.113.9"), "203.0.113.9");
    assert_string_equal(FROM("127.0.0.1", "127.0.0.1, 203.0.113.9,10.0.0.2"), "203.0.113.9");
    assert_string_equal(FROM("127.0.0.1", "1.1.1.1", "203.0.113.9"), "203.0.113.9");
    assert_string_equal(FROM("127.0.0.1", "203.0.113.9", "10.1.1.1", "::1"), "203.0.113.9");
    /* when all are proxies, it is the one that is furthest away */
    assert_string_equal(FROM("127.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
    assert_string_equal(FROM("127.0.0.1", NULL), "127.0.0.1");
}

static void what_is_no_address_ends_the_list(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "unknown",
        "1.1.1.1,",
        "300.0.0.1",
        "1.1.1.1.1",
        "[::1",
        "_hidden",
        "1.1.1.1 1.1.1.1",
        "::1::",
        "\xff\x01",
        "01.1.1.1",
        "1.1.1.1,,",
        "1:2:3",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaa",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        const char *from = FROM("127.0.0.1", wrong[i]);
        if (strcmp(wrong[i], "[::1") == 0)
            assert_string_equal(from, "::1"); /* harmless */
        else
            assert_string_equal(from, "127.0.0.1");
    }
    assert_string_equal(FROM("127.0.0.1", "1.1.1.1, unknown, 10.0.0.2"), "10.0.0.2");
    assert_string_equal(FROM("127.0.0.1", "1.1.1.1", "unknown"), "127.0.0.1");
    assert_string_equal(FROM("nonsense", "1.1.1.1"), "unknown");
}

static void knows_ports_and_ipv6(void **state)
{
    (void)state;
    assert_string_equal(FROM("127.0.0.1", "203.0.113.9:4711"), "203.0.113.9");
    assert_string_equal(FROM("127.0.0.1", "2001:DB8::7"), "2001:db8::7");
    assert_string_equal(FROM("127.0.0.1", "[2001:db8::7]:4711"), "2001:db8::7");
    assert_string_equal(FROM("127.0.0.1", "2001:db8::7, ::1, ::ffff:10.0.0.1"), "2001:db8::7");
    assert_string_equal(FROM("127.0.0.1", "\t203.0.113.9 "), "203.0.113.9");
}

static bool is_https(const char *peer, const char *first, const char *second)
{
    struct mr_head_field headers[] = { { "X-FORWARDED-PROTO", first },
                                       { "X-Forwarded-Proto", second } };
    struct mr_peer direct;
    assert_true(mr_peer_parse(peer, &direct));
    return mr_forwarded_resolve(&proxies, &direct, headers, second != NULL ? 2 : 1).https;
}

static void scheme_is_believed_likewise(void **state)
{
    (void)state;
    assert_true(is_https("127.0.0.1", "https", NULL));
    assert_true(is_https("127.0.0.1", "http, HTTPS ", NULL));
    assert_true(is_https("127.0.0.1", "http", "https"));
    assert_false(is_https("127.0.0.1", "https", "http"));
    assert_false(is_https("127.0.0.1", "https,http", NULL));
    assert_false(is_https("127.0.0.1", "httpsx", NULL));
    assert_false(is_https("192.0.2.1", "https", NULL));
    struct mr_peer direct;
    assert_true(mr_peer_parse("127.0.0.1", &direct));
    assert_false(mr_forwarded_resolve(&proxies, &direct, NULL, -1).https);
}

static bool trusts(const char *networks, const char *peer)
{
    struct mr_peer direct;
    struct mr_proxies some = { 0 };
    assert_int_equal(mr_forwarded_add_proxy(&some, networks, NULL), 0);
    assert_true(mr_peer_parse(peer, &direct));
    return mr_forwarded_trusts(&some, &direct);
}

static void blocks_end_at_the_bit(void **state)
{
    (void)state;
    assert_true(trusts("192.0.2.128/25", "192.0.2.255"));
    assert_false(trusts("192.0.2.128/25", "192.0.2.127"));
    assert_true(trusts("192.0.2.129/25", "192.0.2.128"));
    assert_true(trusts("0.0.0.0/0", "255.255.255.255"));
    assert_false(trusts("0.0.0.0/0", "2001:db8::1"));
    assert_true(trusts("::/0", "127.0.0.1"));
    assert_true(trusts("2001:db8::/33", "2001:db8:7fff::"));
    assert_false(trusts("2001:db8::/33", "2001:db8:8000::"));
    assert_true(trusts("::1/128", "::1"));
    assert_true(trusts("::ffff:10.0.0.0/104", "10.1.2.3"));
    assert_false(trusts("::ffff:10.0.0.0/104", "11.1.2.3"));
    assert_true(trusts("fd00::/8, 10.0.0.0/8", "fdff::1"));
}

static void unix_sockets_are_a_network_of_their_own(void **state)
{
    (void)state;
    assert_true(trusts("unix", "unix"));
    assert_true(trusts("127.0.0.1,unix", "unix"));
    assert_false(trusts("unix", "127.0.0.1"));
    assert_false(trusts("::/0", "unix"));
    assert_int_equal(mr_forwarded_add_proxy(&proxies, "unix", NULL), 0);
    assert_string_equal(FROM("unix", "203.0.113.9"), "203.0.113.9");
    assert_string_equal(FROM("unix", NULL), "unix");
    /* nginx on a UNIX socket appends what its own client is: "unix:" */
    assert_string_equal(FROM("127.0.0.1", "203.0.113.9, unix:"), "203.0.113.9");
    assert_string_equal(FROM("127.0.0.1", "unix:4711"), "127.0.0.1");
}

static void refuses_what_is_no_network(void **state)
{
    (void)state;
    static const char *const wrong[] = { "",
                                         ",",
                                         "10.0.0.0/33",
                                         "10.0.0.0/",
                                         "10.0.0.0/8,",
                                         "10.0.0.0/-1",
                                         "10/8",
                                         "::1/129",
                                         "localhost",
                                         "10.0.0.0/8x",
                                         "10.0.0.0/+8",
                                         "unix/0",
                                         "unix:/run/x.sock",
                                         "fe80::1%1" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct mr_proxies some = { 0 };
        struct mr_error error = { 0 };
        assert_int_equal(mr_forwarded_add_proxy(&some, wrong[i], &error), -EINVAL);
        assert_non_null(strstr(error.text, "is not ADDR or ADDR/BITS"));
    }
    struct mr_proxies full = { 0 };
    for (int i = 0; i < MR_PROXIES_MAX; i++)
        assert_int_equal(mr_forwarded_add_proxy(&full, "::1", NULL), 0);
    assert_int_equal(mr_forwarded_add_proxy(&full, "::1", NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(believes_only_named_proxies, setup),
        cmocka_unit_test_setup(rightmost_untrusted_address_wins, setup),
        cmocka_unit_test_setup(what_is_no_address_ends_the_list, setup),
        cmocka_unit_test_setup(knows_ports_and_ipv6, setup),
        cmocka_unit_test_setup(scheme_is_believed_likewise, setup),
        cmocka_unit_test(blocks_end_at_the_bit),
        cmocka_unit_test_setup(unix_sockets_are_a_network_of_their_own, setup),
        cmocka_unit_test(refuses_what_is_no_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

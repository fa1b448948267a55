#include "http/request/peer.h"

#include "support/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static const char *format(const struct mr_peer *peer)
{
    static char text[MR_PEER_TEXT_SIZE];
    return mr_peer_format(peer, text, sizeof(text));
}

static struct mr_peer parse(const char *text)
{
    struct mr_peer peer;
    if (!mr_peer_parse(text, &peer))
        fail_msg("\"%s\" was refused", text);
    return peer;
}

static struct mr_peer from_ipv6(const char *text)
{
    struct mr_peer peer;
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(4711) };
    assert_int_equal(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
    assert_int_equal(
        mr_peer_from_sockaddr((const struct sockaddr *)&address, sizeof(address), &peer), 0);
    return peer;
}

static void socket_addresses_of_three_families_are_taken_over(void **state)
{
    (void)state;
    struct mr_peer peer;
    struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons(65535) };
    inet_pton(AF_INET, "192.0.2.1", &ipv4.sin_addr);
    assert_int_equal(mr_peer_from_sockaddr((const struct sockaddr *)&ipv4, sizeof(ipv4), &peer), 0);
    assert_string_equal(format(&peer), "192.0.2.1");
    assert_int_equal(peer.port, 65535);

    peer = from_ipv6("2001:db8::1");
    assert_string_equal(format(&peer), "2001:db8::1");
    assert_int_equal(peer.port, 4711);
    peer = from_ipv6("::ffff:192.0.2.1");
    assert_int_equal(peer.family, AF_INET);
    assert_string_equal(format(&peer), "192.0.2.1");

    struct sockaddr_un local = { .sun_family = AF_UNIX, .sun_path = "/run/x.sock" };
    assert_int_equal(
        mr_peer_from_sockaddr((const struct sockaddr *)&local, sizeof(sa_family_t), &peer), 0);
    assert_string_equal(format(&peer), "unix");
    assert_int_equal(peer.port, 0);
}

static void other_addresses_are_refused(void **state)
{
    (void)state;
    struct mr_peer peer = parse("192.0.2.1");
    struct sockaddr_storage other = { .ss_family = AF_PACKET };
    const struct sockaddr *address = (const struct sockaddr *)&other;
    assert_int_equal(mr_peer_from_sockaddr(address, sizeof(other), &peer), -EAFNOSUPPORT);
    assert_string_equal(format(&peer), "unknown");
    other.ss_family = AF_INET6; /* as long as an IPv4 address only */
    assert_int_equal(mr_peer_from_sockaddr(address, sizeof(struct sockaddr_in), &peer),
                     -EAFNOSUPPORT);
    assert_int_equal(mr_peer_from_sockaddr(address, 0, &peer), -EAFNOSUPPORT);
}

static void texts_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text, *written;
    } cases[] = {
        { "192.0.2.1", "192.0.2.1" },
        { "2001:DB8:0::1", "2001:db8::1" },
        { "::ffff:192.0.2.1", "192.0.2.1" },
        { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe" },
        { "unix", "unix" },
        { "unix:", "unix" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct mr_peer peer = parse(cases[i].text);
        assert_string_equal(format(&peer), cases[i].written);
    }
    static const char *const wrong[] = { "",      "192.0.2.1:80", "[::1]",   "localhost", "::1%lo",
                                         "1.2.3", "unix:/x",      "unknown", "::1/64" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct mr_peer peer = parse("192.0.2.1");
        if (mr_peer_parse(wrong[i], &peer) || peer.family != AF_UNSPEC)
            fail_msg("\"%s\" was taken", wrong[i]);
    }
    char few[4];
    struct mr_peer peer = parse("192.0.2.1");
    assert_string_equal(mr_peer_format(&peer, few, sizeof(few)), "192");
}

static void loopback_is_this_machine(void **state)
{
    (void)state;
    static const char *const here[] = { "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1",
                                        "unix" };
    static const char *const elsewhere[] = { "128.0.0.1", "::2",     "::",
                                             "0.0.0.0",   "7f00::1", "::ffff:10.0.0.127" };
    struct mr_peer peer = { 0 };
    assert_false(mr_peer_is_loopback(&peer));
    for (size_t i = 0; i < sizeof(here) / sizeof(*here); i++) {
        peer = parse(here[i]);
        assert_true(mr_peer_is_loopback(&peer));
    }
    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++) {
        peer = parse(elsewhere[i]);
        assert_false(mr_peer_is_loopback(&peer));
    }
}

static bool share_a_network(const char *one, const char *other)
{
    struct mr_peer peers[2] = { parse(one), parse(other) }, keys[2];
    peers[0].port = 1; /* ports do not tell clients apart */
    for (int i = 0; i < 2; i++)
        mr_peer_network(&peers[i], &keys[i]);
    return mr_peer_equals(&keys[0], &keys[1]);
}

static void networks_are_what_one_line_is_given(void **state)
{
    (void)state;
    assert_true(share_a_network("192.0.2.1", "192.0.2.1"));
    assert_false(share_a_network("192.0.2.1", "192.0.2.2"));
    assert_true(share_a_network("::ffff:192.0.2.1", "192.0.2.1"));
    assert_true(share_a_network("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"));
    assert_false(share_a_network("2001:db8::1", "2001:db8:0:1::1"));
    assert_true(share_a_network("unix", "unix"));
    assert_false(share_a_network("unix", "::"));
    assert_false(share_a_network("::", "0.0.0.0"));
}

RUN_TESTS(cmocka_unit_test(socket_addresses_of_three_families_are_taken_over),
          cmocka_unit_test(other_addresses_are_refused),
          cmocka_unit_test(texts_are_read_and_written), cmocka_unit_test(loopback_is_this_machine),
          cmocka_unit_test(networks_are_what_one_line_is_given))

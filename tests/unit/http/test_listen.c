#include "http/door/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void parses_addresses_and_names(void **state)
{
    (void)state;
    struct sockaddr_in address;
    struct mr_error error;
    assert_int_equal(mr_listen_parse("127.0.0.1:8080", &address, &error), 0);
    assert_int_equal(ntohl(address.sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_equal(ntohs(address.sin_port), 8080);
    assert_int_equal(mr_listen_parse("0.0.0.0:65535", &address, &error), 0);
    assert_int_equal(address.sin_addr.s_addr, INADDR_ANY);
    assert_int_equal(mr_listen_parse("localhost:0", &address, &error), 0);
    assert_int_equal(ntohl(address.sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_equal(ntohs(address.sin_port), 0);
}

static void says_what_would_be_right(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "8080",
                                       "127.0.0.1",
                                       "127.0.0.1:",
                                       ":8080",
                                       "127.0.0.1:99999",
                                       "127.0.0.1:-1",
                                       "127.0.0.1:80x",
                                       "127.0.0.1:+80" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct sockaddr_in address;
        struct mr_error error = { 0 };
        char expected[100];
        snprintf(expected, sizeof(expected), "\"%s\" is not ADDR:PORT with a port from 0 to 65535",
                 bad[i]);
        assert_int_equal(mr_listen_parse(bad[i], &address, &error), -EINVAL);
        assert_string_equal(error.text, expected);
    }
}

static void says_that_ipv6_is_not_possible(void **state)
{
    (void)state;
    struct sockaddr_in address;
    struct mr_error error = { 0 };
    assert_int_equal(mr_listen_parse("[::1]:8080", &address, &error), -EINVAL);
    assert_string_equal(error.text, "cannot listen on [::1]:8080: IPv6 is not supported; use an "
                                    "IPv4 address, 0.0.0.0 for all");
}

static void tells_that_the_port_is_taken(void **state)
{
    (void)state;
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof(address);
    struct mr_error error = { 0 };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);

    assert_int_equal(mr_listen_open(&address, "here:1", &error), -EADDRINUSE);
    assert_string_equal(
        error.text, "cannot listen on here:1: Address already in use; choose another port, or 0 "
                    "for any");
    close(fd);
    fd = mr_listen_open(&address, "here:1", &error);
    assert_true(fd >= 0);
    close(fd);
}

static void tells_that_the_address_is_not_ours(void **state)
{
    (void)state;
    struct sockaddr_in address;
    struct mr_error error = { 0 };
    assert_int_equal(mr_listen_parse("192.0.2.1:0", &address, &error), 0);
    assert_int_equal(mr_listen_open(&address, "192.0.2.1:0", &error), -EADDRNOTAVAIL);
    assert_string_equal(error.text,
                        "cannot listen on 192.0.2.1:0: Cannot assign requested address");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_addresses_and_names),
        cmocka_unit_test(says_what_would_be_right),
        cmocka_unit_test(says_that_ipv6_is_not_possible),
        cmocka_unit_test(tells_that_the_port_is_taken),
        cmocka_unit_test(tells_that_the_address_is_not_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "http/door/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct mr_listen_address address;
static struct mr_listener listener;
static struct mr_error error;

static void parses_addresses_and_names(void **state)
{
    (void)state;
    assert_int_equal(mr_listen_parse("127.0.0.1:8080", &address, &error), 0);
    assert_int_equal(ntohl(address.socket.ipv4.sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_equal(ntohs(address.socket.ipv4.sin_port), 8080);
    assert_int_equal(mr_listen_parse("0.0.0.0:65535", &address, &error), 0);
    assert_int_equal(address.socket.ipv4.sin_addr.s_addr, INADDR_ANY);
    assert_int_equal(mr_listen_parse("localhost:0", &address, &error), 0);
    assert_int_equal(ntohl(address.socket.ipv4.sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_equal(ntohs(address.socket.ipv4.sin_port), 0);
    assert_int_equal(mr_listen_parse("8080", &address, &error), 0);
    assert_int_equal(ntohl(address.socket.ipv4.sin_addr.s_addr), INADDR_LOOPBACK);
}

static void parses_every_family(void **state)
{
    (void)state;
    assert_int_equal(mr_listen_parse("[::1]:81", &address, &error), 0);
    assert_int_equal(address.socket.any.sa_family, AF_INET6);
    assert_memory_equal(&address.socket.ipv6.sin6_addr, &in6addr_loopback, 16);
    assert_int_equal(ntohs(address.socket.ipv6.sin6_port), 81);
    assert_int_equal(mr_listen_parse(":82", &address, &error), 0);
    assert_memory_equal(&address.socket.ipv6.sin6_addr, &in6addr_any, 16);
    assert_true(address.is_everywhere);
    assert_int_equal(mr_listen_parse("unix:/run/x.sock", &address, &error), 0);
    assert_int_equal(address.socket.any.sa_family, AF_UNIX);
    assert_string_equal(address.socket.path.sun_path, "/run/x.sock");
}

/* "moonreel.invalid" is in no name server (RFC 6761): a check that asked one would refuse it. */
static void checks_without_looking_names_up(void **state)
{
    (void)state;
    static const char *const good[] = {
        "moonreel.invalid:80", "127.0.0.1:80", "127.1:80", ":80", "[::1]:80", "8080",
        "unix:/run/x.sock"
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        if (mr_listen_check(good[i], &error) != 0)
            fail_msg("%s: %s", good[i], error.text);
    static const char *const bad[] = { "999.0.0.1:80", "two words:80", "::1:80", "x:99999" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (mr_listen_check(bad[i], &error) != -EINVAL)
            fail_msg("%s was accepted", bad[i]);
}

static void says_what_would_be_right(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "127.0.0.1",
                                       "127.0.0.1:",
                                       ":",
                                       "127.0.0.1:99999",
                                       "127.0.0.1:-1",
                                       "127.0.0.1:80x",
                                       "127.0.0.1:+80" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char expected[200];
        snprintf(expected, sizeof(expected),
                 "\"%s\" is not ADDR:PORT with a port from 0 to 65535, PORT, :PORT, [IPv6]:PORT or "
                 "unix:PATH",
                 bad[i]);
        assert_int_equal(mr_listen_parse(bad[i], &address, &error), -EINVAL);
        assert_string_equal(error.text, expected);
    }
    assert_int_equal(mr_listen_parse("::1:80", &address, &error), -EINVAL);
    assert_string_equal(
        error.text, "cannot listen on ::1:80: an IPv6 address stands in brackets, as [::1]:8080");
    assert_int_equal(mr_listen_parse("unix:", &address, &error), -EINVAL);
}

static void tells_that_the_port_is_taken(void **state)
{
    (void)state;
    struct mr_listener second;
    assert_int_equal(mr_listen_parse("127.0.0.1:0", &address, &error), 0);
    assert_int_equal(mr_listen_open(&address, "127.0.0.1:0", &listener, &error), 0);
    assert_int_equal(mr_listen_parse(listener.text, &address, &error), 0);
    assert_int_equal(mr_listen_open(&address, "here:1", &second, &error), -EADDRINUSE);
    assert_string_equal(
        error.text, "cannot listen on here:1: Address already in use; choose another port, or 0 "
                    "for any");
    close(listener.fd);
    assert_int_equal(mr_listen_open(&address, "here:1", &second, &error), 0);
    close(second.fd);
}

static void tells_that_the_address_is_not_ours(void **state)
{
    (void)state;
    assert_int_equal(mr_listen_parse("192.0.2.1:0", &address, &error), 0);
    assert_int_equal(mr_listen_open(&address, "192.0.2.1:0", &listener, &error), -EADDRNOTAVAIL);
    assert_string_equal(error.text,
                        "cannot listen on 192.0.2.1:0: Cannot assign requested address");
}

/* ---- UNIX sockets ---- */

static char path[] = TEST_WORK_DIR "/listen-XXXXXX";
static char text[sizeof(path) + sizeof("unix:/s")];

static int make_folder(void **state)
{
    (void)state;
    strcpy(path + strlen(path) - 6, "XXXXXX");
    if (mkdtemp(path) == NULL)
        return -1;
    snprintf(text, sizeof(text), "unix:%s/s", path);
    return mr_listen_parse(text, &address, &error);
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(path); /* which must be empty */
}

static void a_unix_socket_is_for_its_group(void **state)
{
    (void)state;
    struct stat info;
    assert_int_equal(mr_listen_open(&address, text, &listener, &error), 0);
    assert_string_equal(listener.text, text);
    assert_int_equal(stat(listener.path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0660);
    close(listener.fd);
    mr_listen_remove(&listener);
}

static void a_leftover_socket_is_replaced(void **state)
{
    (void)state;
    struct mr_listener second;
    assert_int_equal(mr_listen_open(&address, text, &listener, &error), 0);
    assert_int_equal(mr_listen_open(&address, text, &second, &error), -EADDRINUSE);
    close(listener.fd);
    assert_int_equal(mr_listen_open(&address, text, &second, &error), 0);
    close(second.fd);
    mr_listen_remove(&second);
}

static void a_file_is_not_replaced(void **state)
{
    (void)state;
    FILE *file = fopen(text + strlen("unix:"), "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(mr_listen_open(&address, text, &listener, &error), -EADDRINUSE);
    assert_int_equal(unlink(text + strlen("unix:")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_addresses_and_names),
        cmocka_unit_test(parses_every_family),
        cmocka_unit_test(checks_without_looking_names_up),
        cmocka_unit_test(says_what_would_be_right),
        cmocka_unit_test(tells_that_the_port_is_taken),
        cmocka_unit_test(tells_that_the_address_is_not_ours),
        cmocka_unit_test_setup_teardown(a_unix_socket_is_for_its_group, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_leftover_socket_is_replaced, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_file_is_not_replaced, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

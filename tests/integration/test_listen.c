/* One server on addresses of three families, and whom it counts as one client behind a proxy that comes over a
 * UNIX socket. */
#include "support/check.h"
#include "support/fetch.h"
#include "support/host.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define WEBSOCKET                                                                                  \
    "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"               \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
#define WAIT_MS 20000
#define OTHERS  3 /* lines after the first: the second address, the socket, the studio's link */

static struct host host;
static char path[100],
    lines[1024]; /* path: below TEST_WORK_DIR, whose own may be too long for a socket */

/* Read what the host prints after its first line. */
static void read_lines(void)
{
    size_t used = 0, count = 0;
    struct pollfd ready = { .fd = host.out, .events = POLLIN };
    while (count < OTHERS && used < sizeof(lines) - 1) {
        if (poll(&ready, 1, WAIT_MS) != 1 || read(host.out, lines + used, 1) != 1)
            fail_msg("the host printed only: %s", lines);
        count += lines[used++] == '\n';
    }
    lines[used] = '\0';
}

static int set_up(void **state)
{
    (void)state;
    char address[sizeof(path) + 8];
    assert_int_equal(chdir(TEST_WORK_DIR), 0);
    snprintf(path, sizeof(path), "listen-%d.sock", (int)getpid());
    snprintf(address, sizeof(address), "unix:%s", path);
    const char *arguments[] = { "--listen",
                                "[::1]:0",
                                "--listen",
                                address,
                                "--token",
                                "secret",
                                "--trusted-proxy",
                                "unix",
                                "--max-clients-per-address",
                                "2",
                                "test:",
                                NULL };
    if (!host_start(&host, arguments))
        return -1;
    read_lines();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    int status = host_stop(&host, SIGTERM, HANGS_US);
    return status == 0 && access(path, F_OK) < 0 ? 0 : -1; /* the socket's file goes with it */
}

/* return: a connection whose reads and writes have a deadline */
static int connect_to(int family, const void *address, socklen_t size)
{
    struct timeval limit = { .tv_sec = WAIT_MS / 1000 };
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    assert_int_equal(connect(fd, address, size), 0);
    return fd;
}

static int connect_ipv6(void)
{
    unsigned port = 0;
    const char *line = strstr(lines, "http://[::1]:");
    if (line == NULL || sscanf(line, "http://[::1]:%u/", &port) != 1)
        fail_msg("no IPv6 address in: %s", lines);
    struct sockaddr_in6 address = { .sin6_family = AF_INET6,
                                    .sin6_addr = IN6ADDR_LOOPBACK_INIT,
                                    .sin6_port = htons((in_port_t)port) };
    return connect_to(AF_INET6, &address, sizeof(address));
}

static int connect_unix(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strcpy(address.sun_path, path);
    return connect_to(AF_UNIX, &address, sizeof(address));
}

/* in: rest: further header lines, each after CRLF. return: the status; the connection stays open */
static int ask(int fd, const char *target, const char *name, const char *rest)
{
    struct mr_buffer head = { 0 };
    char request[1024];
    int length = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: %s%s\r\n\r\n", target,
                          name, rest);
    fetch_send(fd, request, (size_t)length);
    int status = fetch_read_head(fd, &head);
    mr_buffer_finish(&head);
    return status;
}

static void every_family_is_served(void **state)
{
    (void)state;
    const struct {
        int fd;
        const char *name;
    } connections[] = { { connect_ipv6(), "[::1]:8080" },
                        { connect_unix(), "localhost" },
                        { connect_ipv6(), "[::1]:8080" },
                        { connect_unix(), "localhost" } };
    assert_int_equal(ask(connections[0].fd, "/api/streams", connections[0].name, ""), 200);
    assert_int_equal(ask(connections[1].fd, "/api/streams", connections[1].name, ""), 200);
    /* a page from there is one of the server's own */
    assert_int_equal(ask(connections[2].fd, "/ws/live", connections[2].name,
                         "\r\nOrigin: http://[::1]:8080" WEBSOCKET),
                     101);
    assert_int_equal(ask(connections[3].fd, "/ws/live", connections[3].name, WEBSOCKET), 101);
    for (size_t i = 0; i < sizeof(connections) / sizeof(*connections); i++)
        close(connections[i].fd);
}

/* Anybody on a network may give such a name to a page of his, and let it lead to a loopback address. */
static void names_of_a_local_network_count_but_on_loopback(void **state)
{
    (void)state;
    static const char *const names[] = { "cam.local", "cam.lan:8080", "raspberry" };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        int fds[] = { connect_unix(), connect_ipv6() };
        assert_int_equal(ask(fds[0], "/api/streams", names[i], ""), 200);
        assert_int_equal(ask(fds[1], "/api/streams", names[i], ""), 421);
        close(fds[0]);
        close(fds[1]);
    }
}

static void the_socket_is_for_owner_and_group(void **state)
{
    (void)state;
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_true(S_ISSOCK(info.st_mode));
    assert_int_equal(info.st_mode & 0777, 0660);
    assert_non_null(strstr(lines, "moonreel listening on unix:"));
    assert_non_null(strstr(lines, "/studio\n"));
}

/* return: the status of a viewer whom the proxy names; *fd stays open */
static int watch_for(const char *client, int *fd)
{
    char rest[512];
    *fd = connect_unix();
    snprintf(rest, sizeof(rest), "\r\nX-Forwarded-For: %s" WEBSOCKET, client);
    return ask(*fd, "/ws/live", "localhost", rest);
}

static void clients_of_one_64_are_one(void **state)
{
    (void)state;
    static const struct {
        const char *client;
        int status;
    } cases[] = {
        { "2001:db8::1", 101 },        { "2001:db8::2", 101 },     { "2001:db8:0:0:ffff::3", 503 },
        { "[2001:db8::4]:1234", 503 }, { "2001:db8:0:1::1", 101 }, { "192.0.2.1", 101 },
        { "::ffff:192.0.2.1", 101 },   { "192.0.2.1:99", 503 },    { "192.0.2.2", 101 },
    };
    int fds[sizeof(cases) / sizeof(*cases)];
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int status = watch_for(cases[i].client, &fds[i]);
        if (status != cases[i].status)
            fail_msg("%s: %d instead of %d", cases[i].client, status, cases[i].status);
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        close(fds[i]);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

RUN_TESTS(TEST(every_family_is_served), TEST(names_of_a_local_network_count_but_on_loopback),
          TEST(the_socket_is_for_owner_and_group), TEST(clients_of_one_64_are_one))

/* A server on IPv4, IPv6 and a UNIX socket: every kind of viewer is served on each of them. */
#include "http/server.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_stream.h"
#include "publish.h"
#include "support/fetch.h"

#define LISTENERS 3
#define UPGRADE                                                                                    \
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static char folder[] = TEST_WORK_DIR "/listeners-XXXXXX";
static char path[sizeof(folder) + 8], unix_text[sizeof(path) + 8];
static struct mr_registry *registry;
static struct mr_stream *live;
static struct mr_server *server;

static int setup(void **state)
{
    (void)state;
    struct mr_error error;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/s", folder);
    snprintf(unix_text, sizeof(unix_text), "unix:%s", path);
    const char *const listen[LISTENERS] = { "127.0.0.1:0", "[::1]:0", unix_text };
    registry = mr_registry_create();
    live = fake_stream("live", MR_STREAM_RUNNING);
    mr_registry_add(registry, live);
    publish_frame(live->hub, 0, "{}", "a picture that is long enough");
    const struct mr_server_options options = {
        .listen = listen,
        .listens = LISTENERS,
        .max_clients = 10,
    };
    if (mr_server_create(&options, registry, &server, &error) == 0)
        return 0;
    print_error("%s\n", error.text);
    return -1;
}

static int teardown(void **state)
{
    (void)state;
    mr_server_destroy(server);
    mr_registry_destroy(registry);
    mr_stream_unref(&live);
    return rmdir(folder); /* the socket's file is gone */
}

static int dial(size_t index)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
        struct sockaddr_un path;
    } to = { 0 };
    socklen_t size = sizeof(to.path);
    const char *text = mr_server_listener(server, index);
    assert_non_null(text);
    in_port_t port = htons((in_port_t)atoi(strrchr(text, ':') + 1));
    if (strncmp(text, "unix:", 5) == 0) {
        to.path.sun_family = AF_UNIX;
        strcpy(to.path.sun_path, text + 5);
    } else if (text[0] == '[') {
        to.ipv6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
                                         .sin6_addr = in6addr_loopback,
                                         .sin6_port = port };
        size = sizeof(to.ipv6);
    } else {
        to.ipv4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = port };
        to.ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        size = sizeof(to.ipv4);
    }
    int fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval limit = { .tv_sec = 5 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    assert_int_equal(connect(fd, &to.any, size), 0);
    return fd;
}

/* Ask for something, and read `wanted` bytes of the body. */
static void assert_served(size_t index, const char *line, const char *fields, int status,
                          size_t wanted)
{
    char request[600], bytes[4096];
    struct mr_buffer head = { 0 };
    int fd = dial(index);
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", line,
             fields);
    fetch_send(fd, request, strlen(request));
    assert_int_equal(fetch_read_head(fd, &head), status);
    mr_buffer_finish(&head);
    for (size_t have = 0; have < wanted;) {
        ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
        assert_true(got > 0);
        have += (size_t)got;
    }
    close(fd);
}

static void every_viewer_is_served_on_each(void **state)
{
    (void)state;
    for (size_t i = 0; i < LISTENERS; i++) {
        assert_served(i, "/healthz", "", 200, 10);
        assert_served(i, "/ws/live", UPGRADE, 101, 40);
        assert_served(i, "/stream/live.mjpg", "", 200, 40);
        assert_served(i, "/snapshot/live.jpg", "", 200, 1);
        assert_served(i, "/socket.io/?EIO=4&transport=polling", "", 200, 20);
        assert_served(i, "/socket.io/?EIO=4&transport=websocket", UPGRADE, 101, 20);
    }
    assert_null(mr_server_listener(server, LISTENERS));
}

static void a_unix_socket_is_for_its_group(void **state)
{
    (void)state;
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_true(S_ISSOCK(info.st_mode));
    assert_int_equal(info.st_mode & 0777, 0660);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_viewer_is_served_on_each),
        cmocka_unit_test(a_unix_socket_is_for_its_group),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

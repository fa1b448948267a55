/* The server without memory: it is not made and says so, or a request is answered with an error or closed; whatever
 * failed, the next request is answered. */
#include "alloc/failing.h"

#include "base/log.h"
#include "http/server.h"
#include "stream/packet.h"
#include "support/check.h"
#include "unit/http/fake_stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TOKEN    "let-me-in"
#define LIMIT_S  10
#define ROUND_MS 10
#define UPGRADE                                                                                    \
    "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "                     \
    "13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
#define AUTHORIZE "\r\nAuthorization: Bearer " TOKEN

static struct mr_registry *registry;
static struct mr_stream *live;
static char answer[256 * 1024]; /* the newest one, 0-terminated */

static int dial(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                   .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* Read until the server closes, or until `enough` bytes are there.
 * in:     wait: called again and again while there is nothing to read; NULL: none */
static int read_answer(int fd, size_t enough, void (*wait)(void))
{
    size_t size = 0;
    int rounds = LIMIT_S * 1000 / ROUND_MS;
    struct pollfd readable = { .fd = fd, .events = POLLIN };
    while (size < enough && size < sizeof(answer) - 1) {
        answer[size] = '\0';
        if (poll(&readable, 1, ROUND_MS) == 0) {
            if (--rounds == 0)
                fail_msg("allocation %lu: after \"%s\" neither more nor an end in %d s",
                         failing_which(), answer, LIMIT_S);
            if (wait != NULL)
                wait();
            continue;
        }
        ssize_t got = recv(fd, answer + size, sizeof(answer) - 1 - size, 0);
        if (got <= 0)
            break;
        size += (size_t)got;
    }
    answer[size] = '\0';
    int status = 0;
    sscanf(answer, "HTTP/1.1 %d", &status);
    return status;
}

/* A stream goes on: a frame that was lost for want of memory is followed by the next one. */
static void publish(void)
{
    static uint64_t number;
    static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff, 0xd9 };
    struct mr_packet_content content = { .seq = ++number,
                                         .width = 16,
                                         .height = 16,
                                         .payload = "{}",
                                         .payload_size = 2,
                                         .jpeg = jpeg,
                                         .jpeg_size = sizeof(jpeg) };
    struct mr_packet *packet = mr_packet_create(&content);
    if (packet != NULL)
        mr_hub_publish(live->hub, packet); /* takes the reference */
}

/* return: the status; 0: the connection was closed instead */
static int ask(int port, const char *head, const char *body, size_t enough)
{
    char request[1024];
    snprintf(request, sizeof(request), "%s\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n%s",
             head, strlen(body), body);
    int fd = dial(port);
    (void)!write(fd, request, strlen(request));
    int status = read_answer(fd, enough, publish);
    close(fd);
    return status;
}

/* return: whether the answer was the wanted one, which it has to be until something failed */
static bool expect(int port, const char *head, const char *body, int wanted)
{
    int status = ask(port, head, body, wanted == 101 ? 12 : SIZE_MAX);
    if (!failing_has_failed() && status != wanted)
        fail_msg("%s: %d", head, status);
    return status == wanted;
}

/* A session of Socket.IO that polls: open, connect, ask for what there is. */
static void poll_socketio(int port)
{
    char head[256], sid[64] = "";
    expect(port, "GET /socket.io/?EIO=4&transport=polling HTTP/1.1", "", 200);
    const char *there = strstr(answer, "\"sid\":\"");
    if (there == NULL || sscanf(there, "\"sid\":\"%63[^\"]", sid) != 1)
        return;
    snprintf(head, sizeof(head), "POST /socket.io/?EIO=4&transport=polling&sid=%s HTTP/1.1", sid);
    if (!expect(port, head, "40", 200)) /* then there is nothing to wait for */
        return;
    snprintf(head, sizeof(head), "GET /socket.io/?EIO=4&transport=polling&sid=%s HTTP/1.1", sid);
    expect(port, head, "", 200);
}

static void watch(int port, const char *head, size_t enough)
{
    char request[512];
    snprintf(request, sizeof(request), "%s\r\nHost: 127.0.0.1\r\n\r\n", head);
    int fd = dial(port);
    (void)!write(fd, request, strlen(request));
    int status = read_answer(fd, enough, publish);
    if (!failing_has_failed() && status != 200 && status != 101)
        fail_msg("%s: %d", head, status);
    close(fd);
}

static void serve(void)
{
    struct mr_error error = { 0 };
    struct mr_server *server = NULL;
    struct mr_server_options options = { .listen = (const char *const[]){ "127.0.0.1:0" },
                                         .listens = 1,
                                         .max_clients = 20,
                                         .token = TOKEN };
    if (mr_server_create(&options, registry, &server, &error) < 0) {
        assert_true(failing_has_failed());
        assert_true(error.text[0] != '\0');
        return;
    }
    int port = atoi(strrchr(mr_server_listener(server, 0), ':') + 1);
    expect(port, "GET /healthz HTTP/1.1", "", 200);
    expect(port, "GET / HTTP/1.1", "", 200);
    expect(port, "GET /nothing HTTP/1.1", "", 404);
    expect(port, "GET /metrics HTTP/1.1", "", 200);
    expect(port, "GET /api/streams HTTP/1.1", "", 200);
    expect(port, "PATCH /api/streams/live/settings HTTP/1.1" AUTHORIZE, "{\"a\":1}", 200);
    publish();
    expect(port, "GET /snapshot/live.jpg HTTP/1.1", "", 200);
    watch(port, "GET /ws/live HTTP/1.1" UPGRADE, 160);
    watch(port, "GET /stream/live.mjpg HTTP/1.1", 160);
    watch(port, "GET /events/live HTTP/1.1", 160);
    poll_socketio(port);

    failing_stop();
    assert_int_equal(ask(port, "GET /healthz HTTP/1.1", "", SIZE_MAX), 200);
    mr_server_destroy(server);
}

static void make_stream(void)
{
    registry = mr_registry_create();
    live = fake_stream("live", MR_STREAM_RUNNING);
    assert_int_equal(mr_registry_add(registry, live), 0);
}

static void free_stream(void)
{
    mr_registry_destroy(registry);
    mr_stream_unref(&live);
}

static void the_server_survives(void **state)
{
    (void)state;
    mr_log_set_level(MR_LOG_ERROR);
    failing_each("http", make_stream, serve, free_stream);
}

RUN_TESTS(cmocka_unit_test(the_server_survives))

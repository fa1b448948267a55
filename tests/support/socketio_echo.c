/* socketio_echo PORT [PING_INTERVAL_MS PING_TIMEOUT_MS]: what the public conformance suites of Engine.IO and Socket.IO expect of a server,
 * on the modules that moonreel uses. /engine.io/ gives every message back; /socket.io/ has the
 * namespaces "/" and "/custom": it tells a client its `auth` when it connects, answers the event
 * "message" with "message-back", and acknowledges "message-with-ack" with its arguments.
 *
 * Says "listening on PORT" (0: any) and ends at SIGTERM or SIGINT. */
#include "base/clock.h"
#include "http/door/door.h"
#include "http/door/listen.h"
#include "http/door/workers.h"
#include "http/engine/fanout.h"
#include "http/request/access.h"
#include "http/request/addresses.h"
#include "http/request/respond.h"
#include "http/socketio/engineio.h"
#include "http/socketio/engineio_route.h"
#include "http/socketio/socketio.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PING_INTERVAL_MS   300
#define PING_TIMEOUT_MS    200
#define MAX_PAYLOAD        1000000
#define CONNECT_TIMEOUT_MS 1000
#define CLIENTS_MAX        1000
#define GREETING_US        (20 * 1000LL)

static int ping_interval_ms = PING_INTERVAL_MS, ping_timeout_ms = PING_TIMEOUT_MS;

struct server {
    struct mr_site site;
    struct mr_workers *workers;
    struct mr_door *door;
    struct mr_engineio *engineio, *socketio;
};

/* ---- /engine.io/ ---- */

static void *open_echo(void *opaque, struct mr_engineio_session *session, const char *query)
{
    (void)opaque, (void)query;
    return session;
}

static void echo(void *state, bool binary, const uint8_t *bytes, size_t size)
{
    mr_engineio_session_send(state, binary, bytes, size);
}

static void close_echo(void *state)
{
    (void)state;
}

static const struct mr_engineio_app echo_app = { .open = open_echo,
                                                 .message = echo,
                                                 .close = close_echo };

/* ---- /socket.io/ ---- */

static const char *connect_to(void *opaque, struct mr_socketio_socket *socket, const char *query,
                              const json_t *auth)
{
    (void)opaque, (void)query, (void)auth;
    bool known = strcmp(socket->name, "/") == 0 || strcmp(socket->name, "/custom") == 0;
    return known ? NULL : "Invalid namespace";
}

/* `auth` is sent a little later: the suites' WebSocket client loses the second of two messages that it
 * reads at once while it is about to wait for it. */
struct greeting {
    struct greeting *next;
    struct mr_socketio_socket *socket;
    int64_t due_us;
    char *json;
};

static struct greeting *greetings; /* engine's thread only */

static void connected(struct mr_socketio_socket *socket, const json_t *auth)
{
    struct greeting *greeting = calloc(1, sizeof(*greeting));
    if (greeting == NULL)
        abort();
    *greeting = (struct greeting){
        .next = greetings,
        .socket = socket,
        .due_us = mr_clock_now_us() + GREETING_US,
        .json = auth != NULL ? json_dumps(auth, JSON_COMPACT) : strdup("{}"),
    };
    greetings = greeting;
}

static void forget_greeting(struct greeting **link)
{
    struct greeting *greeting = *link;
    *link = greeting->next;
    free(greeting->json);
    free(greeting);
}

static void disconnected(struct mr_socketio_socket *socket)
{
    struct greeting **link = &greetings;
    while (*link != NULL)
        if ((*link)->socket == socket)
            forget_greeting(link);
        else
            link = &(*link)->next;
}

static int64_t greetings_due(void *opaque)
{
    (void)opaque;
    int64_t due_us = INT64_MAX;
    for (const struct greeting *greeting = greetings; greeting != NULL; greeting = greeting->next)
        if (greeting->due_us < due_us)
            due_us = greeting->due_us;
    return due_us;
}

static void greet(void *opaque, int64_t now_us)
{
    (void)opaque;
    struct greeting **link = &greetings;
    while (*link != NULL) {
        struct greeting *greeting = *link;
        if (now_us < greeting->due_us) {
            link = &greeting->next;
            continue;
        }
        mr_socketio_emit(greeting->socket, "auth", greeting->json, strlen(greeting->json));
        forget_greeting(link);
    }
}

static void event(struct mr_socketio_socket *socket, struct mr_socketio_packet *packet,
                  const struct mr_buffer *attachments)
{
    if (mr_socketio_packet_is_event(packet, "message")) {
        json_array_set_new(packet->data, 0, json_string("message-back"));
        packet->id = -1;
        mr_socketio_send(socket, packet, attachments);
    } else if (mr_socketio_packet_is_event(packet, "message-with-ack") && packet->id >= 0) {
        json_array_remove(packet->data, 0);
        packet->type =
            packet->type == MR_SOCKETIO_BINARY_EVENT ? MR_SOCKETIO_BINARY_ACK : MR_SOCKETIO_ACK;
        mr_socketio_send(socket, packet, attachments);
    }
}

static const struct mr_socketio_app socketio_app = {
    .connect = connect_to, .connected = connected, .event = event, .disconnect = disconnected
};

static const struct mr_socketio_options socketio_options = {
    .app = &socketio_app,
    .connect_timeout_ms = CONNECT_TIMEOUT_MS,
    .max_attachments_bytes = MAX_PAYLOAD,
};

/* ---- the server ---- */

static void answer_path(const struct mr_request *request, const struct server *server)
{
    if (mr_access_preflight(request) != 0)
        return;
    if (strcmp(request->path, "/engine.io/") == 0)
        mr_engineio_route_answer(request, server->engineio);
    else if (strcmp(request->path, "/socket.io/") == 0)
        mr_engineio_route_answer(request, server->socketio);
    else
        mr_respond_error(request, 404, NULL, "there are /engine.io/ and /socket.io/");
}

static void answer(void *opaque, struct mr_connection *connection)
{
    struct server *server = opaque;
    const struct mr_request request = mr_request_begin(&server->site, connection);
    answer_path(&request, server);
    mr_door_give_back(connection);
}

static size_t max_body(void *opaque, struct mr_connection *connection)
{
    struct server *server = opaque;
    const struct mr_request request = mr_request_begin(&server->site, connection);
    bool is_engineio = strcmp(request.path, "/engine.io/") == 0;
    mr_engineio_route_begin_post(&request, is_engineio ? server->engineio : server->socketio);
    return MAX_PAYLOAD;
}

static void refuse(void *opaque, struct mr_connection *connection, int status, const char *why)
{
    (void)opaque;
    mr_respond_refusal(connection, status, why);
}

static int make_engineio(const struct mr_engineio_app *app, const void *opaque,
                         struct mr_engineio **made)
{
    const struct mr_engineio_options options = {
        .app = app,
        .opaque = (void *)(uintptr_t)opaque,
        .ping_interval_ms = ping_interval_ms,
        .ping_timeout_ms = ping_timeout_ms,
        .max_payload = MAX_PAYLOAD,
        .max_sessions = CLIENTS_MAX,
    };
    return mr_engineio_create(&options, made);
}

static int make_engine(struct server *server)
{
    int result = make_engineio(&echo_app, NULL, &server->engineio);
    if (result == 0)
        result = make_engineio(&mr_socketio_engineio_app, &socketio_options, &server->socketio);
    if (result < 0)
        return result;
    const struct mr_fanout_service services[] = { mr_engineio_service(server->engineio),
                                                  mr_engineio_service(server->socketio),
                                                  { .due = greetings_due, .run = greet } };
    server->site.addresses = mr_addresses_create(0);
    if (server->site.addresses == NULL)
        return -ENOMEM;
    return mr_fanout_create(&(struct mr_fanout_options){ .max_clients = CLIENTS_MAX,
                                                         .services = services,
                                                         .service_count = 3 },
                            &server->site.engine);
}

static int listen_on(struct server *server, const char *port, struct mr_error *error)
{
    char text[32];
    struct mr_listen_address address;
    struct mr_listener listener;
    snprintf(text, sizeof(text), "127.0.0.1:%s", port);
    int result = mr_listen_parse(text, &address, error);
    if (result == 0)
        result = mr_listen_open(&address, text, &listener, error);
    if (result < 0)
        return result;
    printf("listening on %s\n", strchr(listener.text, ':') + 1);
    fflush(stdout);
    const struct mr_door_options options = {
        .listeners = &listener.fd,
        .listener_count = 1,
        .workers = server->workers,
        .dropped = &server->site.traffic.dropped,
        .max_body = max_body,
        .refuse = refuse,
        .opaque = server,
    };
    return mr_door_create(&options, &server->door);
}

static int serve(struct server *server, const char *port)
{
    struct mr_error error = { .text = "out of memory" };
    const struct mr_workers_options options = { .answer = answer, .opaque = server };
    sigset_t signals;
    int caught;
    if (mr_workers_create(&options, &server->workers) < 0 || listen_on(server, port, &error) < 0) {
        fprintf(stderr, "socketio_echo: %s\n", error.text);
        return 1;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigwait(&signals, &caught);
    mr_fanout_stop(server->site.engine, "the server is going away", mr_clock_now_us() + 500 * 1000);
    mr_door_stop(server->door);
    mr_workers_destroy(server->workers);
    mr_door_destroy(server->door);
    return 0;
}

int main(int count, char **arguments)
{
    struct server server = { .site.origins.any = true };
    sigset_t signals;
    if (count == 4) {
        ping_interval_ms = atoi(arguments[2]);
        ping_timeout_ms = atoi(arguments[3]);
    }
    if ((count != 2 && count != 4) || ping_interval_ms <= 0 || ping_timeout_ms <= 0) {
        fprintf(stderr, "usage: socketio_echo PORT [PING_INTERVAL_MS PING_TIMEOUT_MS]\n");
        return 2;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    int status = 1;
    int result = make_engine(&server);
    if (result == 0)
        status = serve(&server, arguments[1]);
    else
        fprintf(stderr, "socketio_echo: cannot start: %s\n", strerror(-result));
    mr_fanout_destroy(server.site.engine);
    mr_engineio_destroy(server.engineio);
    mr_engineio_destroy(server.socketio);
    mr_addresses_destroy(server.site.addresses);
    return status;
}

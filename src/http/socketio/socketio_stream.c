#include "http/socketio/socketio_stream.h"

#include "base/clock.h"
#include "http/engine/client.h"
#include "http/request/query.h"
#include "http/socketio/engineio_route.h"
#include "http/socketio/engineio_store.h"
#include "http/socketio/socketio.h"
#include "http/socketio/socketio_form.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The usual ones of Socket.IO servers. */
#define PING_INTERVAL_MS   25000
#define PING_TIMEOUT_MS    20000
#define CONNECT_TIMEOUT_MS 45000

#define MESSAGE_MAX (64 * 1024)

#define TOO_MANY  "{\"error\":\"too many messages: the script did not get all\"}"
#define TOO_LARGE "{\"error\":\"a message has at most 64 KiB\"}"
#define NO_JSON   "{\"error\":\"a message is one JSON value, without binary data\"}"

/* A viewer that floods the script is told so, but not once a message. */
#define COMPLAINT_US (1000 * 1000LL)

struct mr_socketio_streams {
    struct mr_registry *registry;
    struct mr_engineio *engineio;
    struct mr_socketio_options options;
};

/* The stream that a connection watches. */
struct watching {
    struct mr_hub *hub; /* one reference */
    struct mr_viewer viewer;
    bool binary;
    int64_t complained_us; /* 0: never */
};

/* ---- connecting ---- */

/* The stream of that name; without one the first. return: with a reference, or NULL */
static struct mr_stream *find_stream(struct mr_registry *registry, const char *query)
{
    char name[MR_STREAM_NAME_MAX + 1];
    int got = mr_query_get(query, "stream", name, sizeof(name));
    if (got != -ENOENT)
        return got < 0 ? NULL : mr_registry_find(registry, name);
    return mr_registry_first(registry);
}

static bool wants_binary(const char *query, const json_t *auth)
{
    char value[2];
    return json_is_true(json_object_get(auth, "binary")) ||
           (mr_query_get(query, "binary", value, sizeof(value)) == 1 && value[0] == '1');
}

static const char *connect_to(void *opaque, struct mr_socketio_socket *socket, const char *query,
                              const json_t *auth)
{
    const struct mr_socketio_streams *streams = opaque;
    if (strcmp(socket->name, "/") != 0)
        return "Invalid namespace";
    if (mr_bucket_take(mr_socketio_bucket(socket), mr_clock_now_us()) != MR_BUCKET_GOOD)
        return "Too many messages";
    struct mr_stream *stream = find_stream(streams->registry, query);
    if (stream == NULL)
        return "There is no such stream";
    struct watching *watching = calloc(1, sizeof(*watching));
    if (watching != NULL) {
        watching->binary = wants_binary(query, auth);
        watching->hub = mr_hub_ref(mr_stream_hub(stream));
        mr_hub_join(watching->hub, MR_VIEWER_SOCKETIO, &watching->viewer);
        socket->state = watching;
    }
    mr_stream_unref(&stream);
    return watching != NULL ? NULL : "Out of memory";
}

static void connected(struct mr_socketio_socket *socket, const json_t *auth)
{
    (void)auth;
    struct watching *watching = socket->state;
    const struct mr_engineio_feed feed = {
        .hub = watching->hub,
        .viewer = &watching->viewer,
        .websocket = watching->binary ? &mr_socketio_message_binary : &mr_socketio_message,
        .polling = watching->binary ? &mr_socketio_answer_binary : &mr_socketio_answer,
    };
    mr_engineio_session_set_feed(mr_socketio_transport(socket), &feed);
}

static void disconnect(struct mr_socketio_socket *socket)
{
    struct watching *watching = socket->state;
    mr_engineio_session_set_feed(mr_socketio_transport(socket), NULL);
    mr_hub_leave(watching->hub, &watching->viewer);
    mr_hub_unref(&watching->hub);
    free(watching);
}

/* ---- messages ---- */

/* A client that wants an acknowledgement gets the complaint in it, or nothing if there is none; others get
 * it as a message. */
static void answer(struct mr_socketio_socket *socket, int64_t id, const char *complaint)
{
    struct watching *watching = socket->state;
    int64_t now_us = mr_clock_now_us();
    if (id >= 0) {
        struct mr_socketio_packet packet = { .type = MR_SOCKETIO_ACK, .id = id };
        packet.data = json_array();
        if (complaint != NULL)
            json_array_append_new(packet.data, json_loads(complaint, 0, NULL));
        mr_socketio_send(socket, &packet, NULL);
        mr_socketio_packet_finish(&packet);
    } else if (complaint != NULL &&
               (watching->complained_us == 0 || now_us - watching->complained_us >= COMPLAINT_US)) {
        watching->complained_us = now_us;
        mr_socketio_emit(socket, "message", complaint, strlen(complaint));
    }
}

static const char *post(const struct watching *watching, const struct mr_socketio_packet *packet)
{
    const json_t *value = json_array_get(packet->data, 1);
    char *json = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    const char *complaint = NULL;
    if (json == NULL || packet->attachments > 0)
        complaint = NO_JSON;
    else if (strlen(json) > MESSAGE_MAX)
        complaint = TOO_LARGE;
    else if (mr_hub_post(watching->hub, &watching->viewer, json, strlen(json)) < 0)
        complaint = TOO_MANY;
    free(json);
    return complaint;
}

static void event(struct mr_socketio_socket *socket, struct mr_socketio_packet *packet,
                  const struct mr_buffer *attachments)
{
    (void)attachments;
    const struct watching *watching = socket->state;
    enum mr_bucket_answer verdict = mr_bucket_take(mr_socketio_bucket(socket), mr_clock_now_us());
    if (verdict == MR_BUCKET_ENOUGH)
        mr_engineio_session_close_soon(mr_socketio_transport(socket));
    else if (mr_socketio_packet_is_event(packet, "message"))
        answer(socket, packet->id, verdict == MR_BUCKET_GOOD ? post(watching, packet) : TOO_MANY);
}

static void text(struct mr_socketio_socket *socket, const char *json, size_t size)
{
    const struct watching *watching = socket->state;
    if (mr_engineio_session_waiting(mr_socketio_transport(socket)) + size > MR_CLIENT_TEXTS_LIMIT)
        mr_hub_drop_texts(watching->hub, 1);
    else
        mr_socketio_emit(socket, "message", json, size);
}

static const struct mr_socketio_app app = {
    .connect = connect_to,
    .connected = connected,
    .event = event,
    .text = text,
    .disconnect = disconnect,
};

/* ---- the whole ---- */

int mr_socketio_streams_create(struct mr_registry *registry, unsigned max_sessions,
                               struct mr_addresses *addresses, struct mr_socketio_streams **made)
{
    *made = NULL;
    struct mr_socketio_streams *streams = calloc(1, sizeof(*streams));
    if (streams == NULL)
        return -ENOMEM;
    streams->registry = registry;
    streams->options = (struct mr_socketio_options){
        .app = &app,
        .opaque = streams,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .max_attachments_bytes = MR_SOCKETIO_STREAM_PAYLOAD_MAX,
    };
    const struct mr_engineio_options options = {
        .app = &mr_socketio_engineio_app,
        .opaque = &streams->options,
        .ping_interval_ms = PING_INTERVAL_MS,
        .ping_timeout_ms = PING_TIMEOUT_MS,
        .max_payload = MR_SOCKETIO_STREAM_PAYLOAD_MAX,
        .max_sessions = max_sessions,
        .addresses = addresses,
    };
    int result = mr_engineio_create(&options, &streams->engineio);
    if (result < 0) {
        free(streams);
        return result;
    }
    *made = streams;
    return 0;
}

void mr_socketio_streams_destroy(struct mr_socketio_streams *streams)
{
    if (streams == NULL)
        return;
    mr_engineio_destroy(streams->engineio);
    free(streams);
}

struct mr_engineio *mr_socketio_streams_engineio(struct mr_socketio_streams *streams)
{
    return streams->engineio;
}

/* ---- requests ---- */

int mr_socketio_stream_answer(const struct mr_request *request)
{
    return mr_engineio_route_answer(request, request->site->socketio->engineio);
}

void mr_socketio_stream_begin_body(const struct mr_request *request)
{
    mr_engineio_route_begin_post(request, request->site->socketio->engineio);
}

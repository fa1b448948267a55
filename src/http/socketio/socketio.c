#include "http/socketio/socketio.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

struct mr_socketio_session {
    const struct mr_socketio_options *options;
    struct mr_engineio_session *transport;
    char *query;
    struct mr_socketio_socket *sockets[MR_SOCKETIO_SOCKETS_MAX]; /* NULL: a free place */
    bool connected;                                              /* once at least */
    struct mr_bucket bucket;

    /* an event whose attachments are not all there; data NULL: none */
    struct mr_socketio_packet partial;
    struct mr_buffer attachments[MR_SOCKETIO_ATTACHMENTS_MAX];
    unsigned attached;
    size_t attached_bytes;
};

struct mr_engineio_session *mr_socketio_transport(const struct mr_socketio_socket *socket)
{
    return socket->session->transport;
}

struct mr_bucket *mr_socketio_bucket(const struct mr_socketio_socket *socket)
{
    return &socket->session->bucket;
}

/* ---- sending ---- */

static void send_packet(struct mr_socketio_session *session,
                        const struct mr_socketio_packet *packet)
{
    struct mr_buffer text = { 0 };
    mr_socketio_packet_encode(packet, &text);
    if (!text.failed)
        mr_engineio_session_send(session->transport, false, text.data, text.size);
    mr_buffer_finish(&text);
}

void mr_socketio_send(struct mr_socketio_socket *socket, struct mr_socketio_packet *packet,
                      const struct mr_buffer *attachments)
{
    memcpy(packet->name, socket->name, sizeof(packet->name));
    struct mr_engineio_session *transport = socket->session->transport;
    send_packet(socket->session, packet);
    for (unsigned i = 0; i < packet->attachments; i++)
        mr_engineio_session_send(transport, true, attachments[i].data, attachments[i].size);
}

void mr_socketio_emit(struct mr_socketio_socket *socket, const char *event, const char *json,
                      size_t size)
{
    struct mr_buffer text = { 0 };
    mr_buffer_printf(&text, "%d", MR_SOCKETIO_EVENT);
    if (strcmp(socket->name, "/") != 0)
        mr_buffer_printf(&text, "%s,", socket->name);
    mr_buffer_printf(&text, "[\"%s\",", event);
    mr_buffer_append(&text, json, size);
    mr_buffer_append_text(&text, "]");
    if (!text.failed)
        mr_engineio_session_send(socket->session->transport, false, text.data, text.size);
    mr_buffer_finish(&text);
}

/* ---- connections ---- */

/* Where the socket of a namespace is; NULL: the place of a new one; no place: NULL. */
static struct mr_socketio_socket **find(struct mr_socketio_session *session, const char *name)
{
    for (int i = 0; i < MR_SOCKETIO_SOCKETS_MAX; i++) {
        struct mr_socketio_socket *socket = session->sockets[i];
        if (name == NULL ? socket == NULL : socket != NULL && strcmp(socket->name, name) == 0)
            return &session->sockets[i];
    }
    return NULL;
}

static void send_connection(struct mr_socketio_session *session, const char *name,
                            enum mr_socketio_type type, const char *key, const char *value)
{
    struct mr_socketio_packet packet = { .type = type, .id = -1 };
    memcpy(packet.name, name, strlen(name) + 1);
    packet.data = json_pack("{s:s}", key, value);
    if (packet.data != NULL)
        send_packet(session, &packet);
    mr_socketio_packet_finish(&packet);
}

static struct mr_socketio_socket *make_socket(struct mr_socketio_session *session, const char *name)
{
    struct mr_socketio_socket *socket = calloc(1, sizeof(*socket));
    if (socket == NULL)
        return NULL;
    socket->session = session;
    memcpy(socket->name, name, strlen(name) + 1);
    return socket;
}

static void connect_socket(struct mr_socketio_session *session,
                           const struct mr_socketio_packet *packet)
{
    const struct mr_socketio_options *options = session->options;
    char sid[MR_ENGINEIO_SID_LENGTH + 1];
    struct mr_socketio_socket **place = find(session, NULL);
    struct mr_socketio_socket *socket = place != NULL && mr_engineio_store_make_sid(sid)
                                            ? make_socket(session, packet->name)
                                            : NULL;
    const char *refused = "No room for another namespace";
    if (socket != NULL)
        refused = options->app->connect(options->opaque, socket, session->query, packet->data);
    if (refused != NULL) {
        free(socket);
        send_connection(session, packet->name, MR_SOCKETIO_CONNECT_ERROR, "message", refused);
        return;
    }
    *place = socket;
    session->connected = true;
    mr_engineio_session_set_timeout(session->transport, INT64_MAX);
    send_connection(session, packet->name, MR_SOCKETIO_CONNECT, "sid", sid);
    if (options->app->connected != NULL)
        options->app->connected(socket, packet->data);
}

static void disconnect_socket(struct mr_socketio_session *session,
                              struct mr_socketio_socket **place)
{
    struct mr_socketio_socket *socket = *place;
    *place = NULL;
    if (session->options->app->disconnect != NULL)
        session->options->app->disconnect(socket);
    free(socket);
}

/* ---- packets ---- */

static void forget_partial(struct mr_socketio_session *session)
{
    mr_socketio_packet_finish(&session->partial);
    for (unsigned i = 0; i < session->attached; i++)
        mr_buffer_finish(&session->attachments[i]);
    session->attached = 0;
    session->attached_bytes = 0;
}

/* return: false: against the protocol */
static bool dispatch(struct mr_socketio_session *session, struct mr_socketio_packet *packet)
{
    struct mr_socketio_socket **place = find(session, packet->name);
    if (packet->type == MR_SOCKETIO_CONNECT) {
        if (place == NULL)
            connect_socket(session, packet);
        return place == NULL;
    }
    if (place == NULL)
        return false;
    switch (packet->type) {
    case MR_SOCKETIO_EVENT:
    case MR_SOCKETIO_BINARY_EVENT:
        session->options->app->event(*place, packet, session->attachments);
        return true;
    case MR_SOCKETIO_DISCONNECT:
        disconnect_socket(session, place);
        return true;
    case MR_SOCKETIO_ACK: /* nothing of ours asks for any */
    case MR_SOCKETIO_BINARY_ACK:
        return true;
    default:
        return false;
    }
}

static bool take_packet(struct mr_socketio_session *session, const uint8_t *text, size_t size)
{
    struct mr_socketio_packet packet;
    if (session->partial.data != NULL || mr_socketio_packet_decode(text, size, &packet) < 0)
        return false;
    if (packet.attachments > 0) {
        session->partial = packet;
        return true;
    }
    bool good = dispatch(session, &packet);
    mr_socketio_packet_finish(&packet);
    return good;
}

static bool take_binary(struct mr_socketio_session *session, const uint8_t *bytes, size_t size)
{
    if (session->partial.data == NULL ||
        size > session->options->max_attachments_bytes - session->attached_bytes)
        return false;
    struct mr_buffer *attachment = &session->attachments[session->attached++];
    mr_buffer_append(attachment, bytes, size);
    session->attached_bytes += size;
    if (attachment->failed)
        return false;
    if (session->attached < session->partial.attachments)
        return true;
    bool good = dispatch(session, &session->partial);
    forget_partial(session);
    return good;
}

/* ---- what Engine.IO calls ---- */

static void *open_session(void *opaque, struct mr_engineio_session *transport, const char *query)
{
    struct mr_socketio_session *session = calloc(1, sizeof(*session));
    if (session == NULL)
        return NULL;
    session->options = opaque;
    session->transport = transport;
    session->query = strdup(query);
    if (session->query == NULL) {
        free(session);
        return NULL;
    }
    mr_engineio_session_set_timeout(transport, mr_clock_now_us() +
                                                   session->options->connect_timeout_ms * 1000LL);
    return session;
}

static void take_engine_message(void *state, bool binary, const uint8_t *bytes, size_t size)
{
    struct mr_socketio_session *session = state;
    bool good = binary ? take_binary(session, bytes, size) : take_packet(session, bytes, size);
    if (!good)
        mr_engineio_session_close(session->transport);
}

static void take_hub_text(void *state, const char *json, size_t size)
{
    const struct mr_socketio_session *session = state;
    if (session->options->app->text == NULL)
        return;
    for (int i = 0; i < MR_SOCKETIO_SOCKETS_MAX; i++)
        if (session->sockets[i] != NULL)
            session->options->app->text(session->sockets[i], json, size);
}

static void time_out(void *state)
{
    struct mr_socketio_session *session = state;
    if (!session->connected)
        mr_engineio_session_close(session->transport);
}

static void close_session(void *state)
{
    struct mr_socketio_session *session = state;
    for (int i = 0; i < MR_SOCKETIO_SOCKETS_MAX; i++)
        if (session->sockets[i] != NULL)
            disconnect_socket(session, &session->sockets[i]);
    forget_partial(session);
    free(session->query);
    free(session);
}

const struct mr_engineio_app mr_socketio_engineio_app = {
    .open = open_session,
    .message = take_engine_message,
    .text = take_hub_text,
    .timeout = time_out,
    .close = close_session,
};

#include "http/socketio/engineio_websocket.h"

#include "base/clock.h"
#include "http/socketio/engineio_poll.h"
#include "http/socketio/engineio_session.h"

#include <errno.h>
#include <string.h>

static void send_answer(struct mr_client *client, struct mr_buffer *answer)
{
    if (answer->size > 0)
        mr_client_write(client, answer->data, answer->size);
    mr_buffer_finish(answer);
}

/* The session is without this WebSocket. */
static void let_go(struct mr_engineio_link *link)
{
    struct mr_engineio_session *session = link->session;
    link->session = NULL;
    if (session == NULL)
        return;
    if (session->probe == link) {
        session->probe = NULL;
        session->probe_us = INT64_MAX;
    } else {
        session->websocket = NULL;
        mr_engineio_session_close(session);
    }
}

/* The end of a WebSocket that is still there. */
static void part(struct mr_engineio_link *link)
{
    const struct mr_engineio_session *session = link->session;
    if (session != NULL && session->fed && session->websocket == link)
        mr_client_watch(link->client, NULL, NULL);
    let_go(link);
    mr_client_end(link->client);
}

/* ---- what comes ---- */

/* A WebSocket that is not the session's transport yet.
 * return: whether it may go on */
static bool take_probe(struct mr_engineio_link *link, const struct mr_engineio_packet *packet)
{
    static const char word[] = "probe";
    struct mr_engineio_session *session = link->session;
    if (packet->type == MR_ENGINEIO_PING && packet->size == strlen(word) &&
        memcmp(packet->data, word, packet->size) == 0) {
        mr_engineio_link_send(link, &(struct mr_engineio_packet){
                                        .type = MR_ENGINEIO_PONG,
                                        .data = (const uint8_t *)word,
                                        .size = strlen(word),
                                    });
        session->probed = true;
        mr_engineio_poll_flush(session, "6");
        return true;
    }
    if (packet->type != MR_ENGINEIO_UPGRADE || !session->probed)
        return false;
    mr_engineio_session_upgrade(session);
    return true;
}

static int take_message(void *opaque, bool binary, const uint8_t *bytes, size_t size)
{
    struct mr_engineio_link *link = opaque;
    struct mr_engineio_session *session = link->session;
    struct mr_engineio_packet packet;
    if (session == NULL)
        return 0;
    bool good = mr_engineio_packet_decode(binary, bytes, size, &packet) == 0;
    bool is_extra =
        good && packet.type != MR_ENGINEIO_MESSAGE; /* messages are the application's to count */
    if (is_extra && mr_bucket_take(&link->extras, mr_clock_now_us()) != MR_BUCKET_GOOD)
        return MR_CLOSE_POLICY;
    if (link == session->probe) {
        if (good && take_probe(link, &packet))
            return 0;
        session->probe = NULL;
        session->probe_us = INT64_MAX;
        link->session = NULL;
        return MR_CLOSE_UNSUPPORTED;
    }
    if (good)
        mr_engineio_session_take(session, &packet);
    else
        mr_engineio_session_close(session);
    return 0;
}

static void take_pong(void *opaque, const uint8_t *bytes, size_t size)
{
    struct mr_engineio_link *link = opaque;
    struct mr_mark mark;
    if (size != sizeof(mark)) /* unasked */
        return;
    memcpy(&mark, bytes, sizeof(mark));
    mr_client_answered(link->client, &mark);
}

static void receive(struct mr_client *client, const uint8_t *bytes, size_t size)
{
    struct mr_engineio_link *link = client->session;
    struct mr_buffer answer = { 0 };
    if (link->websocket == NULL)
        return;
    bool open = mr_websocket_receive(link->websocket, bytes, size, &answer);
    send_answer(client, &answer);
    if (!open)
        part(link);
}

/* ---- coming and going ---- */

static void greet(struct mr_engineio_link *link)
{
    struct mr_buffer json = { 0 };
    mr_engineio_session_greeting(link->session, false, &json);
    mr_engineio_link_send(link, &(struct mr_engineio_packet){
                                    .type = MR_ENGINEIO_OPEN,
                                    .data = json.data,
                                    .size = json.size,
                                });
    mr_buffer_finish(&json);
}

static void begin_probe(struct mr_engineio_link *link, struct mr_engineio_session *session)
{
    link->session = session;
    session->probe = link;
    session->probed = false;
    session->probe_us = mr_clock_now_us() + MR_ENGINEIO_PROBE_US;
    mr_engineio_store_note_due(session->engineio, session->probe_us);
}

static int make_websocket(struct mr_engineio_link *link)
{
    link->websocket = mr_websocket_create(&(struct mr_websocket_options){
        .message = take_message,
        .pong = take_pong,
        .opaque = link,
        .max_message = link->engineio->options.max_payload,
    });
    return link->websocket != NULL ? 0 : -ENOMEM;
}

static int open_websocket(struct mr_client *client)
{
    struct mr_engineio_link *link = client->session;
    struct mr_engineio_session *session = NULL;
    link->client = client;
    if (link->sid[0] != '\0') {
        session = mr_engineio_session_find(link->engineio, link->sid);
        if (session == NULL || session->lingers) {
            mr_engineio_link_refuse(link, MR_ENGINEIO_UNKNOWN_SID);
            return 0;
        }
    }
    if (make_websocket(link) < 0)
        return -ENOMEM;
    mr_client_write(client, link->switching.data, link->switching.size);
    mr_buffer_finish(&link->switching);
    if (session != NULL) {
        if (session->websocket == NULL && session->probe == NULL)
            begin_probe(link, session);
        else
            mr_engineio_link_close(link, MR_CLOSE_POLICY, "the session has a WebSocket");
        return 0;
    }
    link->session = mr_engineio_session_begin(link);
    if (link->session == NULL)
        return -ENOMEM;
    link->session->websocket = link;
    greet(link);
    return 0;
}

static void ping(struct mr_client *client, const struct mr_mark *mark)
{
    struct mr_buffer frame = { 0 };
    mr_websocket_ping(&frame, mark, sizeof(*mark));
    send_answer(client, &frame);
}

static void take_text(struct mr_client *client, const char *json, size_t size)
{
    const struct mr_engineio_link *link = client->session;
    struct mr_engineio_session *session = link->session;
    if (session != NULL && session->engineio->options.app->text != NULL)
        session->engineio->options.app->text(session->state, json, size);
}

static void say_goodbye(struct mr_client *client, const char *reason)
{
    struct mr_buffer frame = { 0 };
    mr_websocket_close(&frame, MR_CLOSE_GOING_AWAY, reason);
    send_answer(client, &frame);
    part(client->session);
}

static void close_websocket(void *opaque)
{
    let_go(opaque);
    mr_engineio_link_destroy(opaque);
}

const struct mr_protocol mr_engineio_websocket_protocol = {
    .open = open_websocket,
    .text = take_text,
    .receive = receive,
    .ping = ping,
    .has_answers = true,
    .goodbye = say_goodbye,
    .close = close_websocket,
};

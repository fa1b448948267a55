#include "http/socketio/engineio_polling.h"

#include "http/socketio/engineio_payload.h"
#include "http/socketio/engineio_poll.h"
#include "http/socketio/engineio_session.h"

#include <string.h>

/* ---- GET ---- */

static void greet(struct mr_engineio_link *link)
{
    static const char too_many[] = "{\"code\":3,\"message\":\"Too many sessions\"}";
    struct mr_buffer text = { 0 };
    struct mr_engineio_session *session = mr_engineio_session_begin(link);
    if (session == NULL) {
        mr_engineio_link_answer(link, 503, "application/json", too_many, strlen(too_many));
        return;
    }
    mr_buffer_append_text(&text, "0");
    mr_engineio_session_greeting(session, true, &text);
    mr_engineio_link_answer(link, 200, MR_ENGINEIO_POLL_TYPE, text.data, text.size);
    mr_buffer_finish(&text);
}

static int open_poll(struct mr_client *client)
{
    struct mr_engineio_link *link = client->session;
    link->client = client;
    if (link->sid[0] == '\0') {
        greet(link);
        return 0;
    }
    struct mr_engineio_session *session = mr_engineio_session_find(link->engineio, link->sid);
    if (session == NULL) {
        mr_engineio_link_refuse(link, MR_ENGINEIO_UNKNOWN_SID);
    } else if (session->lingers) {
        session->lingers = false;
        mr_engineio_store_bury(session);
        mr_engineio_link_answer(link, 200, MR_ENGINEIO_POLL_TYPE, "6", 1);
    } else if (session->websocket != NULL) {
        mr_engineio_link_refuse(link, MR_ENGINEIO_BAD_REQUEST);
    } else if (mr_engineio_poll_is_there(session)) {
        mr_engineio_link_refuse(link, MR_ENGINEIO_BAD_REQUEST);
        mr_engineio_session_end(session, MR_ENGINEIO_CLOSE);
    } else {
        mr_engineio_poll_wait(session, link);
        mr_engineio_store_note_due(session->engineio, mr_engineio_session_due(session));
    }
    return 0;
}

static bool claim(struct mr_client *client, const struct mr_packet *packet)
{
    (void)packet;
    struct mr_engineio_link *link = client->session;
    link->taken = true;
    return false;
}

static void take_text(struct mr_client *client, const char *json, size_t size)
{
    const struct mr_engineio_link *link = client->session;
    struct mr_engineio_session *session = link->session;
    if (session == NULL || session->ended || session->engineio->options.app->text == NULL)
        return;
    session->corked = true; /* there may be more of them */
    session->engineio->options.app->text(session->state, json, size);
    session->corked = false;
    mr_engineio_store_note_due(session->engineio, 0);
}

static void say_goodbye(struct mr_client *client, const char *reason)
{
    (void)reason;
    const struct mr_engineio_link *link = client->session;
    if (link->session != NULL)
        mr_engineio_session_end(link->session, MR_ENGINEIO_CLOSE);
    mr_client_end(client);
}

/* A poll that ends without an answer: nobody is there any more. */
static void close_poll(void *opaque)
{
    struct mr_engineio_link *link = opaque;
    struct mr_engineio_session *session = link->session;
    if (session != NULL) {
        session->poll = NULL;
        if (!link->taken)
            mr_engineio_session_end(session, MR_ENGINEIO_CLOSE);
    }
    mr_engineio_link_destroy(link);
}

const struct mr_protocol mr_engineio_polling_get = {
    .once = true,
    .open = open_poll,
    .claim = claim,
    .text = take_text,
    .goodbye = say_goodbye,
    .close = close_poll,
};

/* ---- POST ---- */

static bool take_payload(struct mr_engineio_session *session, const struct mr_buffer *body)
{
    struct mr_engineio_payload payload;
    struct mr_engineio_packet packet;
    int result;
    mr_engineio_payload_init(&payload, body->data, body->size, MR_ENGINEIO_PACKETS_MAX);
    session->corked = true;
    while ((result = mr_engineio_payload_next(&payload, &packet)) > 0)
        if (!mr_engineio_session_take(session, &packet))
            break;
    session->corked = false;
    mr_engineio_payload_finish(&payload);
    return result >= 0;
}

static int open_post(struct mr_client *client)
{
    struct mr_engineio_link *link = client->session;
    link->client = client;
    struct mr_engineio_session *session = mr_engineio_session_find(link->engineio, link->sid);
    if (session == NULL || session->lingers) {
        mr_engineio_link_refuse(link, MR_ENGINEIO_UNKNOWN_SID);
    } else if (session->websocket != NULL) {
        mr_engineio_link_refuse(link, MR_ENGINEIO_BAD_REQUEST);
    } else if (link->overlaps || !take_payload(session, &link->body)) {
        mr_engineio_link_refuse(link, MR_ENGINEIO_BAD_REQUEST);
        mr_engineio_session_end(session, MR_ENGINEIO_CLOSE);
    } else {
        mr_engineio_link_answer(link, 200, "text/html", "ok", 2);
        mr_engineio_poll_flush(session, NULL);
    }
    return 0;
}

static void close_post(void *opaque)
{
    mr_engineio_link_destroy(opaque);
}

const struct mr_protocol mr_engineio_polling_post = { .open = open_post, .close = close_post };

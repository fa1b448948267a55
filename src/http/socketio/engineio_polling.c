/* The requests of clients that poll: each is a client of its own (client.h), of one answer. */
#include "http/socketio/engineio_session.h"

#include "base/clock.h"
#include "http/request/respond.h"

#include <string.h>

/* A poll prefers a frame that is there to texts, if the one before was answered with texts; so long. */
#define HOLD_US (100 * 1000LL)

static const char text_type[] = "text/plain; charset=UTF-8";

const char *mr_engineio_fault_json(enum mr_engineio_fault fault)
{
    static const char *const json[] = {
        [MR_ENGINEIO_UNKNOWN_TRANSPORT] = "{\"code\":0,\"message\":\"Transport unknown\"}",
        [MR_ENGINEIO_UNKNOWN_SID] = "{\"code\":1,\"message\":\"Session ID unknown\"}",
        [MR_ENGINEIO_BAD_METHOD] = "{\"code\":2,\"message\":\"Bad handshake method\"}",
        [MR_ENGINEIO_BAD_REQUEST] = "{\"code\":3,\"message\":\"Bad request\"}",
        [MR_ENGINEIO_BAD_VERSION] = "{\"code\":5,\"message\":\"Unsupported protocol version\"}",
    };
    return json[fault];
}

static void answer(struct mr_engineio_link *link, int status, const char *type, const void *body,
                   size_t size)
{
    struct mr_buffer out = { 0 };
    mr_response_head(&out, &(struct mr_response){
                               .status = status,
                               .type = type,
                               .headers = link->headers,
                               .size = size,
                           });
    mr_buffer_append(&out, body, size);
    if (out.failed)
        mr_client_drop(link->client);
    else
        mr_client_write(link->client, out.data, out.size);
    mr_client_end(link->client);
    mr_buffer_finish(&out);
}

void mr_engineio_refuse(struct mr_engineio_link *link, enum mr_engineio_fault fault)
{
    const char *json = mr_engineio_fault_json(fault);
    answer(link, 400, "application/json", json, strlen(json));
}

/* ---- GET ---- */

/* A poll that waits has the head of its answer behind it, up to what a body of unknown size decides. */
static void begin_answer(struct mr_engineio_link *link)
{
    struct mr_buffer out = { 0 }, headers = { 0 };
    mr_buffer_printf(&headers, "Content-Type: %s\r\n%s", text_type,
                     link->headers != NULL ? link->headers : "");
    mr_response_head(&out, &(struct mr_response){ .status = 200, .headers = (char *)headers.data });
    if (out.failed || headers.failed)
        mr_client_drop(link->client);
    else
        mr_client_write(link->client, out.data, out.size - strlen("\r\n"));
    mr_buffer_finish(&headers);
    mr_buffer_finish(&out);
}

static void finish_answer(struct mr_engineio_link *link, const struct mr_buffer *body)
{
    struct mr_buffer length = { 0 };
    mr_buffer_printf(&length, "Content-Length: %zu\r\n\r\n", body->size);
    if (length.failed || body->failed)
        mr_client_drop(link->client);
    mr_client_write(link->client, length.data, length.size);
    mr_client_write(link->client, body->data, body->size);
    mr_client_end(link->client);
    mr_buffer_finish(&length);
}

bool mr_engineio_can_flush(const struct mr_engineio_session *session)
{
    return session->poll != NULL && !session->poll->taken;
}

void mr_engineio_flush_poll(struct mr_engineio_session *session, const char *otherwise)
{
    struct mr_engineio_link *link = session->poll;
    bool holds = otherwise == NULL && session->hold_us > 0 && mr_clock_now_us() < session->hold_us;
    if (!mr_engineio_can_flush(session) || holds || (session->out.size == 0 && otherwise == NULL))
        return;
    bool closes = otherwise != NULL && otherwise[0] == '0' + MR_ENGINEIO_CLOSE;
    if (session->out.size == 0 || closes)
        mr_engineio_payload_add(&session->out,
                                &(struct mr_engineio_packet){
                                    .type = (enum mr_engineio_type)(otherwise[0] - '0'),
                                });
    if (session->fed)
        mr_client_watch(link->client, NULL, NULL);
    finish_answer(link, &session->out);
    link->session = NULL;
    session->poll = NULL;
    mr_buffer_finish(&session->out);
    session->out_count = 0;
    session->told = true;
    session->hold_us = 0;
}

void mr_engineio_watch_poll(struct mr_engineio_session *session)
{
    if (session->probe != NULL && session->probed)
        return;
    struct mr_client *client = session->poll->client;
    client->maker = session->feed.polling;
    mr_client_watch(client, session->feed.hub, session->feed.viewer);
}

/* Whether the feed has a packet that the session has not been sent. */
static bool has_newer(const struct mr_engineio_session *session)
{
    struct mr_packet *recent[MR_HUB_RECENT];
    int count = mr_hub_recent(session->feed.hub, recent);
    bool newer = count > 0 && recent[count - 1]->number > session->feed.viewer->last_packet;
    for (int i = 0; i < count; i++)
        mr_packet_unref(&recent[i]);
    return newer;
}

static void greet(struct mr_engineio_link *link)
{
    static const char too_many[] = "{\"code\":3,\"message\":\"Too many sessions\"}";
    struct mr_buffer text = { 0 };
    struct mr_engineio_session *session = mr_engineio_begin(link);
    if (session == NULL) {
        answer(link, 503, "application/json", too_many, strlen(too_many));
        return;
    }
    mr_buffer_append_text(&text, "0");
    mr_engineio_session_greeting(session, true, &text);
    answer(link, 200, text_type, text.data, text.size);
    mr_buffer_finish(&text);
}

/* The end of a poll that a packet was sent to is not noticed before the next one comes. */
static bool is_polled(struct mr_engineio_session *session)
{
    struct mr_engineio_link *link = session->poll;
    if (link == NULL)
        return false;
    if (!link->taken || link->client->phase == MR_CLIENT_OPEN)
        return true;
    mr_client_watch(link->client, NULL, NULL); /* it may outlive the viewer */
    link->session = NULL;
    session->poll = NULL;
    session->told = false;
    return false;
}

static void wait_for_news(struct mr_engineio_session *session, struct mr_engineio_link *link)
{
    session->poll = link;
    link->session = session;
    begin_answer(link);
    if (session->probe != NULL && session->probed) {
        mr_engineio_flush_poll(session, "6");
        return;
    }
    bool frame = session->fed && session->told && session->out.size > 0 && has_newer(session);
    session->hold_us = frame ? mr_clock_now_us() + HOLD_US : 0;
    mr_engineio_flush_poll(session, NULL);
    if (session->poll != NULL && session->fed)
        mr_engineio_watch_poll(session);
    mr_engineio_note_due(session->engineio, mr_engineio_session_due(session));
}

static int open_poll(struct mr_client *client)
{
    struct mr_engineio_link *link = client->session;
    link->client = client;
    if (link->sid[0] == '\0') {
        greet(link);
        return 0;
    }
    struct mr_engineio_session *session = mr_engineio_find(link->engineio, link->sid);
    if (session == NULL) {
        mr_engineio_refuse(link, MR_ENGINEIO_UNKNOWN_SID);
    } else if (session->lingers) {
        session->lingers = false;
        mr_engineio_bury(session);
        answer(link, 200, text_type, "6", 1);
    } else if (session->websocket != NULL) {
        mr_engineio_refuse(link, MR_ENGINEIO_BAD_REQUEST);
    } else if (is_polled(session)) {
        mr_engineio_refuse(link, MR_ENGINEIO_BAD_REQUEST);
        mr_engineio_session_end(session, MR_ENGINEIO_CLOSE);
    } else {
        wait_for_news(session, link);
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
    mr_engineio_note_due(session->engineio, 0);
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

const struct mr_protocol mr_engineio_poll = {
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
    struct mr_engineio_session *session = mr_engineio_find(link->engineio, link->sid);
    if (session == NULL || session->lingers) {
        mr_engineio_refuse(link, MR_ENGINEIO_UNKNOWN_SID);
    } else if (session->websocket != NULL) {
        mr_engineio_refuse(link, MR_ENGINEIO_BAD_REQUEST);
    } else if (link->overlaps || !take_payload(session, &link->body)) {
        mr_engineio_refuse(link, MR_ENGINEIO_BAD_REQUEST);
        mr_engineio_session_end(session, MR_ENGINEIO_CLOSE);
    } else {
        answer(link, 200, "text/html", "ok", 2);
        mr_engineio_flush_poll(session, NULL);
    }
    return 0;
}

static void close_post(void *opaque)
{
    mr_engineio_link_destroy(opaque);
}

const struct mr_protocol mr_engineio_post = { .open = open_post, .close = close_post };

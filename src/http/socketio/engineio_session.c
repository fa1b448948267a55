#include "http/socketio/engineio_session.h"

#include "base/clock.h"
#include "http/socketio/engineio_payload.h"
#include "http/socketio/engineio_poll.h"

/* Payloads of the largest size that may wait for a client; with more it is disconnected. */
#define WAITING_MAX_PAYLOADS 4

/* A ping that is sent late by more than this gives the client its whole time nevertheless. */
#define LATE_US (20 * 1000LL)

void mr_engineio_session_greeting(const struct mr_engineio_session *session, bool polling,
                                  struct mr_buffer *json)
{
    const struct mr_engineio_options *options = &session->engineio->options;
    mr_buffer_printf(json,
                     "{\"sid\":\"%s\",\"upgrades\":[%s],\"pingInterval\":%d,\"pingTimeout\":%d,"
                     "\"maxPayload\":%zu}",
                     session->sid, polling ? "\"websocket\"" : "", options->ping_interval_ms,
                     options->ping_timeout_ms, options->max_payload);
}

/* ---- sending ---- */

static bool has_too_much(const struct mr_engineio_session *session)
{
    size_t waiting = session->out.size;
    if (session->websocket != NULL)
        waiting = session->websocket->client->queue.size;
    return waiting > WAITING_MAX_PAYLOADS * session->engineio->options.max_payload;
}

void mr_engineio_session_send_packet(struct mr_engineio_session *session,
                                     const struct mr_engineio_packet *packet)
{
    if (session->ended)
        return;
    if (session->websocket != NULL) {
        mr_engineio_link_send(session->websocket, packet);
    } else {
        mr_engineio_payload_add(&session->out, packet);
        session->out_count++;
        if (!session->corked)
            mr_engineio_poll_flush(session, NULL);
    }
    if (session->out.failed || has_too_much(session))
        mr_engineio_session_close_soon(session); /* not now: the application is at work */
}

void mr_engineio_session_close_soon(struct mr_engineio_session *session)
{
    session->closes_soon = true;
    mr_engineio_store_note_due(session->engineio, 0);
}

static void send_type(struct mr_engineio_session *session, enum mr_engineio_type type)
{
    mr_engineio_session_send_packet(session, &(struct mr_engineio_packet){ .type = type });
}

void mr_engineio_session_send(struct mr_engineio_session *session, bool binary, const void *bytes,
                              size_t size)
{
    mr_engineio_session_send_packet(session, &(struct mr_engineio_packet){
                                                 .type = MR_ENGINEIO_MESSAGE,
                                                 .binary = binary,
                                                 .data = bytes,
                                                 .size = size,
                                             });
}

size_t mr_engineio_session_waiting(const struct mr_engineio_session *session)
{
    return session->out.size;
}

/* ---- feeds ---- */

static void feed_websocket(struct mr_engineio_session *session)
{
    struct mr_client *client = session->websocket->client;
    client->maker = session->feed.websocket;
    mr_client_watch(client, session->feed.hub, session->feed.viewer);
}

static void end_feed(struct mr_engineio_session *session)
{
    if (!session->fed)
        return;
    session->fed = false;
    if (session->websocket != NULL)
        mr_client_watch(session->websocket->client, NULL, NULL);
    if (session->poll != NULL)
        mr_client_watch(session->poll->client, NULL, NULL);
}

void mr_engineio_session_set_feed(struct mr_engineio_session *session,
                                  const struct mr_engineio_feed *feed)
{
    end_feed(session);
    if (feed == NULL || session->ended)
        return;
    session->feed = *feed;
    session->fed = true;
    if (session->websocket != NULL)
        feed_websocket(session);
    else if (session->poll != NULL && session->out.size == 0)
        mr_engineio_poll_watch(session);
}

/* ---- the end ---- */

static void part_from_websocket(struct mr_engineio_link **link)
{
    if (*link != NULL)
        mr_engineio_link_close(*link, MR_CLOSE_NORMAL, "");
    *link = NULL;
}

void mr_engineio_session_end(struct mr_engineio_session *session, enum mr_engineio_type last)
{
    if (session->ended)
        return;
    const char packet[] = { (char)('0' + last), '\0' };
    end_feed(session);
    mr_engineio_poll_flush(session, packet);
    session->ended = true;
    if (session->poll != NULL) { /* a frame is on its way there: it may arrive */
        const struct mr_client *client = session->poll->client;
        if (client->phase == MR_CLIENT_OPEN && client->packet == NULL)
            mr_client_drop(session->poll->client);
        session->poll->session = NULL;
        session->poll = NULL;
    }
    part_from_websocket(&session->websocket);
    part_from_websocket(&session->probe);
    if (session->state != NULL)
        session->engineio->options.app->close(session->state);
    session->state = NULL;
    if (!session->lingers)
        mr_engineio_store_bury(session);
}

void mr_engineio_session_close(struct mr_engineio_session *session)
{
    mr_engineio_session_end(session, MR_ENGINEIO_CLOSE);
}

/* The client says that it goes. While it polls, its next GET may have been overtaken by that. */
static void end_by_client(struct mr_engineio_session *session)
{
    if (session->websocket == NULL && session->poll == NULL) {
        session->lingers = true;
        session->linger_us = mr_clock_now_us() + MR_ENGINEIO_LINGER_US;
        mr_engineio_store_note_due(session->engineio, session->linger_us);
    }
    mr_engineio_session_end(session, MR_ENGINEIO_NOOP);
}

/* ---- what the client says ---- */

bool mr_engineio_session_take(struct mr_engineio_session *session,
                              const struct mr_engineio_packet *packet)
{
    const struct mr_engineio_options *options = &session->engineio->options;
    switch (packet->type) {
    case MR_ENGINEIO_MESSAGE:
        options->app->message(session->state, packet->binary, packet->data, packet->size);
        break;
    case MR_ENGINEIO_PONG:
        if (session->pong_us != INT64_MAX) {
            session->pong_us = INT64_MAX;
            session->ping_us = mr_clock_now_us() + options->ping_interval_ms * 1000LL;
            mr_engineio_store_note_due(session->engineio, session->ping_us);
        }
        break;
    case MR_ENGINEIO_CLOSE:
        end_by_client(session);
        break;
    case MR_ENGINEIO_NOOP:
        break;
    default: /* what only servers say, and upgrades by the wrong way */
        mr_engineio_session_end(session, MR_ENGINEIO_CLOSE);
    }
    return !session->ended;
}

void mr_engineio_session_upgrade(struct mr_engineio_session *session)
{
    struct mr_engineio_payload payload;
    struct mr_engineio_packet packet;
    struct mr_buffer waiting = session->out;
    mr_engineio_payload_init(&payload, waiting.data, waiting.size, session->out_count);
    session->out = (struct mr_buffer){ 0 };
    mr_engineio_poll_flush(session, "6");
    session->out_count = 0;
    session->websocket = session->probe;
    session->probe = NULL;
    session->probe_us = INT64_MAX;
    while (waiting.size > 0 && mr_engineio_payload_next(&payload, &packet) > 0)
        mr_engineio_session_send_packet(session, &packet);
    mr_engineio_payload_finish(&payload);
    mr_buffer_finish(&waiting);
    if (session->fed && !session->ended)
        feed_websocket(session);
}

/* ---- time ---- */

void mr_engineio_session_set_timeout(struct mr_engineio_session *session, int64_t at_us)
{
    session->timeout_us = at_us;
    mr_engineio_store_note_due(session->engineio, at_us);
}

int64_t mr_engineio_session_due(const struct mr_engineio_session *session)
{
    if (session->lingers)
        return session->linger_us;
    int64_t due_us = session->ping_us;
    if (session->out.size > 0 && mr_engineio_poll_can_flush(session) && session->hold_us < due_us)
        due_us = session->hold_us;
    if (session->pong_us < due_us)
        due_us = session->pong_us;
    if (session->probe_us < due_us)
        due_us = session->probe_us;
    return session->timeout_us < due_us ? session->timeout_us : due_us;
}

static void ping_session(struct mr_engineio_session *session, int64_t now_us)
{
    int64_t late_us = now_us - session->ping_us;
    int64_t timeout_us = session->engineio->options.ping_timeout_ms * 1000LL;
    session->pong_us = (late_us < LATE_US ? session->ping_us : now_us) + timeout_us;
    session->ping_us = INT64_MAX;
    send_type(session, MR_ENGINEIO_PING);
}

void mr_engineio_session_tick(struct mr_engineio_session *session, int64_t now_us)
{
    if (session->lingers && now_us >= session->linger_us) {
        session->lingers = false;
        mr_engineio_store_bury(session);
    }
    if (session->ended)
        return;
    if (now_us >= session->timeout_us) {
        session->timeout_us = INT64_MAX;
        session->engineio->options.app->timeout(session->state);
    }
    if (now_us >= session->probe_us) {
        session->probe_us = INT64_MAX;
        part_from_websocket(&session->probe);
    }
    if (now_us >= session->ping_us)
        ping_session(session, now_us);
    if (now_us >= session->pong_us || session->closes_soon)
        mr_engineio_session_end(session, MR_ENGINEIO_CLOSE);
    if (!session->ended)
        mr_engineio_poll_flush(session, NULL);
}

/* ---- coming ---- */

struct mr_engineio_session *mr_engineio_session_begin(const struct mr_engineio_link *link)
{
    struct mr_engineio *engineio = link->engineio;
    const struct mr_engineio_options *options = &engineio->options;
    struct mr_engineio_session *session = mr_engineio_store_make(link);
    if (session == NULL)
        return NULL;
    session->pong_us = session->probe_us = session->linger_us = session->timeout_us = INT64_MAX;
    session->ping_us = mr_clock_now_us() + options->ping_interval_ms * 1000LL;
    mr_engineio_store_note_due(engineio, session->ping_us);
    session->corked = true; /* the greeting goes first */
    session->state = options->app->open(options->opaque, session, link->query);
    session->corked = false;
    if (session->state != NULL)
        return session;
    mr_engineio_session_end(session, MR_ENGINEIO_CLOSE);
    return NULL;
}

struct mr_engineio_session *mr_engineio_session_find(struct mr_engineio *engineio, const char *sid)
{
    struct mr_engineio_session *session = mr_engineio_store_find(engineio, sid);
    if (session == NULL)
        return NULL;
    mr_engineio_session_tick(session, mr_clock_now_us());
    return session->ended && !session->lingers ? NULL : session;
}

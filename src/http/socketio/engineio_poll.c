#include "http/socketio/engineio_poll.h"

#include "base/clock.h"
#include "http/request/respond.h"
#include "http/socketio/engineio_payload.h"

#include <string.h>

/* A poll prefers a frame that is there to texts, if the one before was answered with texts; so long. */
#define HOLD_US (100 * 1000LL)

/* A poll that waits has the head of its answer behind it, up to what a body of unknown size decides. */
static void begin_answer(struct mr_engineio_link *link)
{
    struct mr_buffer out = { 0 }, headers = { 0 };
    mr_buffer_printf(&headers, "Content-Type: %s\r\n%s", MR_ENGINEIO_POLL_TYPE,
                     link->headers != NULL ? link->headers : "");
    mr_respond_head(&out, &(struct mr_response){ .status = 200, .headers = (char *)headers.data });
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

bool mr_engineio_poll_can_flush(const struct mr_engineio_session *session)
{
    return session->poll != NULL && !session->poll->taken;
}

void mr_engineio_poll_flush(struct mr_engineio_session *session, const char *otherwise)
{
    struct mr_engineio_link *link = session->poll;
    bool holds = otherwise == NULL && session->hold_us > 0 && mr_clock_now_us() < session->hold_us;
    if (!mr_engineio_poll_can_flush(session) || holds ||
        (session->out.size == 0 && otherwise == NULL))
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

void mr_engineio_poll_watch(struct mr_engineio_session *session)
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

bool mr_engineio_poll_is_there(struct mr_engineio_session *session)
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

void mr_engineio_poll_wait(struct mr_engineio_session *session, struct mr_engineio_link *link)
{
    session->poll = link;
    link->session = session;
    begin_answer(link);
    if (session->probe != NULL && session->probed) {
        mr_engineio_poll_flush(session, "6");
        return;
    }
    bool frame = session->fed && session->told && session->out.size > 0 && has_newer(session);
    session->hold_us = frame ? mr_clock_now_us() + HOLD_US : 0;
    mr_engineio_poll_flush(session, NULL);
    if (session->poll != NULL && session->fed)
        mr_engineio_poll_watch(session);
}

#include "http/viewers/native.h"

#include "base/clock.h"
#include "http/engine/client.h"
#include "http/engine/message.h"
#include "http/engine/websocket.h"
#include "http/request/bucket.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A viewer that floods the script is told so, but not once a message. */
#define COMPLAINT_US (1000 * 1000LL)

struct session {
    struct mr_websocket *websocket;
    int64_t complained_us; /* 0: never */
    struct mr_bucket bucket;
};

static void send_text(struct mr_client *client, const char *json, size_t size)
{
    uint8_t head[MR_WEBSOCKET_HEAD_MAX];
    mr_client_write(client, head, mr_message_websocket_head(head, MR_WEBSOCKET_TEXT, size));
    mr_client_write(client, json, size);
}

static void complain(struct mr_client *client)
{
    static const char text[] = "{\"error\":\"too many messages: the script did not get all\"}";
    struct session *session = client->session;
    int64_t now_us = mr_clock_now_us();
    if (session->complained_us != 0 && now_us - session->complained_us < COMPLAINT_US)
        return;
    session->complained_us = now_us;
    send_text(client, text, sizeof(text) - 1);
}

/* A message is any JSON value. */
static int take_message(void *opaque, bool binary, const uint8_t *bytes, size_t size)
{
    struct mr_client *client = opaque;
    struct session *session = client->session;
    const char *json = (const char *)bytes;
    if (binary)
        return MR_CLOSE_UNSUPPORTED;
    switch (mr_bucket_take(&session->bucket, mr_clock_now_us())) {
    case MR_BUCKET_GOOD:
        break;
    case MR_BUCKET_TOO_MANY:
        complain(client);
        return 0;
    case MR_BUCKET_ENOUGH:
        return MR_CLOSE_POLICY;
    }
    json_t *value = json_loadb(json, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (value == NULL)
        return MR_CLOSE_BAD_DATA;
    json_decref(value);
    if (mr_hub_post(client->hub, client->viewer, json, size) < 0)
        complain(client);
    return 0;
}

static void take_pong(void *opaque, const uint8_t *bytes, size_t size)
{
    struct mr_mark mark;
    if (size != sizeof(mark)) /* unasked */
        return;
    memcpy(&mark, bytes, sizeof(mark));
    mr_client_answered(opaque, &mark);
}

static int open_session(struct mr_client *client)
{
    struct session *session = calloc(1, sizeof(*session));
    if (session == NULL)
        return -ENOMEM;
    session->websocket = mr_websocket_create(&(struct mr_websocket_options){
        .message = take_message,
        .pong = take_pong,
        .opaque = client,
    });
    if (session->websocket == NULL) {
        free(session);
        return -ENOMEM;
    }
    client->session = session;
    return 0;
}

static void close_session(void *opaque)
{
    struct session *session = opaque;
    mr_websocket_destroy(session->websocket);
    free(session);
}

static void send_answer(struct mr_client *client, struct mr_buffer *answer)
{
    if (answer->size > 0)
        mr_client_write(client, answer->data, answer->size);
    mr_buffer_finish(answer);
}

static void receive(struct mr_client *client, const uint8_t *bytes, size_t size)
{
    struct session *session = client->session;
    struct mr_buffer answer = { 0 };
    bool open = mr_websocket_receive(session->websocket, bytes, size, &answer);
    send_answer(client, &answer);
    if (!open)
        mr_client_end(client);
}

static void ping(struct mr_client *client, const struct mr_mark *mark)
{
    struct mr_buffer frame = { 0 };
    mr_websocket_ping(&frame, mark, sizeof(*mark));
    send_answer(client, &frame);
}

static void goodbye(struct mr_client *client, const char *reason)
{
    struct mr_buffer frame = { 0 };
    mr_websocket_close(&frame, MR_CLOSE_GOING_AWAY, reason);
    send_answer(client, &frame);
    mr_client_end(client);
}

/* The formats differ in how a frame looks, and in nothing else. */
#define PROTOCOL(of, form)                                                                         \
    {                                                                                              \
        .kind = of, .maker = &form, .open = open_session, .text = send_text, .receive = receive,   \
        .ping = ping, .has_answers = true, .goodbye = goodbye, .close = close_session,             \
    }

static const struct mr_protocol binary = PROTOCOL(MR_VIEWER_WEBSOCKET, mr_message_binary);
static const struct mr_protocol json = PROTOCOL(MR_VIEWER_WEBSOCKET_JSON, mr_message_json);
static const struct mr_protocol data = PROTOCOL(MR_VIEWER_WEBSOCKET_DATA, mr_message_data);

const struct mr_protocol *mr_native_protocol(const char *format)
{
    if (format == NULL || strcmp(format, "binary") == 0)
        return &binary;
    if (strcmp(format, "json") == 0)
        return &json;
    return strcmp(format, "data") == 0 ? &data : NULL;
}

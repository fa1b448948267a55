#include "http/native.h"

#include "http/client.h"
#include "http/message.h"
#include "http/websocket.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

/* A message is any JSON value. */
static int take_message(void *opaque, bool binary, const uint8_t *bytes, size_t size)
{
    (void)opaque;
    if (binary)
        return MR_CLOSE_UNSUPPORTED;
    json_t *value = json_loadb((const char *)bytes, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (value == NULL)
        return MR_CLOSE_BAD_DATA;
    json_decref(value);
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
    client->session = mr_websocket_create(&(struct mr_websocket_options){
        .message = take_message,
        .pong = take_pong,
        .opaque = client,
    });
    return client->session != NULL ? 0 : -ENOMEM;
}

static void close_session(struct mr_client *client)
{
    mr_websocket_destroy(client->session);
    client->session = NULL;
}

static void send_answer(struct mr_client *client, struct mr_buffer *answer)
{
    if (answer->size > 0)
        mr_client_write(client, answer->data, answer->size);
    mr_buffer_finish(answer);
}

static void receive(struct mr_client *client, const uint8_t *bytes, size_t size)
{
    struct mr_buffer answer = { 0 };
    bool open = mr_websocket_receive(client->session, bytes, size, &answer);
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

static const struct mr_protocol binary = {
    .kind = MR_VIEWER_WEBSOCKET,
    .maker = &mr_message_binary,
    .open = open_session,
    .receive = receive,
    .ping = ping,
    .has_answers = true,
    .goodbye = goodbye,
    .close = close_session,
};

static const struct mr_protocol json = {
    .kind = MR_VIEWER_WEBSOCKET_JSON,
    .maker = &mr_message_json,
    .open = open_session,
    .receive = receive,
    .ping = ping,
    .has_answers = true,
    .goodbye = goodbye,
    .close = close_session,
};

const struct mr_protocol *mr_native_protocol(const char *format)
{
    if (format == NULL || strcmp(format, "binary") == 0)
        return &binary;
    return strcmp(format, "json") == 0 ? &json : NULL;
}

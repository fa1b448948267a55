#include "http/engine/websocket.h"

#include "base/clock.h"
#include "http/engine/message.h"
#include "http/request/bucket.h"

#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#define REASON_MAX 123

struct mr_websocket {
    struct mr_websocket_options options;
    wslay_event_context_ptr context; /* made with the first bytes: most viewers never send any */
    bool closed;
    int close_code; /* ours, instead of what wslay would answer; 0: none */
    unsigned fragments;
    struct mr_bucket extras; /* frames that are no message of their own: pings, pongs, fragments */

    /* during mr_websocket_receive */
    const uint8_t *bytes;
    size_t size;
    struct mr_buffer *out;
};

static ssize_t give_bytes(wslay_event_context_ptr context, uint8_t *to, size_t size, int flags,
                          void *opaque)
{
    (void)flags;
    struct mr_websocket *websocket = opaque;
    if (websocket->size == 0) {
        wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    if (size > websocket->size)
        size = websocket->size;
    memcpy(to, websocket->bytes, size);
    websocket->bytes += size;
    websocket->size -= size;
    return (ssize_t)size;
}

static ssize_t take_answer(wslay_event_context_ptr context, const uint8_t *bytes, size_t size,
                           int flags, void *opaque)
{
    (void)context;
    (void)flags;
    struct mr_websocket *websocket = opaque;
    mr_buffer_append(websocket->out, bytes, size);
    return (ssize_t)size;
}

static void fail(struct mr_websocket *websocket, int code)
{
    websocket->close_code = code;
    wslay_event_shutdown_read(websocket->context);
}

static void on_frame(wslay_event_context_ptr context,
                     const struct wslay_event_on_frame_recv_start_arg *frame, void *opaque)
{
    (void)context;
    struct mr_websocket *websocket = opaque;
    bool is_control = wslay_is_ctrl_frame(frame->opcode);
    if ((is_control || frame->opcode == WSLAY_CONTINUATION_FRAME) &&
        mr_bucket_take(&websocket->extras, mr_clock_now_us()) != MR_BUCKET_GOOD)
        fail(websocket, MR_CLOSE_POLICY);
    if (is_control)
        return;
    if (frame->opcode != WSLAY_CONTINUATION_FRAME)
        websocket->fragments = 0;
    if (++websocket->fragments > MR_WEBSOCKET_FRAGMENTS_MAX)
        fail(websocket, MR_CLOSE_TOO_BIG);
}

static void on_message(wslay_event_context_ptr context,
                       const struct wslay_event_on_msg_recv_arg *message, void *opaque)
{
    struct mr_websocket *websocket = opaque;
    switch (message->opcode) {
    case WSLAY_PING: /* send the pong now: a close of ours may replace what is queued */
        wslay_event_send(context);
        break;
    case WSLAY_PONG:
        websocket->options.pong(websocket->options.opaque, message->msg, message->msg_length);
        break;
    case WSLAY_CONNECTION_CLOSE:
        if (message->msg_length == 1) /* half a code; wslay takes it for none */
            fail(websocket, MR_CLOSE_PROTOCOL_ERROR);
        break;
    default:
        if (websocket->close_code == 0) {
            int code = websocket->options.message(websocket->options.opaque,
                                                  message->opcode == WSLAY_BINARY_FRAME,
                                                  message->msg, message->msg_length);
            if (code != 0)
                fail(websocket, code);
        }
    }
}

struct mr_websocket *mr_websocket_create(const struct mr_websocket_options *options)
{
    struct mr_websocket *websocket = calloc(1, sizeof(*websocket));
    if (websocket != NULL)
        websocket->options = *options;
    return websocket;
}

void mr_websocket_destroy(struct mr_websocket *websocket)
{
    if (websocket == NULL)
        return;
    if (websocket->context != NULL)
        wslay_event_context_free(websocket->context);
    free(websocket);
}

static bool make_context(struct mr_websocket *websocket)
{
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = give_bytes,
        .send_callback = take_answer,
        .on_frame_recv_start_callback = on_frame,
        .on_msg_recv_callback = on_message,
    };
    if (websocket->context != NULL)
        return true;
    if (wslay_event_context_server_init(&websocket->context, &callbacks, websocket) != 0) {
        websocket->context = NULL;
        return false;
    }
    size_t max = websocket->options.max_message;
    wslay_event_config_set_max_recv_msg_length(websocket->context,
                                               max > 0 ? max : MR_WEBSOCKET_MESSAGE_MAX);
    return true;
}

/* return: the code to close with, 0 when wslay has queued what is right */
static int parse(struct mr_websocket *websocket)
{
    int result = wslay_event_recv(websocket->context);
    if (websocket->close_code != 0)
        return websocket->close_code;
    if (result == WSLAY_ERR_NOMEM)
        return MR_CLOSE_INTERNAL;
    if (result < 0) /* a malformed frame head: wslay would close without a code */
        return MR_CLOSE_PROTOCOL_ERROR;
    wslay_event_send(websocket->context);
    return 0;
}

bool mr_websocket_receive(struct mr_websocket *websocket, const uint8_t *bytes, size_t size,
                          struct mr_buffer *out)
{
    if (websocket->closed)
        return false;
    websocket->bytes = bytes;
    websocket->size = size;
    websocket->out = out;
    int code = make_context(websocket) ? parse(websocket) : MR_CLOSE_INTERNAL;
    if (code != 0)
        mr_websocket_close(out, code, "");
    websocket->closed = code != 0 || wslay_event_get_close_sent(websocket->context);
    websocket->out = NULL;
    return !websocket->closed;
}

void mr_websocket_ping(struct mr_buffer *out, const void *bytes, size_t size)
{
    const uint8_t head[] = { 0x80 | WSLAY_PING, (uint8_t)size };
    mr_buffer_append(out, head, sizeof(head));
    mr_buffer_append(out, bytes, size);
}

void mr_websocket_close(struct mr_buffer *out, int code, const char *reason)
{
    size_t size = strlen(reason);
    if (size > REASON_MAX) {
        size = REASON_MAX;
        while (size > 0 && ((unsigned char)reason[size] & 0xc0) == 0x80)
            size--; /* not in the middle of a character */
    }
    uint8_t head[] = { 0x80 | WSLAY_CONNECTION_CLOSE, (uint8_t)(2 + size), (uint8_t)(code >> 8),
                       (uint8_t)code };
    mr_buffer_append(out, head, sizeof(head));
    mr_buffer_append(out, reason, size);
}

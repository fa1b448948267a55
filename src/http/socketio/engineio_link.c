#include "http/socketio/engineio_link.h"

#include "http/engine/message.h"
#include "http/request/respond.h"

#include <stdlib.h>
#include <string.h>

void mr_engineio_link_destroy(struct mr_engineio_link *link)
{
    if (link == NULL)
        return;
    mr_websocket_destroy(link->websocket);
    mr_buffer_finish(&link->body);
    mr_buffer_finish(&link->switching);
    free(link->query);
    free(link->headers);
    free(link);
}

/* ---- answers to requests ---- */

const char *mr_engineio_link_fault_json(enum mr_engineio_fault fault)
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

void mr_engineio_link_answer(struct mr_engineio_link *link, int status, const char *type,
                             const void *body, size_t size)
{
    struct mr_buffer out = { 0 };
    mr_respond_head(&out, &(struct mr_response){
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

void mr_engineio_link_refuse(struct mr_engineio_link *link, enum mr_engineio_fault fault)
{
    const char *json = mr_engineio_link_fault_json(fault);
    mr_engineio_link_answer(link, 400, "application/json", json, strlen(json));
}

/* ---- messages of a WebSocket ---- */

static void send_frame(struct mr_client *client, unsigned opcode, const void *bytes, size_t size)
{
    uint8_t head[MR_WEBSOCKET_HEAD_MAX];
    mr_client_write(client, head, mr_message_websocket_head(head, opcode, size));
    mr_client_write(client, bytes, size);
}

void mr_engineio_link_send(struct mr_engineio_link *link, const struct mr_engineio_packet *packet)
{
    struct mr_buffer text = { 0 };
    if (packet->binary) {
        send_frame(link->client, MR_WEBSOCKET_BINARY, packet->data, packet->size);
        return;
    }
    mr_engineio_packet_encode(packet->type, packet->data, packet->size, &text);
    if (text.failed)
        mr_client_drop(link->client);
    else
        send_frame(link->client, MR_WEBSOCKET_TEXT, text.data, text.size);
    mr_buffer_finish(&text);
}

void mr_engineio_link_close(struct mr_engineio_link *link, int code, const char *reason)
{
    struct mr_buffer frame = { 0 };
    link->session = NULL;
    mr_websocket_close(&frame, code, reason);
    mr_client_write(link->client, frame.data, frame.size);
    mr_buffer_finish(&frame);
    mr_client_end(link->client);
}

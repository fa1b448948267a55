#include "http/upgrade.h"

#include "base/log.h"
#include "http/api.h"
#include "http/handshake.h"
#include "http/native.h"
#include "http/respond.h"
#include "http/takeover.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define FORMAT_MAX 32

static int refuse_handshake(const struct mr_request *request, enum mr_handshake_fault fault)
{
    switch (fault) {
    case MR_HANDSHAKE_NO_UPGRADE:
        return mr_respond_error(request, 426, "Upgrade: websocket\r\n",
                                "this address speaks WebSocket");
    case MR_HANDSHAKE_BAD_VERSION:
        return mr_respond_error(request, 426, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
                                "this server speaks version 13 of WebSocket");
    default:
        return mr_respond_error(request, 400, NULL, "Sec-WebSocket-Key is not 16 bytes in base64");
    }
}

/* The value of a query parameter.
 * return: whether it is there; a value that is too long is cut */
static bool get_parameter(const struct mr_request *request, const char *name, char *value,
                          size_t size)
{
    const char *query = request->info->query_string;
    value[0] = '\0';
    return query != NULL && mg_get_var(query, strlen(query), name, value, size) != -1;
}

static int take_socket(const struct mr_request *request)
{
    struct mr_endpoints endpoints = {
        .remote_port = (in_port_t)request->info->remote_port,
        .local_port = (in_port_t)request->info->server_port,
    };
    if (inet_pton(AF_INET, request->info->remote_addr, &endpoints.remote_address) != 1)
        return -ENOENT;
    return mr_takeover(&endpoints, request->site->dummy);
}

/* From here on a place in the engine is taken, and is handed over or given back. */
static int hand_over(const struct mr_request *request, const struct mr_protocol *protocol,
                     struct mr_stream *stream, const struct mr_buffer *head)
{
    struct mr_fanout *engine = request->site->engine;
    int fd = head->failed ? -ENOMEM : take_socket(request);
    if (fd < 0) {
        mr_log(MR_LOG_WARN, "http", "cannot take over the connection from %s:%d: %s",
               request->info->remote_addr, request->info->remote_port, strerror(-fd));
        mr_fanout_dismiss(engine);
        return mr_respond_error(request, 503, "Retry-After: 1\r\n",
                                "the connection cannot be taken over");
    }
    int result = mr_fanout_add(engine, &(struct mr_arrival){
                                           .fd = fd,
                                           .protocol = protocol,
                                           .hub = mr_stream_hub(stream),
                                           .head = head->data,
                                           .head_size = head->size,
                                       });
    if (result < 0) /* the connection is closed: there is nobody left to tell */
        mr_log(MR_LOG_DEBUG, "http", "%s:%d cannot be served: %s", request->info->remote_addr,
               request->info->remote_port, strerror(-result));
    return 101;
}

static int admit(const struct mr_request *request, const struct mr_protocol *protocol,
                 const char *key)
{
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_api_no_stream(request);
    if (!mr_fanout_admit(request->site->engine)) {
        mr_stream_unref(&stream);
        return mr_respond_error(request, 503, "Retry-After: 10\r\n",
                                "as many viewers as this server may have are watching");
    }
    struct mr_buffer head = { 0 };
    mr_handshake_answer(key, &head);
    int status = hand_over(request, protocol, stream, &head);
    mr_buffer_finish(&head);
    mr_stream_unref(&stream);
    return status;
}

int mr_upgrade_native(const struct mr_request *request)
{
    struct mr_handshake handshake = {
        .connection = mg_get_header(request->connection, "Connection"),
        .upgrade = mg_get_header(request->connection, "Upgrade"),
        .version = mg_get_header(request->connection, "Sec-WebSocket-Version"),
        .key = mg_get_header(request->connection, "Sec-WebSocket-Key"),
    };
    char format[FORMAT_MAX];
    bool given = get_parameter(request, "format", format, sizeof(format));
    const struct mr_protocol *protocol = mr_native_protocol(given ? format : NULL);

    enum mr_handshake_fault fault =
        request->head ? MR_HANDSHAKE_NO_UPGRADE : mr_handshake_check(&handshake);
    if (fault != MR_HANDSHAKE_OK)
        return refuse_handshake(request, fault);
    if (protocol == NULL)
        return mr_respond_error(request, 400, NULL,
                                "there is no format \"%s\", only \"binary\" and \"json\"", format);
    return admit(request, protocol, handshake.key);
}

#include "http/viewers/upgrade.h"

#include "http/request/access.h"
#include "http/request/cross_origin.h"
#include "http/request/origin.h"
#include "http/request/refusal.h"
#include "http/request/respond.h"
#include "http/viewers/handover.h"
#include "http/viewers/handshake.h"
#include "http/viewers/native.h"

#define FORMAT_MAX 32

/* A page that asks why its WebSocket was refused sends its origin as a parameter, because browsers put none into the head
 * of such a request.
 * return: 0; else the status of the refusal */
static int check_page(const struct mr_request *request)
{
    char origin[MR_ORIGIN_SIZE];
    if (!mr_request_parameter(request, "origin", origin, sizeof(origin)) ||
        mr_origin_allowed(&request->site->origins, origin, mr_cross_origin_host(request)))
        return 0;
    return mr_access_refuse_origin(request, 421, "watch", origin); /* 403 is about tokens */
}

/* A browser does not tell a page why a WebSocket was refused: an ordinary request here does. */
static int answer_plain(const struct mr_request *request)
{
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    int refused = stream == NULL ? mr_respond_no_stream(request) : check_page(request);
    if (refused == 0)
        refused = mr_handover_admit(request);
    mr_stream_unref(&stream);
    if (refused != 0)
        return refused;
    mr_handover_dismiss(request);
    if (mr_request_header(request, "Sec-WebSocket-Key") != NULL) {
        static const char why[] =
            "a WebSocket came without Upgrade: a proxy in front has to pass on the "
            "headers Upgrade and Connection";
        mr_refusal_log(request, "%s", why);
        return mr_respond_error(request, 426, "Upgrade: websocket\r\n", "%s", why);
    }
    return mr_respond_error(request, 426, "Upgrade: websocket\r\n",
                            "this address speaks WebSocket");
}

static int refuse_handshake(const struct mr_request *request, enum mr_handshake_fault fault)
{
    switch (fault) {
    case MR_HANDSHAKE_NO_UPGRADE:
        return answer_plain(request);
    case MR_HANDSHAKE_BAD_VERSION:
        return mr_respond_error(request, 426, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
                                "this server speaks version 13 of WebSocket");
    default:
        return mr_respond_error(request, 400, NULL, "Sec-WebSocket-Key is not 16 bytes in base64");
    }
}

int mr_upgrade_native(const struct mr_request *request)
{
    struct mr_handshake handshake = {
        .connection = mr_request_header(request, "Connection"),
        .upgrade = mr_request_header(request, "Upgrade"),
        .version = mr_request_header(request, "Sec-WebSocket-Version"),
        .key = mr_request_header(request, "Sec-WebSocket-Key"),
    };
    char format[FORMAT_MAX];
    bool given = mr_request_parameter(request, "format", format, sizeof(format));
    const struct mr_protocol *protocol = mr_native_protocol(given ? format : NULL);

    enum mr_handshake_fault fault =
        request->head ? MR_HANDSHAKE_NO_UPGRADE : mr_handshake_check(&handshake);
    if (fault != MR_HANDSHAKE_OK)
        return refuse_handshake(request, fault);
    if (protocol == NULL)
        return mr_respond_error(request, 400, NULL,
                                "there is no format \"%s\", only \"binary\", \"json\" and \"data\"",
                                format);

    struct mr_buffer head = { 0 };
    mr_handshake_answer(handshake.key, &head);
    struct mr_arrival viewer = { .protocol = protocol, .head = head.data, .head_size = head.size };
    int status = head.failed ? mr_respond_error(request, 500, NULL, "out of memory")
                             : mr_handover_viewer(request, &viewer, 101);
    mr_buffer_finish(&head);
    return status;
}

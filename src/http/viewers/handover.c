#include "http/viewers/handover.h"

#include "base/log.h"
#include "http/engine/fanout.h"
#include "http/request/access.h"
#include "http/request/addresses.h"
#include "http/request/respond.h"

#include <string.h>

void mr_handover_discard(const struct mr_arrival *arrival)
{
    if (arrival->session != NULL && arrival->protocol->close != NULL)
        arrival->protocol->close(arrival->session);
}

int mr_handover_admit(const struct mr_request *request)
{
    const struct mr_site *site = request->site;
    if (!mr_addresses_take(site->addresses, &request->from.peer))
        return mr_respond_error(request, 503, "Retry-After: 10\r\n",
                                "as many viewers as may watch from one address are watching");
    if (mr_fanout_admit(site->engine, mr_access_has_token(request)))
        return 0;
    mr_addresses_give(site->addresses, &request->from.peer);
    return mr_respond_error(request, 503, "Retry-After: 10\r\n",
                            "as many viewers as this server may have are watching");
}

void mr_handover_dismiss(const struct mr_request *request)
{
    mr_addresses_give(request->site->addresses, &request->from.peer);
    mr_fanout_dismiss(request->site->engine);
}

int mr_handover(const struct mr_request *request, const struct mr_arrival *plan, int status)
{
    char text[MR_PEER_TEXT_SIZE];
    struct mr_arrival arrival = *plan;
    arrival.fd = mr_connection_take(request->connection);
    arrival.addresses = request->site->addresses;
    arrival.peer = request->from.peer;
    arrival.early = mr_connection_early(request->connection, &arrival.early_size);
    int result = mr_fanout_add(request->site->engine, &arrival);
    if (result < 0) /* the connection is closed: there is nobody left to tell */
        mr_log(MR_LOG_DEBUG, "http", "%s cannot be served: %s",
               mr_peer_format(&request->from.peer, text, sizeof(text)), strerror(-result));
    return status;
}

int mr_handover_viewer(const struct mr_request *request, const struct mr_arrival *plan, int status)
{
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    int refused = stream == NULL ? mr_respond_no_stream(request) : mr_handover_admit(request);
    if (refused != 0) {
        mr_handover_discard(plan);
    } else {
        struct mr_arrival arrival = *plan;
        arrival.hub = mr_stream_hub(stream);
        refused = mr_handover(request, &arrival, status);
    }
    mr_stream_unref(&stream);
    return refused;
}

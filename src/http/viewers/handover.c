#include "http/viewers/handover.h"

#include "base/log.h"
#include "http/api/api.h"
#include "http/door/takeover.h"
#include "http/request/descriptors.h"
#include "http/request/respond.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

bool mr_request_parameter(const struct mr_request *request, const char *name, char *value,
                          size_t size)
{
    const char *query = request->info->query_string;
    value[0] = '\0';
    return query != NULL && mg_get_var(query, strlen(query), name, value, size) != -1;
}

void mr_handover_discard(const struct mr_arrival *arrival)
{
    if (arrival->session != NULL)
        arrival->protocol->close(arrival->session);
}

int mr_handover_admit(const struct mr_request *request)
{
    const struct mr_site *site = request->site;
    if (!mr_addresses_take(site->addresses, &request->from.peer))
        return mr_respond_error(request, 503, "Retry-After: 10\r\n",
                                "as many viewers as may watch from one address are watching");
    if (mr_fanout_admit(site->engine))
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

static void complain(const struct mr_request *request, int why)
{
    if (why == -EMFILE || why == -ENFILE)
        mr_descriptors_complain();
    else
        mr_log(MR_LOG_WARN, "http", "cannot take over the connection from %s:%d: %s",
               request->info->remote_addr, request->info->remote_port, strerror(-why));
}

int mr_handover(const struct mr_request *request, const struct mr_arrival *plan, int status)
{
    struct mr_arrival arrival = *plan;
    arrival.fd = take_socket(request);
    arrival.addresses = request->site->addresses;
    arrival.peer = request->from.peer;
    if (arrival.fd < 0) {
        complain(request, arrival.fd);
        mr_handover_discard(plan);
        mr_handover_dismiss(request);
        return mr_respond_error(request, 503, "Retry-After: 1\r\n",
                                "the connection cannot be taken over");
    }
    int result = mr_fanout_add(request->site->engine, &arrival);
    if (result < 0) /* the connection is closed: there is nobody left to tell */
        mr_log(MR_LOG_DEBUG, "http", "%s:%d cannot be served: %s", request->info->remote_addr,
               request->info->remote_port, strerror(-result));
    return status;
}

int mr_handover_viewer(const struct mr_request *request, const struct mr_arrival *plan, int status)
{
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    int refused = stream == NULL ? mr_api_no_stream(request) : mr_handover_admit(request);
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

#include "http/request/request.h"

#include "http/request/query.h"

#include <string.h>

struct mr_request mr_request_begin(struct mr_site *site, struct mr_connection *connection)
{
    const struct mr_head *head = connection->head;
    return (struct mr_request){
        .site = site,
        .connection = connection,
        .from = mr_forwarded_resolve(&site->proxies, &connection->peer, head->fields,
                                     (int)head->field_count),
        .method = head->method,
        .path = head->path,
        .query = head->query,
        .head = strcmp(head->method, "HEAD") == 0,
    };
}

const char *mr_request_header(const struct mr_request *request, const char *name)
{
    return mr_head_find(request->connection->head, name);
}

bool mr_request_parameter(const struct mr_request *request, const char *name, char *value,
                          size_t size)
{
    return mr_query_cut(request->query, name, value, size);
}

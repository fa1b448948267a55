#include "http/request/body.h"

#include <errno.h>

int mr_body_take(const struct mr_request *request, size_t max_bytes, struct mr_buffer *body)
{
    struct mr_connection *connection = request->connection;
    if (connection->body_state == MR_BODY_TOO_LARGE || connection->body.size > max_bytes)
        return -EMSGSIZE;
    if (connection->body_state == MR_BODY_CUT_SHORT)
        return -EPROTO;
    mr_buffer_finish(body);
    *body = connection->body;
    connection->body = (struct mr_buffer){ 0 };
    mr_buffer_append(body, "", 0); /* it can be read as a string */
    return body->failed ? -ENOMEM : 0;
}

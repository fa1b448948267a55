/* The body of a request, which the door read. Workers only; never blocks. */
#ifndef MR_HTTP_BODY_H
#define MR_HTTP_BODY_H

#include "base/buffer.h"
#include "http/request/request.h"

/* Take the whole body.
 * in:     max_bytes: the route's limit
 * out:    *body: the caller's to finish; what it held is gone
 * return: 0; -EMSGSIZE larger than `max_bytes`; -EPROTO it ended too early, or came too slowly;
 *         -ENOMEM */
int mr_body_take(const struct mr_request *request, size_t max_bytes, struct mr_buffer *body);

#endif

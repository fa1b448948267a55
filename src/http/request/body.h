/* The body of a request. Workers only; blocks for some 20 s at most. */
#ifndef MR_HTTP_BODY_H
#define MR_HTTP_BODY_H

#include "base/buffer.h"
#include "http/request/request.h"

/* Append the whole body to *body.
 * return: 0; -EMSGSIZE larger than `max_bytes`; -EPROTO it ends too early, or came too slowly;
 *         -ENOMEM */
int mr_body_read(const struct mr_request *request, size_t max_bytes, struct mr_buffer *body);

#endif

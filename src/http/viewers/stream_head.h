/* The head of an answer whose body the fan-out engine sends: the one place where such heads are
 * made. Workers only. */
#ifndef MR_HTTP_STREAM_HEAD_H
#define MR_HTTP_STREAM_HEAD_H

#include "base/buffer.h"
#include "http/engine/protocol.h"
#include "http/request/request.h"

/* Append what stands between the status line and the lines of the protocol's own, for this request.
 * Each line has its CRLF. */
void mr_stream_head(const struct mr_request *request, struct mr_buffer *out);

/* Answer a GET of the request's stream with a body that has no end, and a HEAD with its head.
 * in:     type: Content-Type; start: the body's first bytes; protocol: sends what follows
 * return: the status */
int mr_stream_head_endless(const struct mr_request *request, const char *type, const char *start,
                           const struct mr_protocol *protocol);

#endif

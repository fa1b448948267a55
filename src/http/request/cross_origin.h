/* A request's description of the page that sent it, and the permissions for that page in the answer. thread: the
 * connection's owner; no I/O. */
#ifndef MR_HTTP_CROSS_ORIGIN_H
#define MR_HTTP_CROSS_ORIGIN_H

#include "base/buffer.h"
#include "http/request/request.h"

/* return: the name by which the browser asks; a trusted proxy may know better than its own request says. NULL: none */
const char *mr_cross_origin_host(const struct mr_request *request);

/* return: whether Referer names a page of our own, or a welcome one. <img> and its like send no Origin. */
bool mr_cross_origin_referrer_allowed(const struct mr_request *request);

/* Append a policy's "frame-ancestors …": our own pages, and the welcome ones.
 * in:     welcome: NULL: none */
void mr_cross_origin_frame_ancestors(const struct mr_origins *welcome, struct mr_buffer *out);

/* Append header lines that every answer has: which pages of other origins may read it and, for what needs a right, which
 * may frame it. */
void mr_cross_origin_headers(const struct mr_request *request, struct mr_buffer *out);

#endif

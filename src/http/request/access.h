/* Who may do what: checks every request before its route answers, and says in the answers which
 * pages may read them. Workers only, without I/O but for refusals. */
#ifndef MR_HTTP_ACCESS_H
#define MR_HTTP_ACCESS_H

#include "base/buffer.h"
#include "http/request/request.h"

/* What a route asks of a client. */
enum mr_right {
    MR_RIGHT_VIEW,   /* the view token, if there is one; our own pages and welcome ones */
    MR_RIGHT_CHANGE, /* the token; our own pages only */
    MR_RIGHT_OPEN,   /* nothing */
    MR_RIGHT_WATCH, /* as VIEW; the token may stand in ?token= as well, since what uses this address
                      * in a page can set no headers: WebSocket, EventSource, <img> */
};

/* Whether the request names us (DNS rebinding), whatever it asks for.
 * return: 0, or the status once it was refused */
int mr_access_check_host(const struct mr_request *request);

/* return: 0, or the status once it was refused */
int mr_access_check(const struct mr_request *request, enum mr_right right);

/* A browser asks whether a page of another origin may send a request that is not simple.
 * return: the status of the answer; 0: it is no such question */
int mr_access_preflight(const struct mr_request *request);

/* Append a policy's "frame-ancestors …": our own pages, and the welcome ones.
 * in:     welcome: NULL: none */
void mr_access_frame_ancestors(const struct mr_origins *welcome, struct mr_buffer *out);

/* Append header lines that every answer has, those of mr_respond and those of viewers alike: which
 * pages of other origins may read it and, for what needs a right, which may frame it. */
void mr_access_headers(const struct mr_request *request, struct mr_buffer *out);

#endif

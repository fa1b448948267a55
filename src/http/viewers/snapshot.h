/* Snapshots, GET and HEAD /snapshot/{s}.jpg: the stream's newest image, or the first one if none is
 * there yet. Who asks is a viewer until it is answered, so that a stream that rests gets up. */
#ifndef MR_HTTP_SNAPSHOT_H
#define MR_HTTP_SNAPSHOT_H

#include "http/engine/protocol.h"
#include "http/request/request.h"

#define MR_SNAPSHOT_WAIT_US (5 * 1000000LL) /* for the first image; a second more at most */

/* For GET and for HEAD. A client of it comes with a session. */
extern const struct mr_protocol mr_snapshot_protocol, mr_snapshot_head_protocol;

/* The session of such a client.
 * in:     lines: of its answer's head, whatever the status (stream_head.h); copied
 *         if_none_match: the request's, or NULL; copied
 *         give_up_us: when to answer that there is no image (monotonic)
 * return: NULL when out of memory */
struct mr_snapshot *mr_snapshot_create(const char *lines, const char *if_none_match, bool head,
                                       int64_t give_up_us);

/* Workers only. return: the status */
int mr_snapshot_get(const struct mr_request *request);

#endif

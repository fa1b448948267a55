/* The addresses by which programs of other servers ask: "/?action=stream" and "/?action=snapshot" of mjpg-streamer,
 * "/video_feed" of the Flask tutorials. thread: the connection's owner; no I/O. */
#ifndef MR_HTTP_ALIASES_H
#define MR_HTTP_ALIASES_H

#include "http/request/request.h"

/* Have the request ask for what its address stands for: the first stream's MJPEG or snapshot, with their rights and limits.
 * An alias without a stream names a stream that does not exist. Other requests stay as they are.
 * out:    request->path may point into request->alias */
void mr_aliases_resolve(struct mr_request *request);

#endif

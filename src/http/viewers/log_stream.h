/* A stream's log as Server-Sent Events: each line is an event with its id and, as data, the line's JSON
 * (log_text.h); "dropped" events say how many lines were gone before they could be sent.
 *
 * The followers are clients of the engine that belong to no hub; a service of it looks for new lines
 * every MR_LOG_STREAM_US while there are any. Made and destroyed with the engine. */
#ifndef MR_HTTP_LOG_STREAM_H
#define MR_HTTP_LOG_STREAM_H

#include "http/engine/fanout.h"
#include "http/request/request.h"

#define MR_LOG_STREAM_US (100 * 1000LL)

struct mr_log_streams;

/* return: the readers of logs, none yet; NULL when out of memory */
struct mr_log_streams *mr_log_streams_create(void);
void mr_log_streams_destroy(struct mr_log_streams *logs); /* after the engine; takes NULL */

/* return: the service that looks for new lines, for the engine's options */
struct mr_fanout_service mr_log_streams_service(struct mr_log_streams *logs);

/* Answer a request with the log's lines after number `last`, and all that come. Workers only.
 * return: the status of the answer */
int mr_log_stream_follow(const struct mr_request *request, struct mr_log_ring *ring, uint64_t last);

#endif

/* Lines of a stream's log as JSON. Any thread. */
#ifndef MR_HTTP_LOG_TEXT_H
#define MR_HTTP_LOG_TEXT_H

#include "stream/stream.h"

#include <jansson.h>

/* {"id":7,"time_us":…,"level":"error","text":"…","traceback":null} */
json_t *mr_log_text_line(const struct mr_log_line *line);

/* {"lines":[…],"dropped":N} of what came after number `last`. dropped: how many of those are gone. */
json_t *mr_log_text_all(struct mr_log_ring *ring, uint64_t last);

#endif

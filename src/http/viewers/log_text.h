/* Lines of a stream's log as JSON. Any thread. */
#ifndef MR_HTTP_LOG_TEXT_H
#define MR_HTTP_LOG_TEXT_H

#include "stream/stream.h"

#include <jansson.h>

/* return: {"id":7,"time_us":…,"level":"error","text":"…","traceback":null}, a reference; NULL when out of memory */
json_t *mr_log_text_line(const struct mr_log_line *line);

/* return: {"lines":[…],"dropped":N} with the lines after number `last`, a reference; NULL when out of memory.
 *         N is how many of these are gone already. */
json_t *mr_log_text_all(struct mr_log_ring *ring, uint64_t last);

#endif

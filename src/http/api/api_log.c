#include "http/api/api_log.h"

#include "http/request/respond.h"
#include "http/viewers/log_stream.h"
#include "http/viewers/log_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ID_SIZE 24

/* A line's number, as a parameter or header gives it. return: whether it is one */
static bool parse_id(const char *text, uint64_t *id)
{
    char *end;
    errno = 0;
    *id = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

/* Where to go on: Last-Event-ID comes from a reader of events that was cut off, ?after=ID from others.
 * return: whether it makes sense */
static bool find_last(const struct mr_request *request, uint64_t *last)
{
    char after[ID_SIZE];
    const char *event = mr_request_header(request, "Last-Event-ID");
    *last = 0;
    if (event != NULL)
        return parse_id(event, last);
    return !mr_request_parameter(request, "after", after, sizeof(after)) || parse_id(after, last);
}

static bool wants_events(const struct mr_request *request)
{
    const char *accept = mr_request_header(request, "Accept");
    return accept != NULL && !request->head && strcasestr(accept, "text/event-stream") != NULL;
}

int mr_api_log(const struct mr_request *request)
{
    uint64_t last;
    if (!find_last(request, &last))
        return mr_respond_error(request, 400, NULL, "after is not the id of a line");
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_respond_no_stream(request);
    struct mr_log_ring *ring = mr_stream_log(stream);
    int status = wants_events(request) ? mr_log_stream_follow(request, ring, last)
                                       : mr_respond_json(request, 200, mr_log_text_all(ring, last));
    mr_stream_unref(&stream);
    return status;
}

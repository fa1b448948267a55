#include "http/api_log.h"

#include "http/api.h"
#include "http/log_text.h"
#include "http/respond.h"

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

int mr_api_log(const struct mr_request *request)
{
    char after[ID_SIZE] = "0";
    uint64_t last;
    const char *query = request->info->query_string;
    if (query != NULL && mg_get_var(query, strlen(query), "after", after, sizeof(after)) == -2)
        strcpy(after, "?"); /* too long */
    if (after[0] == '\0')
        strcpy(after, "0");
    if (!parse_id(after, &last))
        return mr_respond_error(request, 400, NULL, "after is not the id of a line");
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_api_no_stream(request);
    json_t *all = mr_log_text_all(mr_stream_log(stream), last);
    mr_stream_unref(&stream);
    return mr_respond_json(request, 200, all);
}

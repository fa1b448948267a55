#include "http/aliases.h"

#include "http/request/query.h"

#include <stdio.h>
#include <string.h>

#define ACTION_SIZE (sizeof("snapshot") + 1) /* one more shows that it is longer */

enum alias { ITSELF, STREAM, SNAPSHOT };

/* return: what the address stands for */
static enum alias find_alias(const struct mr_request *request)
{
    char action[ACTION_SIZE];
    if (strcmp(request->path, "/video_feed") == 0)
        return STREAM;
    if (strcmp(request->path, "/") != 0 ||
        mr_query_get(request->query, "action", action, sizeof(action)) < 0)
        return ITSELF;
    if (strcmp(action, "stream") == 0)
        return STREAM;
    return strcmp(action, "snapshot") == 0 ? SNAPSHOT : ITSELF;
}

void mr_aliases_resolve(struct mr_request *request)
{
    enum alias alias = find_alias(request);
    if (alias == ITSELF)
        return;
    struct mr_stream *first = mr_registry_first(request->site->registry);
    const char *name = first != NULL ? mr_stream_name(first) : "none";
    snprintf(request->alias, sizeof(request->alias),
             alias == STREAM ? "/stream/%s.mjpg" : "/snapshot/%s.jpg", name);
    mr_stream_unref(&first);
    request->path = request->alias;
}

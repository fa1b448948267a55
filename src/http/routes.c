#include "http/routes.h"

#include "http/api.h"
#include "http/files.h"
#include "http/respond.h"
#include "http/upgrade.h"

#include <string.h>

struct route {
    const char *path; /* "{s}" stands for a stream's name */
    int (*get)(const struct mr_request *request);
};

static const struct route routes[] = {
    { "/ws/{s}", mr_upgrade_native },
    { "/api/streams", mr_api_streams },
    { "/api/streams/{s}", mr_api_stream },
    { "/healthz", mr_api_health },
};

/* What a stream's name is made of; a path with anything else in its place is not found. */
static size_t name_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");
}

static bool matches(const char *pattern, struct mr_request *request)
{
    const char *path = request->path;
    const char *name = strstr(pattern, "{s}");
    if (name == NULL)
        return strcmp(pattern, path) == 0;

    size_t before = (size_t)(name - pattern);
    if (strncmp(pattern, path, before) != 0)
        return false;
    size_t length = name_length(path + before);
    if (length == 0 || length > MR_STREAM_NAME_MAX ||
        strcmp(name + strlen("{s}"), path + before + length) != 0)
        return false;
    memcpy(request->stream, path + before, length);
    request->stream[length] = '\0';
    return true;
}

static bool is_reading(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static int answer(struct mr_request *request)
{
    if (atomic_load(&request->site->stopping))
        return mr_respond_error(request, 503, "Retry-After: 5\r\n", "the server is going away");

    int (*get)(const struct mr_request *) = mr_files_get;
    for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
        if (matches(routes[i].path, request)) {
            get = routes[i].get;
            break;
        }
    }
    if (!is_reading(request->info->request_method))
        return mr_respond_error(request, 405, "Allow: GET, HEAD\r\n",
                                "%s is not possible here, only GET and HEAD",
                                request->info->request_method);
    return get(request);
}

static struct mr_request begin(struct mr_site *site, struct mg_connection *connection)
{
    const struct mg_request_info *info = mg_get_request_info(connection);
    return (struct mr_request){
        .site = site,
        .connection = connection,
        .info = info,
        .path = info->local_uri != NULL ? info->local_uri : "/",
        .head = info->request_method != NULL && strcmp(info->request_method, "HEAD") == 0,
    };
}

int mr_routes_answer(struct mr_site *site, struct mg_connection *connection)
{
    struct mr_request request = begin(site, connection);
    return answer(&request);
}

int mr_routes_refuse(struct mr_site *site, struct mg_connection *connection, int status,
                     const char *why)
{
    struct mr_request request = begin(site, connection);
    return mr_respond_error(&request, status, NULL, "%s", why);
}

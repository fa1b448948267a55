#include "http/routes.h"

#include "base/buffer.h"
#include "base/log.h"
#include "http/api/api.h"
#include "http/api/api_files.h"
#include "http/api/api_log.h"
#include "http/api/api_script.h"
#include "http/api/api_settings.h"
#include "http/api/metrics.h"
#include "http/api/openapi.h"
#include "http/pages/files.h"
#include "http/request/access.h"
#include "http/request/respond.h"
#include "http/socketio/socketio_stream.h"
#include "http/viewers/events.h"
#include "http/viewers/mjpeg.h"
#include "http/viewers/snapshot.h"
#include "http/viewers/upgrade.h"

#include <string.h>

struct route {
    const char *path; /* "{s}" stands for a stream's name, "{f}" at the end for a file's */
    const char *method;
    int (*answer)(const struct mr_request *request);
    enum mr_right right;
};

/* Rows of one path stand together. HEAD is what GET is. */
static const struct route routes[] = {
    { "/studio", "GET", mr_files_studio, MR_RIGHT_OPEN },
    { "/embed/{s}", "GET", mr_files_embed, MR_RIGHT_OPEN },
    { "/ws/{s}", "GET", mr_upgrade_native, MR_RIGHT_WATCH },
    { "/stream/{s}.mjpg", "GET", mr_mjpeg_get, MR_RIGHT_WATCH },
    { "/snapshot/{s}.jpg", "GET", mr_snapshot_get, MR_RIGHT_WATCH },
    { "/events/{s}", "GET", mr_events_get, MR_RIGHT_WATCH },
    { "/socket.io/", "GET", mr_socketio_stream_answer, MR_RIGHT_WATCH },
    { "/socket.io/", "POST", mr_socketio_stream_answer, MR_RIGHT_WATCH },
    { "/api/streams", "GET", mr_api_streams, MR_RIGHT_VIEW },
    { "/api/streams/{s}", "GET", mr_api_stream, MR_RIGHT_VIEW },
    { "/api/streams/{s}/settings", "GET", mr_api_settings, MR_RIGHT_VIEW },
    { "/api/streams/{s}/settings", "PATCH", mr_api_change_settings, MR_RIGHT_CHANGE },
    { "/api/streams/{s}/script", "GET", mr_api_script, MR_RIGHT_CHANGE },
    { "/api/streams/{s}/script", "PUT", mr_api_replace_script, MR_RIGHT_CHANGE },
    { "/api/streams/{s}/files", "GET", mr_api_files, MR_RIGHT_CHANGE },
    { "/api/streams/{s}/files/{f}", "GET", mr_api_file, MR_RIGHT_CHANGE },
    { "/api/streams/{s}/files/{f}", "PUT", mr_api_write_file, MR_RIGHT_CHANGE },
    { "/api/streams/{s}/log", "GET", mr_api_log, MR_RIGHT_CHANGE },
    { "/api/openapi.json", "GET", mr_openapi, MR_RIGHT_VIEW },
    { "/metrics", "GET", mr_metrics, MR_RIGHT_VIEW },
    { "/healthz", "GET", mr_api_health, MR_RIGHT_OPEN },
};
static const size_t route_count = sizeof(routes) / sizeof(*routes);

bool mr_routes_row(size_t index, struct mr_route_row *row)
{
    if (index >= route_count)
        return false;
    const struct route *route = &routes[index];
    *row = (struct mr_route_row){ route->path, route->method, route->right == MR_RIGHT_CHANGE };
    return true;
}

/* Whatever is no route is a page. */
static const struct route pages = { NULL, "GET", mr_files_get, MR_RIGHT_OPEN };

/* A stream's name at *path, in the request; *path goes on behind it. A path with anything else in its
 * place is not found. */
static bool take_stream(const char **path, struct mr_request *request)
{
    size_t length = strspn(*path, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (length == 0 || length > MR_STREAM_NAME_MAX)
        return false;
    memcpy(request->stream, *path, length);
    request->stream[length] = '\0';
    *path += length;
    return true;
}

static bool take_file(const char *path, struct mr_request *request)
{
    if (!mr_sibling_name_is_valid(path))
        return false;
    strcpy(request->file, path);
    return true;
}

static bool matches(const char *pattern, struct mr_request *request)
{
    const char *path = request->path;
    while (*pattern != '\0') {
        if (strncmp(pattern, "{s}", 3) == 0) {
            if (!take_stream(&path, request))
                return false;
            pattern += 3;
        } else if (strcmp(pattern, "{f}") == 0) {
            return take_file(path, request);
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

static bool accepts(const struct route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

static int refuse_method(const struct mr_request *request, const struct route *route, size_t count)
{
    struct mr_buffer allow = { 0 }, words = { 0 };
    for (size_t i = 0; i < count; i++) {
        bool reads = strcmp(route[i].method, "GET") == 0;
        mr_buffer_printf(&allow, "%s%s%s", i > 0 ? ", " : "Allow: ", route[i].method,
                         reads ? ", HEAD" : "");
        mr_buffer_printf(&words, "%s%s%s",
                         i == 0          ? ""
                         : i + 1 < count ? ", "
                                         : " and ",
                         route[i].method,
                         !reads      ? ""
                         : count > 1 ? ", HEAD"
                                     : " and HEAD");
    }
    mr_buffer_append_text(&allow, "\r\n");
    int status = 500;
    if (!allow.failed && !words.failed)
        status =
            mr_respond_error(request, 405, (char *)allow.data, "%s is not possible here, only %s",
                             request->info->request_method, (char *)words.data);
    mr_buffer_finish(&allow);
    mr_buffer_finish(&words);
    return status;
}

/* The rows of the request's path. return: how many, 0: it is no route */
static size_t find_rows(struct mr_request *request, const struct route **rows)
{
    for (size_t i = 0; i < route_count; i++) {
        if (!matches(routes[i].path, request))
            continue;
        size_t count = 1;
        while (i + count < route_count && strcmp(routes[i].path, routes[i + count].path) == 0)
            count++;
        *rows = &routes[i];
        return count;
    }
    return 0;
}

static int answer(struct mr_request *request)
{
    if (atomic_load(&request->site->stopping))
        return mr_respond_error(request, 503, "Retry-After: 5\r\n", "the server is going away");

    int status = mr_access_check_host(request);
    if (status == 0)
        status = mr_access_preflight(request);
    if (status != 0)
        return status;

    const struct route *rows = &pages;
    size_t count = find_rows(request, &rows);
    if (count == 0)
        count = 1;
    for (size_t i = 0; i < count; i++) {
        if (!accepts(&rows[i], request->info->request_method))
            continue;
        request->guarded = rows[i].right != MR_RIGHT_OPEN;
        int refused = mr_access_check(request, rows[i].right);
        return refused != 0 ? refused : rows[i].answer(request);
    }
    return refuse_method(request, rows, count);
}

/* "/cam" to "/cam/", with the query as it was. */
static int redirect_to_base(const struct mr_request *request)
{
    struct mr_buffer headers = { 0 };
    const char *query = request->info->query_string;
    mr_buffer_printf(&headers, "Location: %s/%s%s\r\n", request->site->base.text,
                     query != NULL ? "?" : "", query != NULL ? query : "");
    int status = mr_respond_error(request, headers.failed ? 500 : 308, (char *)headers.data,
                                  "this is at %s/", request->site->base.text);
    mr_buffer_finish(&headers);
    return status;
}

static int answer_below_base(struct mr_request *request)
{
    switch (mr_base_path_match(&request->site->base, request->path, &request->path)) {
    case MR_BASE_PATH_INSIDE:
        return answer(request);
    case MR_BASE_PATH_ITSELF:
        return redirect_to_base(request);
    default:
        return mr_respond_error(request, 404, NULL, "everything here is below %s/",
                                request->site->base.text);
    }
}

static struct mr_request begin(struct mr_site *site, struct mg_connection *connection)
{
    const struct mg_request_info *info = mg_get_request_info(connection);
    struct mr_peer peer;
    mr_peer_parse(info->remote_addr, &peer); /* unknown if it is no address */
    return (struct mr_request){
        .site = site,
        .connection = connection,
        .info = info,
        .from = mr_forwarded_resolve(&site->proxies, &peer, info->http_headers, info->num_headers),
        .path = info->local_uri != NULL ? info->local_uri : "/",
        .head = info->request_method != NULL && strcmp(info->request_method, "HEAD") == 0,
    };
}

int mr_routes_answer(struct mr_site *site, struct mg_connection *connection)
{
    char address[MR_PEER_TEXT_SIZE];
    struct mr_request request = begin(site, connection);
    int status = answer_below_base(&request);
    mr_traffic_count(&site->traffic, status);
    mr_log(MR_LOG_DEBUG, "http", "%s %s %s: %d",
           mr_peer_format(&request.from.peer, address, sizeof(address)),
           request.info->request_method, request.path, status);
    return status;
}

int mr_routes_refuse(struct mr_site *site, struct mg_connection *connection, int status,
                     const char *why)
{
    struct mr_request request = begin(site, connection);
    mr_traffic_count(&site->traffic, status);
    return mr_respond_error(&request, status, NULL, "%s", why);
}

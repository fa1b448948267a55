#include "http/routes.h"

#include "base/buffer.h"
#include "base/log.h"
#include "http/aliases.h"
#include "http/api/api.h"
#include "http/api/api_files.h"
#include "http/api/api_log.h"
#include "http/api/api_script.h"
#include "http/api/api_settings.h"
#include "http/api/api_tickets.h"
#include "http/api/metrics.h"
#include "http/api/openapi.h"
#include "http/pages/files.h"
#include "http/request/access.h"
#include "http/request/lua_text.h"
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
    size_t max_body; /* bytes */
    void (*begin_body)(
        const struct mr_request *request); /* called before a body is read; or NULL */
    bool costly;                           /* its answer takes milliseconds to make */
};

/* Rows of one path stand together. HEAD is what GET is. */
static const struct route routes[] = {
    { "/studio", "GET", mr_files_studio, MR_RIGHT_OPEN, 0, NULL, false },
    { "/embed/{s}", "GET", mr_files_embed, MR_RIGHT_OPEN, 0, NULL, false },
    { "/ws/{s}", "GET", mr_upgrade_native, MR_RIGHT_WATCH, 0, NULL, false },
    { "/stream/{s}.mjpg", "GET", mr_mjpeg_get, MR_RIGHT_WATCH, 0, NULL, false },
    { "/snapshot/{s}.jpg", "GET", mr_snapshot_get, MR_RIGHT_WATCH, 0, NULL, false },
    { "/events/{s}", "GET", mr_events_get, MR_RIGHT_WATCH, 0, NULL, false },
    { "/socket.io/", "GET", mr_socketio_stream_answer, MR_RIGHT_WATCH, 0, NULL, false },
    { "/socket.io/", "POST", mr_socketio_stream_answer, MR_RIGHT_WATCH,
      MR_SOCKETIO_STREAM_PAYLOAD_MAX, mr_socketio_stream_begin_body, false },
    { "/api/streams", "GET", mr_api_streams, MR_RIGHT_VIEW, 0, NULL, true },
    { "/api/streams/{s}", "GET", mr_api_stream, MR_RIGHT_VIEW, 0, NULL, false },
    { "/api/streams/{s}/settings", "GET", mr_api_settings, MR_RIGHT_VIEW, 0, NULL, true },
    { "/api/streams/{s}/settings", "PATCH", mr_api_settings_change, MR_RIGHT_CHANGE,
      MR_API_SETTINGS_BODY_MAX, NULL, false },
    { "/api/streams/{s}/script", "GET", mr_api_script, MR_RIGHT_CHANGE, 0, NULL, false },
    { "/api/streams/{s}/script", "PUT", mr_api_script_replace, MR_RIGHT_CHANGE,
      MR_LUA_TEXT_MAX_BYTES, NULL, false },
    { "/api/streams/{s}/files", "GET", mr_api_files, MR_RIGHT_CHANGE, 0, NULL, false },
    { "/api/streams/{s}/files/{f}", "GET", mr_api_file, MR_RIGHT_CHANGE, 0, NULL, false },
    { "/api/streams/{s}/files/{f}", "PUT", mr_api_files_write, MR_RIGHT_CHANGE,
      MR_LUA_TEXT_MAX_BYTES, NULL, false },
    { "/api/streams/{s}/log", "GET", mr_api_log, MR_RIGHT_CHANGE, 0, NULL, false },
    { "/api/tickets", "POST", mr_api_tickets, MR_RIGHT_CHANGE, MR_API_TICKETS_BODY_MAX, NULL,
      false },
    { "/api/openapi.json", "GET", mr_openapi, MR_RIGHT_VIEW, 0, NULL, false },
    { "/metrics", "GET", mr_metrics, MR_RIGHT_VIEW, 0, NULL, true },
    { "/healthz", "GET", mr_api_health, MR_RIGHT_OPEN, 0, NULL, false },
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

/* Every other path is a page. */
static const struct route pages = { NULL, "GET", mr_files_get, MR_RIGHT_OPEN, 0, NULL, false };

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

#define METHODS_MAX 8 /* of one path, with HEAD */

/* return: how many methods the rows take, HEAD among them */
static size_t list_methods(const struct route *rows, size_t count, const char *methods[METHODS_MAX])
{
    size_t found = 0;
    for (size_t i = 0; i < count && found + 2 <= METHODS_MAX; i++) {
        methods[found++] = rows[i].method;
        if (strcmp(rows[i].method, "GET") == 0)
            methods[found++] = "HEAD";
    }
    return found;
}

static int refuse_method(const struct mr_request *request, const struct route *rows, size_t count)
{
    struct mr_buffer allow = { 0 }, words = { 0 };
    const char *methods[METHODS_MAX];
    size_t found = list_methods(rows, count, methods);
    mr_buffer_append_text(&allow, "Allow: ");
    for (size_t i = 0; i < found; i++) {
        bool is_last = i + 1 == found;
        mr_buffer_printf(&allow, "%s%s", methods[i], is_last ? "\r\n" : ", ");
        mr_buffer_printf(&words, "%s%s", methods[i],
                         is_last          ? ""
                         : i + 2 == found ? " and "
                                          : ", ");
    }
    int status = 500;
    if (!allow.failed && !words.failed)
        status =
            mr_respond_error(request, 405, (char *)allow.data, "%s is not possible here, only %s",
                             request->method, (char *)words.data);
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
    mr_aliases_resolve(request);
    size_t count = find_rows(request, &rows);
    if (count == 0)
        count = 1;
    for (size_t i = 0; i < count; i++) {
        if (!accepts(&rows[i], request->method))
            continue;
        request->guarded = rows[i].right != MR_RIGHT_OPEN;
        request->has_ticket = mr_access_take_ticket(request);
        request->has_view_token = mr_access_has_view_token(request, rows[i].right);
        int refused = mr_access_check(request, rows[i].right);
        return refused != 0 ? refused : rows[i].answer(request);
    }
    return refuse_method(request, rows, count);
}

/* "/cam" to "/cam/", with the query as it was. */
static int redirect_to_base(const struct mr_request *request)
{
    struct mr_buffer headers = { 0 };
    const char *query = request->query;
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

void mr_routes_answer(struct mr_site *site, struct mr_connection *connection)
{
    char address[MR_PEER_TEXT_SIZE];
    struct mr_request request = mr_request_begin(site, connection);
    int status = answer_below_base(&request);
    mr_traffic_count(&site->traffic, status);
    mr_log(MR_LOG_DEBUG, "http", "%s %s %s: %d",
           mr_peer_format(&request.from.peer, address, sizeof(address)), request.method,
           request.path, status);
}

void mr_routes_refuse(struct mr_site *site, struct mr_connection *connection, int status,
                      const char *why)
{
    char address[MR_PEER_TEXT_SIZE];
    mr_traffic_count(&site->traffic, status);
    mr_respond_refusal(connection, status, why);
    mr_log(MR_LOG_DEBUG, "http", "%s: %d: %s",
           mr_peer_format(&connection->peer, address, sizeof(address)), status, why);
}

static size_t begin_body(const struct mr_request *request, const struct route *route)
{
    if (route->max_body == 0 || !mr_access_allows(request, route->right))
        return 0;
    if (route->begin_body != NULL)
        route->begin_body(request);
    return route->max_body;
}

/* The row that answers a request; NULL: none, or a page. request->path goes below the base. */
static const struct route *find_row(struct mr_request *request)
{
    const struct route *rows;
    if (mr_base_path_match(&request->site->base, request->path, &request->path) !=
        MR_BASE_PATH_INSIDE)
        return NULL;
    mr_aliases_resolve(request);
    size_t count = find_rows(request, &rows);
    for (size_t i = 0; i < count; i++)
        if (accepts(&rows[i], request->method))
            return &rows[i];
    return NULL;
}

size_t mr_routes_max_body(struct mr_site *site, struct mr_connection *connection)
{
    struct mr_request request = mr_request_begin(site, connection);
    const struct route *route = find_row(&request);
    return route != NULL ? begin_body(&request, route) : 0;
}

bool mr_routes_is_costly(struct mr_site *site, struct mr_connection *connection)
{
    struct mr_request request = mr_request_begin(site, connection);
    const struct route *route = find_row(&request);
    return route != NULL && route->costly;
}

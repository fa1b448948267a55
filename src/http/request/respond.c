#include "http/request/respond.h"

#include "base/buffer.h"
#include "http/request/access.h"
#include "http/request/json_text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A body that nobody reads is taken in up to this size, so that the client sees the answer before
 * the connection is closed; a larger one is cut off. */
#define UNREAD_BODY_MAX (64 * 1024LL)

static const char *status_text(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 304:
        return "Not Modified";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 409:
        return "Conflict";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 416:
        return "Range Not Satisfiable";
    case 421:
        return "Misdirected Request";
    case 422:
        return "Unprocessable Content";
    case 426:
        return "Upgrade Required";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return status < 500 ? "Bad Request" : "Internal Server Error";
    }
}

void mr_response_lines(struct mr_buffer *out)
{
    char date[40];
    struct tm now;
    time_t seconds = time(NULL);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&seconds, &now));
    mr_buffer_printf(out,
                     "Date: %s\r\n"
                     "Connection: close\r\n"
                     "X-Content-Type-Options: nosniff\r\n",
                     date);
}

void mr_response_head(struct mr_buffer *out, const struct mr_response *response)
{
    mr_buffer_printf(out, "HTTP/1.1 %d %s\r\n", response->status, status_text(response->status));
    mr_response_lines(out);
    if (response->type != NULL)
        mr_buffer_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", response->type,
                         response->size);
    if (response->headers != NULL)
        mr_buffer_append_text(out, response->headers);
    mr_buffer_append_text(out, "\r\n");
}

static int send_response(const struct mr_request *request, const struct mr_response *response,
                         bool with_body)
{
    struct mr_buffer out = { 0 };
    const char *coding = mg_get_header(request->connection, "Transfer-Encoding");
    if (coding != NULL || request->info->content_length > UNREAD_BODY_MAX)
        mg_disable_connection_keep_alive(request->connection);

    struct mr_buffer headers = { 0 };
    mr_access_headers(request, &headers);
    mr_buffer_append_text(&headers, response->headers != NULL ? response->headers : "");
    struct mr_response whole = *response;
    whole.headers = (const char *)headers.data;
    mr_response_head(&out, &whole);
    out.failed = out.failed || headers.failed;
    mr_buffer_finish(&headers);
    if (with_body && !request->head && response->size > 0)
        mr_buffer_append(&out, response->body, response->size);
    if (!out.failed)
        mg_write(request->connection, out.data, out.size);
    mr_buffer_finish(&out);
    return response->status;
}

int mr_respond(const struct mr_request *request, const struct mr_response *response)
{
    return send_response(request, response, true);
}

int mr_respond_head(const struct mr_request *request, const struct mr_response *response)
{
    return send_response(request, response, false);
}

static int respond_text(const struct mr_request *request, int status, const char *headers,
                        const char *text)
{
    struct mr_buffer all = { 0 };
    mr_buffer_printf(&all, "Cache-Control: no-store\r\n%s", headers != NULL ? headers : "");
    mr_respond(request, &(struct mr_response){
                            .status = status,
                            .type = "application/json",
                            .headers = all.failed ? NULL : (const char *)all.data,
                            .body = text,
                            .size = strlen(text),
                        });
    mr_buffer_finish(&all);
    return status;
}

int mr_respond_error(const struct mr_request *request, int status, const char *headers,
                     const char *format, ...)
{
    struct mr_buffer why = { 0 };
    va_list args;
    va_start(args, format);
    mr_buffer_vprintf(&why, format, args);
    va_end(args);

    json_t *body = why.failed ? NULL : json_pack("{s:o}", "error", mr_json_text((char *)why.data));
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    respond_text(request, status, headers,
                 text != NULL ? text : "{\"error\":\"the reason cannot be shown\"}");
    free(text);
    json_decref(body);
    mr_buffer_finish(&why);
    return status;
}

int mr_respond_json_text(const struct mr_request *request, int status, const char *json)
{
    return respond_text(request, status, NULL, json);
}

int mr_respond_json(const struct mr_request *request, int status, json_t *body)
{
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(12)) : NULL;
    json_decref(body);
    if (text == NULL)
        return mr_respond_error(request, 500, NULL, "the answer cannot be written as JSON");
    respond_text(request, status, NULL, text);
    free(text);
    return status;
}

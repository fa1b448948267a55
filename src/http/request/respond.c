#include "http/request/respond.h"

#include "base/buffer.h"
#include "http/request/cross_origin.h"
#include "http/request/json_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Files up to this size are read at once by the worker. */
#define WHOLE_FILE_BYTES (128 * 1024)

#define FILES_AT_ONCE 64

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
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 421:
        return "Misdirected Request";
    case 422:
        return "Unprocessable Content";
    case 426:
        return "Upgrade Required";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return status < 500 ? "Bad Request" : "Internal Server Error";
    }
}

void mr_respond_lines(struct mr_buffer *out)
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

void mr_respond_head(struct mr_buffer *out, const struct mr_response *response)
{
    mr_buffer_printf(out, "HTTP/1.1 %d %s\r\n", response->status, status_text(response->status));
    mr_respond_lines(out);
    if (response->type != NULL)
        mr_buffer_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", response->type,
                         response->size);
    if (response->headers != NULL)
        mr_buffer_append_text(out, response->headers);
    mr_buffer_append_text(out, "\r\n");
}

/* Begin the answer with its head. return: the answer; NULL when out of memory */
static struct mr_answer *begin_answer(const struct mr_request *request,
                                      const struct mr_response *response)
{
    struct mr_answer *answer = &request->connection->answer;
    struct mr_buffer headers = { 0 };
    mr_cross_origin_headers(request, &headers);
    mr_buffer_append_text(&headers, response->headers != NULL ? response->headers : "");
    struct mr_response whole = *response;
    whole.headers = (const char *)headers.data;
    mr_buffer_clear(&answer->bytes);
    mr_respond_head(&answer->bytes, &whole);
    answer->is_there = !answer->bytes.failed && !headers.failed;
    mr_buffer_finish(&headers);
    return answer->is_there ? answer : NULL;
}

int mr_respond(const struct mr_request *request, const struct mr_response *response)
{
    struct mr_answer *answer = begin_answer(request, response);
    if (answer == NULL || request->head || response->size == 0)
        return response->status;
    if (response->is_static) {
        answer->rest = response->body;
        answer->rest_size = response->size;
        return response->status;
    }
    mr_buffer_append(&answer->bytes, response->body, response->size);
    answer->is_there = !answer->bytes.failed;
    return response->status;
}

void mr_respond_bytes(const struct mr_request *request, const void *bytes, size_t size)
{
    struct mr_answer *answer = &request->connection->answer;
    mr_buffer_append(&answer->bytes, bytes, size);
    answer->is_there = !answer->bytes.failed;
}

/* return: whether all was read */
static bool append_file(struct mr_buffer *out, int fd, off_t at, size_t size)
{
    uint8_t *to = mr_buffer_reserve(out, size);
    ssize_t got;
    if (to == NULL)
        return false;
    for (size_t left = size; left > 0; left -= (size_t)got) {
        do {
            got = pread(fd, to + size - left, left, at + (off_t)(size - left));
        } while (got < 0 && errno == EINTR);
        if (got <= 0)
            return false;
    }
    out->size += size;
    return true;
}

/* return: whether one more file may be sent */
static bool take_place(struct mr_site *site, struct mr_answer *answer)
{
    if (atomic_fetch_add(&site->files_sent, 1) >= FILES_AT_ONCE) {
        atomic_fetch_sub(&site->files_sent, 1);
        return false;
    }
    answer->places = &site->files_sent;
    return true;
}

int mr_respond_file(const struct mr_request *request, const struct mr_response *response, int fd,
                    off_t at)
{
    struct mr_answer *answer = &request->connection->answer;
    bool is_large = response->size > WHOLE_FILE_BYTES && !request->head;
    if (is_large && !take_place(request->site, answer)) {
        close(fd);
        return mr_respond_error(request, 503, "Retry-After: 2\r\n",
                                "as many large files as may be sent at once are being sent");
    }
    answer = begin_answer(request, response);
    if (is_large && answer != NULL) {
        answer->file = fd;
        answer->file_at = at;
        answer->file_left = response->size;
        return response->status;
    }
    bool is_read =
        answer == NULL || request->head || append_file(&answer->bytes, fd, at, response->size);
    close(fd);
    return is_read ? response->status
                   : mr_respond_error(request, 500, NULL, "the file cannot be read");
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

/* return: malloc'd; NULL when out of memory */
static char *make_error(const char *why)
{
    json_t *body = json_pack("{s:o}", "error", mr_json_text(why));
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    return text;
}

int mr_respond_error(const struct mr_request *request, int status, const char *headers,
                     const char *format, ...)
{
    struct mr_buffer why = { 0 };
    va_list args;
    va_start(args, format);
    mr_buffer_vprintf(&why, format, args);
    va_end(args);

    char *text = why.failed ? NULL : make_error((char *)why.data);
    respond_text(request, status, headers,
                 text != NULL ? text : "{\"error\":\"the reason cannot be shown\"}");
    free(text);
    mr_buffer_finish(&why);
    return status;
}

void mr_respond_refusal(struct mr_connection *connection, int status, const char *why)
{
    struct mr_answer *answer = &connection->answer;
    char *text = make_error(why);
    if (text == NULL)
        return;
    mr_respond_head(&answer->bytes, &(struct mr_response){
                                        .status = status,
                                        .type = "application/json",
                                        .headers = "Cache-Control: no-store\r\n"
                                                   "Cross-Origin-Resource-Policy: same-origin\r\n",
                                        .size = strlen(text),
                                    });
    mr_buffer_append_text(&answer->bytes, text);
    answer->is_there = !answer->bytes.failed;
    free(text);
}

int mr_respond_no_stream(const struct mr_request *request)
{
    return mr_respond_error(request, 404, NULL, "there is no stream \"%s\"", request->stream);
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

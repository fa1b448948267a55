#include "http/api_script.h"

#include "http/api.h"
#include "http/body.h"
#include "http/content.h"
#include "http/json_text.h"
#include "http/respond.h"

#include <errno.h>
#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ETAG_SIZE 24

/* ---- entity tags ---- */

static void make_etag(const void *bytes, size_t size, char etag[ETAG_SIZE])
{
    struct sha256_ctx sha256;
    uint8_t digest[10];
    sha256_init(&sha256);
    sha256_update(&sha256, size, bytes);
    sha256_digest(&sha256, sizeof(digest), digest);
    char *to = etag;
    *to++ = '"';
    for (size_t i = 0; i < sizeof(digest); i++)
        to += snprintf(to, 3, "%02x", digest[i]);
    strcpy(to, "\"");
}

static void write_headers(char *headers, size_t size, const char *etag)
{
    snprintf(headers, size, "ETag: %s\r\nCache-Control: no-cache\r\n", etag);
}

/* ---- GET ---- */

static int refuse_unread(const struct mr_request *request, const struct mr_error *error)
{
    return mr_respond_error(request, error->code == -ENOENT ? 404 : 500, NULL, "%s", error->text);
}

static int show(const struct mr_request *request, const struct mr_buffer *text)
{
    char etag[ETAG_SIZE], headers[96];
    make_etag(text->data, text->size, etag);
    write_headers(headers, sizeof(headers), etag);
    if (mr_content_matches(mg_get_header(request->connection, "If-None-Match"), etag))
        return mr_respond(request, &(struct mr_response){ .status = 304, .headers = headers });
    return mr_respond(request, &(struct mr_response){
                                   .status = 200,
                                   .type = "text/x-lua; charset=utf-8",
                                   .headers = headers,
                                   .body = text->data,
                                   .size = text->size,
                               });
}

int mr_api_script(const struct mr_request *request)
{
    struct mr_error error = { 0 };
    struct mr_buffer text = { 0 };
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_api_no_stream(request);
    int status = mr_stream_read_script(stream, &text, &error) < 0 ? refuse_unread(request, &error)
                                                                  : show(request, &text);
    mr_buffer_finish(&text);
    mr_stream_unref(&stream);
    return status;
}

/* ---- PUT ---- */

/* return: 0; else the status of the refusal */
static int read_text(const struct mr_request *request, struct mr_buffer *text)
{
    switch (mr_body_read(request, MR_API_SCRIPT_MAX_BYTES, text)) {
    case 0:
        return 0;
    case -EMSGSIZE:
        return mr_respond_error(request, 413, NULL, "a script has %d bytes at most",
                                MR_API_SCRIPT_MAX_BYTES);
    case -ENOMEM:
        return mr_respond_error(request, 500, NULL, "out of memory");
    default:
        return mr_respond_error(request, 400, NULL, "the body is cut short");
    }
}

static int refuse_changed(const struct mr_request *request)
{
    return mr_respond_error(request, 412, NULL, "the script has changed since it was loaded");
}

/* What the file must still hold, as If-Match says.
 * return: 0; else the status of the refusal */
static int check_loaded(const struct mr_request *request, struct mr_stream *stream,
                        struct mr_buffer *expected)
{
    struct mr_error error = { 0 };
    char etag[ETAG_SIZE];
    const char *if_match = mg_get_header(request->connection, "If-Match");
    if (if_match == NULL)
        return 0;
    if (mr_stream_read_script(stream, expected, &error) < 0)
        return error.code == -ENOENT ? refuse_changed(request) : refuse_unread(request, &error);
    make_etag(expected->data, expected->size, etag);
    return mr_content_matches(if_match, etag) ? 0 : refuse_changed(request);
}

/* File and line that the error begins with, both NULL when it does not: "FILE:LINE: …". */
static int refuse_rejected(const struct mr_request *request, const struct mr_error *error)
{
    const char *colon = strchr(error->text, ':');
    char *end = NULL;
    long line =
        colon != NULL && colon[1] >= '0' && colon[1] <= '9' ? strtol(colon + 1, &end, 10) : 0;
    bool placed = line > 0 && *end == ':';
    char *file = placed ? strndup(error->text, (size_t)(colon - error->text)) : NULL;
    json_t *body = json_pack("{s:o, s:o, s:o}", "error", mr_json_text(error->text), "line",
                             placed ? json_integer(line) : json_null(), "file",
                             file != NULL ? mr_json_text(file) : json_null());
    free(file);
    return mr_respond_json(request, 422, body);
}

static int tell_running(const struct mr_request *request, const struct mr_buffer *text,
                        uint32_t generation)
{
    char etag[ETAG_SIZE], headers[96], body[48];
    make_etag(text->data, text->size, etag);
    write_headers(headers, sizeof(headers), etag);
    snprintf(body, sizeof(body), "{\"generation\":%" PRIu32 "}", generation);
    return mr_respond(request, &(struct mr_response){
                                   .status = 200,
                                   .type = "application/json",
                                   .headers = headers,
                                   .body = body,
                                   .size = strlen(body),
                               });
}

static int propose(const struct mr_request *request, struct mr_stream *stream,
                   const struct mr_buffer *text, const struct mr_buffer *expected)
{
    struct mr_error error = { 0 };
    uint32_t generation = 0;
    const struct mr_script_proposal proposal = {
        .text = (const char *)text->data,
        .size = text->size,
        .expected = expected->data != NULL ? expected : NULL,
    };
    switch (mr_stream_propose(stream, &proposal, &generation, &error)) {
    case MR_VERDICT_RUNS:
        return tell_running(request, text, generation);
    case MR_VERDICT_REJECTED:
        return refuse_rejected(request, &error);
    case MR_VERDICT_CHANGED:
        return refuse_changed(request);
    case MR_VERDICT_BUSY:
        return mr_respond_error(request, 503, "Retry-After: 1\r\n", "%s", error.text);
    case MR_VERDICT_UNSAVED:
    case MR_VERDICT_FAILED:
        break;
    }
    return mr_respond_error(request, 500, NULL, "%s", error.text);
}

int mr_api_replace_script(const struct mr_request *request)
{
    struct mr_buffer text = { 0 }, expected = { 0 };
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    int status = stream == NULL ? mr_api_no_stream(request) : read_text(request, &text);
    if (status == 0)
        status = check_loaded(request, stream, &expected);
    if (status == 0)
        status = propose(request, stream, &text, &expected);
    mr_buffer_finish(&text);
    mr_buffer_finish(&expected);
    mr_stream_unref(&stream);
    return status;
}

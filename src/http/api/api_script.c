#include "http/api/api_script.h"

#include "base/private_files.h"
#include "http/request/etag.h"
#include "http/request/json_text.h"
#include "http/request/lua_text.h"
#include "http/request/respond.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- GET ---- */

static int refuse_unread(const struct mr_request *request, const struct mr_error *error)
{
    int status = error->code == -ENOENT ? 404 : error->code == MR_PRIVATE_FILES_DENIED ? 403 : 500;
    return mr_respond_error(request, status, NULL, "%s", error->text);
}

int mr_api_script(const struct mr_request *request)
{
    struct mr_error error = { 0 };
    struct mr_buffer text = { 0 };
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_respond_no_stream(request);
    int status = mr_stream_read_script(stream, &text, &error) < 0
                     ? refuse_unread(request, &error)
                     : mr_lua_text_show(request, &text);
    mr_buffer_finish(&text);
    mr_stream_unref(&stream);
    return status;
}

/* ---- PUT ---- */

static int refuse_other_script(const struct mr_request *request)
{
    return mr_respond_error(request, 412, NULL, "the script has changed since it was loaded");
}

/* The text that the file must still hold, as If-Match says.
 * return: 0; else the status of the refusal */
static int check_script(const struct mr_request *request, struct mr_stream *stream,
                        struct mr_buffer *expected)
{
    struct mr_error error = { 0 };
    char etag[MR_ETAG_SIZE];
    const char *if_match = mr_request_header(request, "If-Match");
    if (if_match == NULL)
        return 0;
    if (mr_stream_read_script(stream, expected, &error) < 0)
        return error.code == -ENOENT ? refuse_other_script(request)
                                     : refuse_unread(request, &error);
    mr_etag_make(expected->data, expected->size, etag);
    return mr_etag_matches(if_match, etag) ? 0 : refuse_other_script(request);
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

static int tell_running(const struct mr_request *request, const struct mr_buffer *text, bool trial,
                        uint32_t generation)
{
    json_t *body = json_pack("{s:I, s:b}", "generation", (json_int_t)generation, "saved", !trial);
    return trial ? mr_respond_json(request, 200, body)
                 : mr_lua_text_tell_saved(request, 200, text, body);
}

static int propose(const struct mr_request *request, struct mr_stream *stream, bool trial,
                   const struct mr_buffer *text, const struct mr_buffer *expected)
{
    struct mr_error error = { 0 };
    uint32_t generation = 0;
    const struct mr_script_proposal proposal = {
        .text = (const char *)text->data,
        .size = text->size,
        .expected = expected->data != NULL ? expected : NULL,
        .trial = trial,
    };
    switch (mr_stream_propose(stream, &proposal, &generation, &error)) {
    case MR_VERDICT_RUNS:
        return tell_running(request, text, trial, generation);
    case MR_VERDICT_REJECTED:
        return refuse_rejected(request, &error);
    case MR_VERDICT_CHANGED:
        return refuse_other_script(request);
    case MR_VERDICT_BUSY:
        return mr_respond_error(request, 503, "Retry-After: 1\r\n", "%s", error.text);
    case MR_VERDICT_UNSAVED:
    case MR_VERDICT_FAILED:
        break;
    }
    return mr_respond_error(request, error.code == MR_PRIVATE_FILES_DENIED ? 403 : 500, NULL, "%s",
                            error.text);
}

/* ?save=no: a trial.
 * return: 0; else the status of the refusal */
static int read_save(const struct mr_request *request, bool *trial)
{
    char save[8];
    *trial = false;
    if (!mr_request_parameter(request, "save", save, sizeof(save)) || strcmp(save, "yes") == 0)
        return 0;
    *trial = strcmp(save, "no") == 0;
    return *trial ? 0
                  : mr_respond_error(request, 400, NULL, "save is \"yes\" or \"no\", not \"%s\"",
                                     save);
}

int mr_api_script_replace(const struct mr_request *request)
{
    struct mr_buffer text = { 0 }, expected = { 0 };
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    bool trial = false;
    int status = stream == NULL ? mr_respond_no_stream(request) : read_save(request, &trial);
    if (status == 0)
        status = mr_lua_text_read(request, &text);
    if (status == 0)
        status = check_script(request, stream, &expected);
    if (status == 0)
        status = propose(request, stream, trial, &text, &expected);
    mr_buffer_finish(&text);
    mr_buffer_finish(&expected);
    mr_stream_unref(&stream);
    return status;
}

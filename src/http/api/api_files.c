#include "http/api/api_files.h"

#include "base/private_files.h"
#include "http/request/etag.h"
#include "http/request/json_text.h"
#include "http/request/lua_text.h"
#include "http/request/respond.h"
#include "stream/siblings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- the list ---- */

struct listing {
    const struct mr_stream *stream;
    json_t *files;
};

static void add_file(void *opaque, const char *name, size_t bytes)
{
    const struct listing *listing = opaque;
    json_array_append_new(listing->files,
                          json_pack("{s:s, s:I, s:b}", "name", name, "bytes", (json_int_t)bytes,
                                    "script", mr_sibling_is_script(listing->stream, name)));
}

static int refuse(const struct mr_request *request, const struct mr_error *error)
{
    int status = error->code == -ENOENT                   ? 404
                 : error->code == MR_PRIVATE_FILES_DENIED ? 403
                 : error->code == -EEXIST                 ? 412
                 : error->code == -ESTALE                 ? 412
                 : error->code == -EALREADY               ? 409
                 : error->code == -EBUSY                  ? 503
                                                          : 500;
    return mr_respond_error(request, status, NULL, "%s", error->text);
}

int mr_api_files(const struct mr_request *request)
{
    struct mr_error error = { 0 };
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_respond_no_stream(request);
    struct listing listing = { stream, json_array() };
    int result = mr_siblings_list(stream, add_file, &listing, &error);
    mr_stream_unref(&stream);
    if (result == 0)
        return mr_respond_json(request, 200, json_pack("{s:o}", "files", listing.files));
    json_decref(listing.files);
    return refuse(request, &error);
}

/* ---- one ---- */

int mr_api_file(const struct mr_request *request)
{
    struct mr_error error = { 0 };
    struct mr_buffer text = { 0 };
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_respond_no_stream(request);
    int status = mr_sibling_read(stream, request->file, &text, &error) < 0
                     ? refuse(request, &error)
                     : mr_lua_text_show(request, &text);
    mr_buffer_finish(&text);
    mr_stream_unref(&stream);
    return status;
}

static int refuse_changed(const struct mr_request *request)
{
    return mr_respond_error(request, 412, NULL, "\"%s\" has changed since it was loaded",
                            request->file);
}

/* The text that the file must still hold, as If-Match says.
 * out:    change->expected: *expected, if there is such a text
 * return: 0; else the status of the refusal */
static int check_loaded(const struct mr_request *request, const struct mr_stream *stream,
                        struct mr_buffer *expected, struct mr_sibling_change *change)
{
    struct mr_error error = { 0 };
    char etag[MR_ETAG_SIZE];
    const char *if_match = mr_request_header(request, "If-Match");
    if (if_match == NULL)
        return 0;
    int result = mr_sibling_read(stream, request->file, expected, &error);
    mr_etag_make(expected->data, expected->size, etag);
    change->expected = expected;
    if (result == 0 && mr_etag_matches(if_match, etag))
        return 0;
    return result == MR_PRIVATE_FILES_DENIED ? refuse(request, &error) : refuse_changed(request);
}

static int write_file(const struct mr_request *request, const struct mr_stream *stream,
                      struct mr_sibling_change *change)
{
    struct mr_error error = { 0 };
    const char *if_none_match = mr_request_header(request, "If-None-Match");
    change->fresh = if_none_match != NULL && strcmp(if_none_match, "*") == 0;
    int result = mr_sibling_write(stream, request->file, change, &error);
    if (result < 0)
        return result == -ESTALE ? refuse_changed(request) : refuse(request, &error);
    return mr_lua_text_tell_saved(request, 200, change->text,
                                  json_pack("{s:s}", "name", request->file));
}

int mr_api_files_write(const struct mr_request *request)
{
    struct mr_buffer text = { 0 }, expected = { 0 };
    struct mr_sibling_change change = { .text = &text };
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    int status = 0;
    if (stream == NULL)
        status = mr_respond_no_stream(request);
    else if (mr_sibling_is_script(stream, request->file))
        status = mr_respond_error(request, 409, NULL,
                                  "\"%s\" is the stream's script: PUT /api/streams/%s/script",
                                  request->file, request->stream);
    if (status == 0)
        status = mr_lua_text_read(request, &text);
    if (status == 0)
        status = check_loaded(request, stream, &expected, &change);
    if (status == 0)
        status = write_file(request, stream, &change);
    mr_buffer_finish(&text);
    mr_buffer_finish(&expected);
    mr_stream_unref(&stream);
    return status;
}

#include "http/api/api_settings.h"

#include "http/request/body.h"
#include "http/request/json_text.h"
#include "http/request/respond.h"

#include <errno.h>

static int refuse_settings(const struct mr_request *request, const struct mr_error *error)
{
    switch (error->code) {
    case -EINVAL:
        return mr_respond_error(request, 422, NULL, "%s", error->text);
    case -EAGAIN:
        return mr_respond_error(request, 503, "Retry-After: 1\r\n", "%s", error->text);
    default:
        return mr_respond_error(request, 500, NULL, "%s", error->text);
    }
}

static int show_settings(const struct mr_request *request, struct mr_stream *stream)
{
    struct mr_error error = { 0 };
    struct mr_buffer text = { 0 };
    mr_buffer_append_text(&text, "{\"settings\":");
    if (mr_stream_get_settings(stream, &text, &error) < 0) {
        mr_buffer_finish(&text);
        return refuse_settings(request, &error);
    }
    mr_buffer_append_text(&text, "}");
    int status = text.failed ? mr_respond_error(request, 500, NULL, "out of memory")
                             : mr_respond_json_text(request, 200, (char *)text.data);
    mr_buffer_finish(&text);
    return status;
}

int mr_api_settings(const struct mr_request *request)
{
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_respond_no_stream(request);
    int status = show_settings(request, stream);
    mr_stream_unref(&stream);
    return status;
}

/* return: 0 with *body, a JSON object; else the status of the refusal */
static int read_changes(const struct mr_request *request, struct mr_buffer *body)
{
    int result = mr_body_take(request, MR_API_SETTINGS_BODY_MAX, body);
    if (result == -EMSGSIZE)
        return mr_respond_error(request, 413, NULL, "more than %d bytes of settings",
                                MR_API_SETTINGS_BODY_MAX);
    if (result < 0)
        return mr_respond_error(request, result == -ENOMEM ? 500 : 400, NULL,
                                result == -ENOMEM ? "out of memory" : "the body is cut short");
    if (!mr_json_text_is_shallow(body->data, body->size))
        return mr_respond_error(request, 400, NULL, "the body nests more than %d levels deep",
                                MR_JSON_DEPTH_MAX);
    json_error_t fault;
    json_t *value = json_loadb((char *)body->data, body->size,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    const char *why = value == NULL ? fault.text : "{\"name\": value} is expected";
    bool right = json_is_object(value);
    json_decref(value);
    return right ? 0
                 : mr_respond_error(request, 400, NULL, "the body is not a JSON object: %s", why);
}

int mr_api_settings_change(const struct mr_request *request)
{
    struct mr_error error = { 0 };
    struct mr_buffer body = { 0 };
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    int status = stream == NULL ? mr_respond_no_stream(request) : read_changes(request, &body);
    if (status == 0)
        status = mr_stream_change_settings(stream, (char *)body.data, body.size, &error) < 0
                     ? refuse_settings(request, &error)
                     : show_settings(request, stream);
    mr_buffer_finish(&body);
    mr_stream_unref(&stream);
    return status;
}

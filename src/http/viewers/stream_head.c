#include "http/viewers/stream_head.h"

#include "http/request/cross_origin.h"
#include "http/request/respond.h"
#include "http/viewers/handover.h"

void mr_stream_head(const struct mr_request *request, struct mr_buffer *out)
{
    mr_respond_lines(out);
    mr_buffer_append_text(
        out, "Cache-Control: no-store\r\n"
             "X-Accel-Buffering: no\r\n"); /* a proxy is to pass frames on, not to collect */
    mr_cross_origin_headers(request, out);
}

static int answer_head(const struct mr_request *request, const struct mr_buffer *head)
{
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream == NULL)
        return mr_respond_no_stream(request);
    mr_stream_unref(&stream);
    mr_respond_bytes(request, head->data, head->size);
    return 200;
}

int mr_stream_head_endless(const struct mr_request *request, const char *type, const char *start,
                           const struct mr_protocol *protocol)
{
    struct mr_buffer head = { 0 };
    mr_buffer_append_text(&head, "HTTP/1.1 200 OK\r\n");
    mr_stream_head(request, &head);
    mr_buffer_printf(&head, "Content-Type: %s\r\n\r\n", type);
    if (!request->head)
        mr_buffer_append_text(&head, start);

    struct mr_arrival viewer = { .protocol = protocol, .head = head.data, .head_size = head.size };
    int status = head.failed     ? mr_respond_error(request, 500, NULL, "out of memory")
                 : request->head ? answer_head(request, &head)
                                 : mr_handover_viewer(request, &viewer, 200);
    mr_buffer_finish(&head);
    return status;
}

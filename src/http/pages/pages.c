#include "http/pages/pages.h"

#include "base/buffer.h"
#include "http/pages/content.h"
#include "http/request/cross_origin.h"
#include "http/request/respond.h"

#include <string.h>

#define EMBEDDED "embed.html"

/* How long a browser may keep what never changes, without asking: a year. */
#define LASTING "Cache-Control: public, max-age=31536000, immutable\r\n"

static void add_policy(struct mr_buffer *headers, const struct mr_request *request,
                       const struct mr_asset *asset)
{
    mr_buffer_append_text(
        headers, "Content-Security-Policy: default-src 'self'; img-src 'self' blob: data:; "
                 "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
                 "form-action 'none'; ");
    bool embedded = strcmp(asset->name, EMBEDDED) == 0;
    mr_cross_origin_frame_ancestors(embedded ? &request->site->origins : NULL, headers);
    mr_buffer_append_text(headers, "\r\nReferrer-Policy: no-referrer\r\n");
}

static void add_headers(struct mr_buffer *headers, const struct mr_request *request,
                        const struct mr_asset *asset, const struct mr_asset_form *form)
{
    mr_buffer_printf(headers, "ETag: %s\r\n", form->etag);
    mr_buffer_append_text(headers, asset->lasting ? LASTING : "Cache-Control: no-cache\r\n");
    if (asset->gzip.bytes != NULL)
        mr_buffer_append_text(headers, "Vary: Accept-Encoding\r\n");
    if (form == &asset->gzip)
        mr_buffer_append_text(headers, "Content-Encoding: gzip\r\n");
    if (strncmp(mr_content_type(asset->name), "text/html", 9) == 0)
        add_policy(headers, request, asset);
}

static int send_form(const struct mr_request *request, const struct mr_asset *asset,
                     const struct mr_asset_form *form, const char *headers)
{
    struct mr_response response = { .status = 200, .headers = headers };
    if (mr_etag_matches(mr_request_header(request, "If-None-Match"), form->etag)) {
        response.status = 304;
        return mr_respond(request, &response);
    }
    response.type = mr_content_type(asset->name);
    response.body = form->bytes;
    response.size = form->size;
    response.is_static = true;
    return mr_respond(request, &response);
}

int mr_pages_send(const struct mr_request *request, const struct mr_asset *asset)
{
    const char *accepted = mr_request_header(request, "Accept-Encoding");
    bool gzip = asset->gzip.bytes != NULL && mr_content_accepts(accepted, "gzip");
    const struct mr_asset_form *form = gzip ? &asset->gzip : &asset->plain;
    struct mr_buffer headers = { 0 };
    add_headers(&headers, request, asset, form);
    int status = headers.failed ? mr_respond_error(request, 500, NULL, "out of memory")
                                : send_form(request, asset, form, (const char *)headers.data);
    mr_buffer_finish(&headers);
    return status;
}

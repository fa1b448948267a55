#include "http/request/cross_origin.h"

#include <string.h>

const char *mr_cross_origin_host(const struct mr_request *request)
{
    const char *forwarded =
        request->from.trusted ? mr_request_header(request, "X-Forwarded-Host") : NULL;
    return forwarded != NULL ? forwarded : mr_request_header(request, "Host");
}

bool mr_cross_origin_referrer_allowed(const struct mr_request *request)
{
    char origin[MR_ORIGIN_SIZE];
    const char *referrer = mr_request_header(request, "Referer");
    const char *name = referrer != NULL ? strstr(referrer, "://") : NULL;
    if (referrer == NULL)
        return mr_origin_null_allowed(&request->site->origins);
    if (request->site->origins.any)
        return true;
    if (name == NULL)
        return false;
    size_t length = (size_t)(name - referrer) + 3 + strcspn(name + 3, "/?#");
    if (length >= sizeof(origin))
        return false;
    memcpy(origin, referrer, length);
    origin[length] = '\0';
    return mr_origin_allowed(&request->site->origins, origin, mr_cross_origin_host(request));
}

void mr_cross_origin_frame_ancestors(const struct mr_origins *welcome, struct mr_buffer *out)
{
    mr_buffer_append_text(out, "frame-ancestors 'self'");
    if (welcome != NULL && welcome->any) /* the star alone stands for http and https */
        mr_buffer_append_text(out, " * file: capacitor: tauri: chrome-extension: moz-extension:");
    for (size_t i = 0; welcome != NULL && !welcome->any && i < welcome->count; i++)
        mr_buffer_printf(out, " %s",
                         strcmp(welcome->origin[i], "null") != 0 ? welcome->origin[i] : "file:");
}

void mr_cross_origin_headers(const struct mr_request *request, struct mr_buffer *out)
{
    const struct mr_origins *origins = &request->site->origins;
    const char *origin = mr_request_header(request, "Origin"),
               *host = mr_cross_origin_host(request);
    bool foreign = origin != NULL && !mr_origin_is_own(origin, host);
    bool welcome = foreign && mr_origin_allowed(origins, origin, host);
    bool embeds =
        origin == NULL && (request->has_view_token || ((origins->any || origins->count > 0) &&
                                                       mr_cross_origin_referrer_allowed(request)));
    mr_buffer_printf(out, "Cross-Origin-Resource-Policy: %s\r\n",
                     welcome || embeds ? "cross-origin" : "same-origin");
    if (origins->any || origins->count > 0)
        mr_buffer_append_text(out, "Vary: Origin, Referer\r\n");
    if (request->guarded) {
        mr_buffer_append_text(out, "Content-Security-Policy: ");
        mr_cross_origin_frame_ancestors(origins, out);
        mr_buffer_append_text(out, "\r\n");
    }
    if (welcome) /* never "*", so that credentials are nobody's by accident */
        mr_buffer_printf(out, "Access-Control-Allow-Origin: %s\r\n", origin);
}

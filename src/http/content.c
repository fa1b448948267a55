#include "http/content.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *extension, *type;
} types[] = {
    { "css", "text/css; charset=utf-8" },
    { "csv", "text/csv; charset=utf-8" },
    { "gif", "image/gif" },
    { "htm", "text/html; charset=utf-8" },
    { "html", "text/html; charset=utf-8" },
    { "ico", "image/x-icon" },
    { "jpeg", "image/jpeg" },
    { "jpg", "image/jpeg" },
    { "js", "text/javascript; charset=utf-8" },
    { "json", "application/json" },
    { "lua", "text/plain; charset=utf-8" },
    { "map", "application/json" },
    { "md", "text/markdown; charset=utf-8" },
    { "mjs", "text/javascript; charset=utf-8" },
    { "mp3", "audio/mpeg" },
    { "mp4", "video/mp4" },
    { "ogg", "audio/ogg" },
    { "otf", "font/otf" },
    { "pdf", "application/pdf" },
    { "png", "image/png" },
    { "svg", "image/svg+xml" },
    { "ttf", "font/ttf" },
    { "txt", "text/plain; charset=utf-8" },
    { "wasm", "application/wasm" },
    { "wav", "audio/wav" },
    { "webm", "video/webm" },
    { "webmanifest", "application/manifest+json" },
    { "webp", "image/webp" },
    { "woff", "font/woff" },
    { "woff2", "font/woff2" },
    { "xml", "application/xml" },
};

const char *mr_content_type(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash != NULL ? slash : path, '.');
    for (unsigned i = 0; dot != NULL && i < sizeof(types) / sizeof(*types); i++)
        if (strcasecmp(dot + 1, types[i].extension) == 0)
            return types[i].type;
    return "application/octet-stream";
}

bool mr_content_matches(const char *if_none_match, const char *etag)
{
    static const char separators[] = ", \t";
    size_t length = strlen(etag);
    const char *at = if_none_match != NULL ? if_none_match : "";
    while (*(at += strspn(at, separators)) != '\0') {
        size_t size = strcspn(at, separators);
        if (size == 1 && *at == '*')
            return true;
        const char *tag = strncmp(at, "W/", 2) == 0 ? at + 2 : at;
        if (size - (size_t)(tag - at) == length && strncmp(tag, etag, length) == 0)
            return true;
        at += size;
    }
    return false;
}

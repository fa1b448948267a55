#include "http/pages/content.h"

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

bool mr_content_accepts(const char *accept_encoding, const char *coding)
{
    size_t length = strlen(coding);
    const char *at = accept_encoding != NULL ? accept_encoding : "";
    while (*(at += strspn(at, ", \t")) != '\0') {
        size_t size = strcspn(at, ","), name = strcspn(at, ",; \t");
        if (name == length && strncasecmp(at, coding, length) == 0) {
            const char *weight = memmem(at, size, "q=", 2);
            return weight == NULL || strspn(weight + 2, "0.") < strcspn(weight + 2, ", \t;");
        }
        at += size;
    }
    return false;
}

#include "http/request/base_path.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Characters that need no encoding in any address, header or log. */
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

/* "/" and a segment, again and again. Segments of dots only are never seen: they are resolved. */
static bool is_path(const char *text, size_t length)
{
    for (const char *at = text; at < text + length;) {
        size_t size = strspn(at + 1, letters);
        if (*at != '/' || size == 0 || strspn(at + 1, ".") >= size)
            return false;
        at += 1 + size;
    }
    return true;
}

int mr_base_path_parse(const char *text, struct mr_base_path *base, struct mr_error *error)
{
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '/')
        length--;
    if (text[0] != '/' || length > MR_BASE_PATH_MAX || !is_path(text, length))
        return mr_error_set(error, -EINVAL,
                            "\"%s\" is not a path such as /cam, of letters, digits and -._~ "
                            "between slashes",
                            text);
    memcpy(base->text, text, length);
    base->text[length] = '\0';
    base->length = length;
    return 0;
}

enum mr_base_path_match mr_base_path_match(const struct mr_base_path *base, const char *path,
                                           const char **rest)
{
    if (strncmp(path, base->text, base->length) != 0)
        return MR_BASE_PATH_OUTSIDE;
    const char *after = path + base->length;
    if (*after == '\0' && base->length > 0)
        return MR_BASE_PATH_ITSELF;
    if (*after != '/' && base->length > 0)
        return MR_BASE_PATH_OUTSIDE;
    *rest = after;
    return MR_BASE_PATH_INSIDE;
}

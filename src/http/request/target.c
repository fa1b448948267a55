#include "http/request/target.h"

#include "http/request/hex.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

/* Undo %XX in place. return: false: one of them is none, or stands for a control character */
static bool decode(char *path)
{
    char *to = path;
    for (const char *from = path; *from != '\0';) {
        if (*from != '%') {
            *to++ = *from++;
            continue;
        }
        int high = mr_hex_value(from[1]), low = high >= 0 ? mr_hex_value(from[2]) : -1;
        int value = low >= 0 ? high * 16 + low : -1;
        if (value < ' ' || value == 0x7f)
            return false;
        *to++ = (char)value;
        from += 3;
    }
    *to = '\0';
    return true;
}

/* Resolve "." and ".." segments and doubled slashes in place; the path begins with a slash. */
static void resolve(char *path)
{
    char *to = path;
    bool ends_open = true; /* with a slash: the last segment was empty, "." or ".." */
    for (const char *from = path; *from == '/';) {
        const char *segment = from + 1;
        size_t length = strcspn(segment, "/");
        from = segment + length;
        ends_open = length == 0 || (segment[0] == '.' && length == 1) ||
                    (length == 2 && memcmp(segment, "..", 2) == 0);
        if (!ends_open) {
            *to++ = '/';
            memmove(to, segment, length);
            to += length;
        } else if (length == 2) {
            while (to > path && *--to != '/')
                ;
        }
    }
    if (ends_open)
        *to++ = '/';
    *to = '\0';
}

/* "host", "host:port", "[address]:port", as RFC 3986 has it but for user names, which nobody needs here. */
static bool is_authority(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && strchr("-._~!$&'()*+,;=%:[]", text[i]) == NULL)
            return false;
    return length > 0;
}

/* Split "http://host/path" so that both parts are texts of their own.
 * return: the path, possibly empty; NULL: it is not that */
static char *split_absolute(char *text, const char **host)
{
    char *begin = strstr(text, "://");
    size_t scheme = begin != NULL ? (size_t)(begin - text) : 0;
    if (!(scheme == 4 && strncasecmp(text, "http", 4) == 0) &&
        !(scheme == 5 && strncasecmp(text, "https", 5) == 0))
        return NULL;
    begin += 3;
    size_t length = strcspn(begin, "/?");
    if (!is_authority(begin, length))
        return NULL;
    memmove(begin - 1, begin, length); /* the place of a slash makes room for the closing 0 */
    begin[length - 1] = '\0';
    *host = begin - 1;
    return begin + length;
}

int mr_target_parse(char *text, bool allows_star, struct mr_target *target, struct mr_error *error)
{
    *target = (struct mr_target){ .path = text };
    for (const char *at = text; *at != '\0'; at++)
        if (*at <= ' ' || *at >= 0x7f || *at == '#')
            return mr_error_set(error, -EINVAL,
                                "the target holds a character that must be written as %%XX");
    if (allows_star && strcmp(text, "*") == 0)
        return 0;
    char *path = text[0] == '/' ? text : split_absolute(text, &target->host);
    if (path == NULL)
        return mr_error_set(error, -EINVAL,
                            "the target is neither a path nor an address with http://");
    char *mark = strchr(path, '?');
    if (mark != NULL) {
        *mark = '\0';
        target->query = mark + 1;
    }
    if (*path == '\0') {
        target->path = "/";
        return 0;
    }
    if (!decode(path))
        return mr_error_set(error, -EINVAL,
                            "the path holds a %% that is not followed by the code of a character");
    resolve(path);
    target->path = path;
    return 0;
}

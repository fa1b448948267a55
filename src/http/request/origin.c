#include "http/request/origin.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

/* The schemes of pages: those of the web, and those by which programs show pages of their own. */
static const struct scheme {
    const char *start, *default_port; /* "": it has none */
} schemes[] = {
    { "http://", ":80" },
    { "https://", ":443" },
    { "capacitor://", "" },
    { "ionic://", "" },
    { "tauri://", "" },
    { "app://", "" },
    { "chrome-extension://", "" },
    { "moz-extension://", "" },
    { "safari-web-extension://", "" },
};

/* Copy `length` characters in lower case. return: whether they fit */
static bool copy_lower(const char *text, size_t length, char copy[MR_ORIGIN_SIZE])
{
    if (length >= MR_ORIGIN_SIZE)
        return false;
    for (size_t i = 0; i < length; i++)
        copy[i] = (char)tolower((unsigned char)text[i]);
    copy[length] = '\0';
    return true;
}

/* The length of the name or address that an authority begins with, brackets included. */
static size_t name_length(const char *authority)
{
    if (authority[0] == '[') {
        size_t length = strcspn(authority, "]");
        return authority[length] == ']' ? length + 1 : 0;
    }
    return strcspn(authority, ":");
}

/* Whether text is nothing, or ":" and a port. */
static bool is_port(const char *text)
{
    size_t digits = text[0] == ':' ? strspn(text + 1, "0123456789") : 0;
    return text[0] == '\0' || (digits <= 5 && text[1 + digits] == '\0');
}

/* A name is made of what names are made of; an address in brackets is IPv6. */
static bool is_name(const char *text, size_t length)
{
    if (length == 0)
        return false;
    if (text[0] == '[')
        return length > 2 && strspn(text + 1, "0123456789abcdef:.") == length - 2;
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-._") >= length;
}

/* The form in which two authorities are compared: lower case, without the scheme's own port.
 * return: false when it is none */
static bool normalize(const char *authority, const char *default_port, char copy[MR_ORIGIN_SIZE])
{
    if (!copy_lower(authority, strlen(authority), copy))
        return false;
    size_t length = name_length(copy);
    if (!is_name(copy, length) || !is_port(copy + length))
        return false;
    if (strcmp(copy + length, ":") == 0 || strcmp(copy + length, default_port) == 0)
        copy[length] = '\0';
    return true;
}

struct parsed {
    const char *scheme;       /* with "://" */
    const char *default_port; /* "": it has none, as only schemes of the web have one */
    char authority[MR_ORIGIN_SIZE];
};

static bool parse_origin(const char *text, struct parsed *parsed)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
        const struct scheme *scheme = &schemes[i];
        size_t length = strlen(scheme->start);
        if (strncasecmp(text, scheme->start, length) != 0)
            continue;
        parsed->scheme = scheme->start;
        parsed->default_port = scheme->default_port;
        return normalize(text + length, scheme->default_port, parsed->authority);
    }
    return false;
}

/* ---- lists ---- */

typedef bool add_fn(void *list, const char *text, bool *full);

static int add_all(void *list, const char *text, add_fn *add, const char *right,
                   struct mr_error *error)
{
    for (const char *end;; text = end + 1) {
        char one[MR_ORIGIN_SIZE];
        text += strspn(text, " ");
        end = text + strcspn(text, ",");
        size_t length = (size_t)(end - text);
        while (length > 0 && text[length - 1] == ' ')
            length--;
        bool full = false;
        if (!copy_lower(text, length, one) || !add(list, one, &full))
            return mr_error_set(error, -EINVAL, "\"%.*s\" is not %s", (int)length, text, right);
        if (full)
            return mr_error_set(error, -EINVAL, "\"%.*s\" is one too many; there can be %d",
                                (int)length, text, MR_ORIGINS_MAX);
        if (*end == '\0')
            return 0;
    }
}

static bool add_origin(void *list, const char *text, bool *full)
{
    struct mr_origins *origins = list;
    struct parsed parsed;
    if (strcmp(text, "*") == 0) {
        origins->any = true;
        return true;
    }
    bool is_null = strcmp(text, "null") == 0;
    if (!is_null && !parse_origin(text, &parsed))
        return false;
    size_t length = is_null ? 0 : strlen(parsed.scheme);
    if (!is_null && length + strlen(parsed.authority) >= MR_ORIGIN_SIZE)
        return false;
    *full = origins->count == MR_ORIGINS_MAX;
    if (*full)
        return true;
    char *origin = origins->origin[origins->count++];
    memcpy(origin, is_null ? "" : parsed.scheme, length);
    strcpy(origin + length, is_null ? text : parsed.authority);
    return true;
}

int mr_origins_add(struct mr_origins *origins, const char *text, struct mr_error *error)
{
    return add_all(origins, text, add_origin,
                   "an origin as https://example.org or http://localhost:3000, null, or * for all",
                   error);
}

static bool add_host(void *list, const char *text, bool *full)
{
    struct mr_hosts *hosts = list;
    if (strcmp(text, "*") == 0) {
        hosts->any = true;
        return true;
    }
    if (name_length(text) != strlen(text) || !is_name(text, strlen(text)))
        return false;
    *full = hosts->count == MR_ORIGINS_MAX;
    if (!*full)
        strcpy(hosts->name[hosts->count++], text);
    return true;
}

int mr_origin_add_host(struct mr_hosts *hosts, const char *text, struct mr_error *error)
{
    return add_all(hosts, text, add_host, "a host's name without a port, or * for all", error);
}

/* ---- questions ---- */

bool mr_origin_is_own(const char *origin, const char *host)
{
    struct parsed parsed;
    char own[MR_ORIGIN_SIZE];
    if (origin == NULL)
        return true;
    return host != NULL && parse_origin(origin, &parsed) && parsed.default_port[0] != '\0' &&
           normalize(host, parsed.default_port, own) && strcmp(parsed.authority, own) == 0;
}

bool mr_origin_null_allowed(const struct mr_origins *origins)
{
    bool allowed = origins->any;
    for (size_t i = 0; i < origins->count; i++)
        allowed = allowed || strcmp(origins->origin[i], "null") == 0;
    return allowed;
}

bool mr_origin_allowed(const struct mr_origins *origins, const char *origin, const char *host)
{
    struct parsed parsed;
    if (origins->any || mr_origin_is_own(origin, host))
        return true;
    bool is_null = strcmp(origin, "null") == 0;
    if (!is_null && !parse_origin(origin, &parsed))
        return false;
    for (size_t i = 0; i < origins->count; i++) {
        const char *one = origins->origin[i];
        size_t length = is_null ? 0 : strlen(parsed.scheme);
        if (is_null ? strcmp(one, "null") == 0
                    : strncmp(one, parsed.scheme, length) == 0 &&
                          strcmp(one + length, parsed.authority) == 0)
            return true;
    }
    return false;
}

static bool is_address(const char *name)
{
    struct in_addr address;
    return name[0] == '[' || inet_pton(AF_INET, name, &address) == 1;
}

/* The name of a Host, in lower case, without a port and the root's dot. return: false when it is none */
static bool read_name(const char *host, char name[MR_ORIGIN_SIZE])
{
    if (!normalize(host, "", name))
        return false;
    name[name_length(name)] = '\0';
    size_t length = strlen(name);
    if (length > 1 && name[length - 1] == '.')
        name[length - 1] = '\0';
    return true;
}

bool mr_origin_host_is_local(const char *host)
{
    static const char *const endings[] = { ".local", ".lan", ".home.arpa", ".internal",
                                           ".localdomain" };
    char name[MR_ORIGIN_SIZE];
    if (host == NULL || !read_name(host, name) || is_address(name))
        return false;
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        size_t length = strlen(name), ending = strlen(endings[i]);
        if (length > ending && strcmp(name + length - ending, endings[i]) == 0)
            return true;
    }
    return name[0] != '\0' && strchr(name, '.') == NULL;
}

bool mr_origin_host_allowed(const struct mr_hosts *hosts, const char *host)
{
    char name[MR_ORIGIN_SIZE];
    if (host == NULL || hosts->any)
        return true;
    if (!read_name(host, name))
        return false;
    if (is_address(name) || strcmp(name, "localhost") == 0)
        return true;
    for (size_t i = 0; i < hosts->count; i++)
        if (strcmp(hosts->name[i], name) == 0)
            return true;
    return false;
}

#include "media/url.h"

#include <string.h>

static const char mask[] = "***";

/* Where the password of an authority ("user:secret@host/…") begins, and the '@' behind it: the last
 * one, since passwords are often written unescaped. NULL when there is none. */
static const char *find_password(const char *authority, const char **end)
{
    size_t length = strcspn(authority, "/?# \t\n\"'");
    const char *at = memrchr(authority, '@', length);
    if (at == NULL)
        return NULL;
    const char *colon = memchr(authority, ':', (size_t)(at - authority));
    *end = at;
    return colon == NULL ? NULL : colon + 1;
}

struct writer {
    char *out;
    size_t room;
};

static void put(struct writer *writer, const char *text, size_t length)
{
    if (length > writer->room)
        length = writer->room;
    memcpy(writer->out, text, length);
    writer->out += length;
    writer->room -= length;
}

void mr_url_redact(const char *text, char *out, size_t size)
{
    if (size == 0)
        return;
    struct writer writer = { out, size - 1 };
    const char *scheme_end;
    while ((scheme_end = strstr(text, "://")) != NULL) {
        const char *authority = scheme_end + 3, *end = authority;
        const char *password = find_password(authority, &end);
        put(&writer, text, (size_t)((password ? password : authority) - text));
        if (password != NULL)
            put(&writer, mask, strlen(mask));
        text = password ? end : authority;
    }
    put(&writer, text, strlen(text));
    *writer.out = '\0';
}

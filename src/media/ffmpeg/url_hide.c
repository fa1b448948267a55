#include "media/ffmpeg/url_hide.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

struct hiding {
    char *out;
    size_t left; /* of out, the closing 0 included */
};

static void put_bytes(struct hiding *hiding, const char *bytes, size_t size)
{
    if (size >= hiding->left)
        size = hiding->left - 1;
    memcpy(hiding->out, bytes, size);
    hiding->out += size;
    hiding->left -= size;
    *hiding->out = '\0';
}

/* return: the length of a URL here; 0: there is none */
static size_t match_url(const char *at)
{
    size_t scheme = 0;
    while (isalnum((unsigned char)at[scheme]) || (at[scheme] != '\0' && strchr("+.-", at[scheme])))
        scheme++;
    if (scheme == 0 || strncmp(at + scheme, "://", 3) != 0)
        return 0;
    size_t size = strcspn(at, " \t\r\n\"'()<>");
    while (size > 0 && strchr(":,;.", at[size - 1]) != NULL) /* of the sentence */
        size--;
    return size;
}

/* return: the length of the address here, or of a URL, with its quotes; 0: there is none */
static size_t match(const char *at, const char *address)
{
    size_t quote = *at == '"' || *at == '\'';
    size_t length = strlen(address);
    bool named = length > 0 && strncmp(at + quote, address, length) == 0;
    size_t size = named ? length : match_url(at + quote);
    char next = at[quote + size];
    if (size == 0 || (quote > 0 ? next != *at : isalnum((unsigned char)next)))
        return 0;
    return size + 2 * quote;
}

void mr_url_hide(const char *text, const char *address, char *out, size_t size)
{
    static const char word[] = "the source";
    struct hiding hiding = { .out = out, .left = size };
    if (size == 0)
        return;
    *out = '\0';
    for (const char *at = text; *at != '\0';) {
        bool inside = at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '/');
        size_t matched = inside ? 0 : match(at, address);
        put_bytes(&hiding, matched > 0 ? word : at, matched > 0 ? sizeof(word) - 1 : 1);
        at += matched > 0 ? matched : 1;
    }
}

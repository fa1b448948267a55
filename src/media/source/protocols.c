#include "media/source/protocols.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* `crypto` and `data` open nothing by themselves: encrypted segments, and what a playlist holds. */
#define FILES "file,crypto,data"
#define WEB   "http,https,httpproxy,tcp,tls,crypto,data"
#define RTMP  "rtmp,rtmpe,rtmps,rtmpt,rtmpte,rtmpts,ffrtmpcrypt,ffrtmphttp,http,https,tcp,tls"

static const struct {
    const char *scheme, *list;
} lists[] = {
    { "file", FILES },
    { "http", WEB },
    { "https", WEB },
    { "httpproxy", WEB },
    { "rtsp", "rtp,srtp,udp,tcp,tls,http,https,httpproxy" }, /* HTTP: as a tunnel */
    { "rtsps", "rtp,srtp,udp,tcp,tls,http,https,httpproxy" },
    { "rtp", "rtp,srtp,udp" },
    { "srtp", "rtp,srtp,udp" },
    { "udp", "udp" },
    { "srt", "srt" },
    { "rtmp", RTMP },
    { "rtmpe", RTMP },
    { "rtmps", RTMP },
    { "rtmpt", RTMP },
    { "rtmpte", RTMP },
    { "rtmpts", RTMP },
};

/* They wrap another address, which follows. */
static const char *const wrappers[] = { "async", "cache", "concat", "crypto", "hls", "subfile" };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

size_t mr_protocols_scheme(const char *url)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t length = strspn(url, letters);
    bool ends = url[length] == ':' || url[length] == '+' ||
                (url[length] == ',' && strncmp(url, "subfile", length) == 0);
    return ends && (url[length] != '+' || strchr(url + length, ':') != NULL) ? length : 0;
}

bool mr_protocols_is(const char *url, const char *scheme)
{
    size_t length = mr_protocols_scheme(url);
    return length == strlen(scheme) && strncasecmp(url, scheme, length) == 0;
}

/* The protocol that is wrapped by another one. return: NULL when nothing is */
static const char *unwrap(const char *url)
{
    for (size_t i = 0; i < COUNT(wrappers); i++)
        if (mr_protocols_is(url, wrappers[i])) {
            const char *rest = url + strlen(wrappers[i]);
            return *rest == ',' ? strchr(rest, ':') + (strchr(rest, ':') != NULL) : rest + 1;
        }
    return NULL;
}

static const char *list_of(const char *url)
{
    if (mr_protocols_scheme(url) == 0)
        return FILES;
    for (size_t i = 0; i < COUNT(lists); i++)
        if (mr_protocols_is(url, lists[i].scheme))
            return lists[i].list;
    return NULL;
}

void mr_protocols_of(const char *url, char list[MR_PROTOCOLS_MAX])
{
    size_t used = 0;
    const char *inner;
    list[0] = '\0';
    while (used < MR_PROTOCOLS_MAX / 2 && (inner = unwrap(url)) != NULL) {
        int length = (int)mr_protocols_scheme(url);
        used += (size_t)snprintf(list + used, MR_PROTOCOLS_MAX - used, "%.*s,", length, url);
        url = inner;
    }
    const char *known = list_of(url);
    if (known != NULL)
        snprintf(list + used, MR_PROTOCOLS_MAX - used, "%s", known);
    else /* all else that FFmpeg knows comes over a network */
        snprintf(list + used, MR_PROTOCOLS_MAX - used, "%.*s,tcp,tls,crypto,data",
                 (int)mr_protocols_scheme(url) % 32, url);
}

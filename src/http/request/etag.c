#include "http/request/etag.h"

#include <nettle/sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void mr_etag_make(const void *bytes, size_t size, char etag[MR_ETAG_SIZE])
{
    struct sha256_ctx sha256;
    uint8_t digest[10];
    sha256_init(&sha256);
    sha256_update(&sha256, size, bytes);
    sha256_digest(&sha256, sizeof(digest), digest);
    char *to = etag;
    *to++ = '"';
    for (size_t i = 0; i < sizeof(digest); i++)
        to += snprintf(to, 3, "%02x", digest[i]);
    strcpy(to, "\"");
}

bool mr_etag_matches(const char *header, const char *etag)
{
    static const char separators[] = ", \t";
    size_t length = strlen(etag);
    const char *at = header != NULL ? header : "";
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

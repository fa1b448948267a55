#include "http/request/auth.h"

#include <errno.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

static const char scheme[] = "Bearer";

int mr_auth_make(char token[MR_TOKEN_SIZE])
{
    uint8_t random[(MR_TOKEN_SIZE - 1) / 2];
    ssize_t got;
    do {
        got = getrandom(random, sizeof(random), 0);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof(random))
        return got < 0 ? -errno : -EIO;
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(token + 2 * i, 3, "%02x", random[i]);
    return 0;
}

bool mr_auth_is_token(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789-._~+/=");
    return length > 0 && length <= MR_TOKEN_MAX && text[length] == '\0';
}

/* Digests are compared, so that not even the length shows. */
static bool are_equal(const char *one, const char *other)
{
    const char *const texts[2] = { one, other };
    uint8_t digests[2][SHA256_DIGEST_SIZE];
    for (int i = 0; i < 2; i++) {
        struct sha256_ctx context;
        sha256_init(&context);
        sha256_update(&context, strlen(texts[i]), (const uint8_t *)texts[i]);
        sha256_digest(&context, SHA256_DIGEST_SIZE, digests[i]);
    }
    return memeql_sec(digests[0], digests[1], SHA256_DIGEST_SIZE);
}

enum mr_auth mr_auth_check_text(const char *token, const char *given)
{
    return token != NULL && are_equal(token, given) ? MR_AUTH_RIGHT : MR_AUTH_WRONG;
}

enum mr_auth mr_auth_check(const char *token, const char *authorization)
{
    size_t length = strlen(scheme);
    if (authorization == NULL || strncasecmp(authorization, scheme, length) != 0 ||
        authorization[length] != ' ')
        return MR_AUTH_MISSING;
    const char *given = authorization + length + strspn(authorization + length, " ");
    return mr_auth_check_text(token, given);
}

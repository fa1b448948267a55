#include "http/viewers/handshake.h"

#include <nettle/base64.h>
#include <nettle/sha1.h>
#include <string.h>
#include <strings.h>

#define KEY_LENGTH 24 /* 16 bytes in base64 */

bool mr_handshake_has_token(const char *list, const char *token)
{
    static const char separators[] = ", \t";
    size_t length = strlen(token);
    while (list != NULL && *list != '\0') {
        list += strspn(list, separators);
        size_t size = strcspn(list, separators);
        if (size == length && strncasecmp(list, token, length) == 0)
            return true;
        list += size;
    }
    return false;
}

static bool is_key(const char *key)
{
    struct base64_decode_ctx decoder;
    uint8_t bytes[BASE64_DECODE_LENGTH(KEY_LENGTH)];
    size_t size = sizeof(bytes);
    if (key == NULL || strlen(key) != KEY_LENGTH)
        return false;
    base64_decode_init(&decoder);
    return base64_decode_update(&decoder, &size, bytes, KEY_LENGTH, key) &&
           base64_decode_final(&decoder) && size == 16;
}

enum mr_handshake_fault mr_handshake_check(const struct mr_handshake *handshake)
{
    if (!mr_handshake_has_token(handshake->connection, "upgrade") ||
        !mr_handshake_has_token(handshake->upgrade, "websocket"))
        return MR_HANDSHAKE_NO_UPGRADE;
    if (handshake->version == NULL || strcmp(handshake->version, "13") != 0)
        return MR_HANDSHAKE_BAD_VERSION;
    return is_key(handshake->key) ? MR_HANDSHAKE_OK : MR_HANDSHAKE_BAD_KEY;
}

void mr_handshake_answer(const char *key, struct mr_buffer *out)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    struct sha1_ctx sha1;
    uint8_t digest[SHA1_DIGEST_SIZE];
    char accept[BASE64_ENCODE_RAW_LENGTH(SHA1_DIGEST_SIZE) + 1] = { 0 };

    sha1_init(&sha1);
    sha1_update(&sha1, strlen(key), (const uint8_t *)key);
    sha1_update(&sha1, sizeof(guid) - 1, (const uint8_t *)guid);
    sha1_digest(&sha1, sizeof(digest), digest);
    base64_encode_raw(accept, sizeof(digest), digest);
    mr_buffer_printf(out,
                     "HTTP/1.1 101 Switching Protocols\r\n"
                     "Upgrade: websocket\r\n"
                     "Connection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: %s\r\n\r\n",
                     accept);
}

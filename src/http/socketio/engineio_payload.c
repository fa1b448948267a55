#include "http/socketio/engineio_payload.h"

#include <errno.h>
#include <jansson.h>
#include <nettle/base64.h>
#include <string.h>

#define SEPARATOR 0x1e

/* jansson has the check; a packet is small. Out of memory counts as wrong. */
static bool is_utf8(const uint8_t *bytes, size_t size)
{
    json_t *text = json_stringn((const char *)bytes, size);
    json_decref(text);
    return text != NULL;
}

void mr_engineio_payload_init(struct mr_engineio_payload *payload, const uint8_t *bytes,
                              size_t size, unsigned max)
{
    *payload = (struct mr_engineio_payload){ .at = bytes, .left = size, .room = max };
}

void mr_engineio_payload_finish(struct mr_engineio_payload *payload)
{
    mr_buffer_finish(&payload->binary);
}

/* nettle skips white space, which base64 has none of here. */
static bool is_base64(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] <= ' ')
            return false;
    return true;
}

static int decode_base64(const uint8_t *text, size_t size, struct mr_buffer *out)
{
    struct base64_decode_ctx context;
    size_t decoded = BASE64_DECODE_LENGTH(size);
    if (!is_base64(text, size))
        return -EBADMSG;
    mr_buffer_clear(out);
    uint8_t *to = mr_buffer_reserve(out, decoded);
    if (to == NULL)
        return -ENOMEM;
    base64_decode_init(&context);
    if (!base64_decode_update(&context, &decoded, to, size, (const char *)text) ||
        !base64_decode_final(&context) || BASE64_ENCODE_RAW_LENGTH(decoded) != size)
        return -EBADMSG; /* the length: nettle takes "A===", too */
    out->size = decoded;
    return 0;
}

static int decode_binary(struct mr_buffer *scratch, const uint8_t *text, size_t size,
                         struct mr_engineio_packet *packet)
{
    int result = decode_base64(text, size, scratch);
    if (result < 0)
        return result;
    return mr_engineio_packet_decode(true, scratch->data, scratch->size, packet);
}

int mr_engineio_payload_next(struct mr_engineio_payload *payload, struct mr_engineio_packet *packet)
{
    if (payload->ended)
        return 0;
    if (payload->room == 0)
        return -EMSGSIZE;
    payload->room--;

    const uint8_t *bytes = payload->at;
    const uint8_t *separator = payload->left > 0 ? memchr(bytes, SEPARATOR, payload->left) : NULL;
    size_t size = separator != NULL ? (size_t)(separator - bytes) : payload->left;
    payload->ended = separator == NULL;
    if (separator != NULL) {
        payload->at = separator + 1;
        payload->left -= size + 1;
    }

    int result;
    if (size > 0 && bytes[0] == 'b')
        result = decode_binary(&payload->binary, bytes + 1, size - 1, packet);
    else
        result =
            is_utf8(bytes, size) ? mr_engineio_packet_decode(false, bytes, size, packet) : -EBADMSG;
    return result < 0 ? result : 1;
}

void mr_engineio_payload_add(struct mr_buffer *payload, const struct mr_engineio_packet *packet)
{
    static const uint8_t separator = SEPARATOR;
    if (payload->size > 0)
        mr_buffer_append(payload, &separator, 1);
    if (!packet->binary) {
        mr_engineio_packet_encode(packet->type, packet->data, packet->size, payload);
        return;
    }
    size_t size = BASE64_ENCODE_RAW_LENGTH(packet->size);
    mr_buffer_append_text(payload, "b");
    char *to = (char *)mr_buffer_reserve(payload, size);
    if (to == NULL)
        return;
    base64_encode_raw(to, packet->size, packet->data);
    to[size] = '\0';
    payload->size += size;
}

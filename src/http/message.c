#include "http/message.h"

#include "base/buffer.h"

#include <errno.h>
#include <inttypes.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *put_big_endian(uint8_t *to, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        *to++ = (uint8_t)(value >> (8 * i));
    return to;
}

static uint8_t *put_little_endian(uint8_t *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *to++ = (uint8_t)(value >> (8 * i));
    return to;
}

size_t mr_websocket_head(uint8_t head[MR_WEBSOCKET_HEAD_MAX], unsigned opcode, uint64_t size)
{
    uint8_t *to = head;
    *to++ = (uint8_t)(0x80 | opcode);
    if (size < 126) {
        *to++ = (uint8_t)size;
    } else if (size < 65536) {
        *to++ = 126;
        to = put_big_endian(to, size, 2);
    } else {
        *to++ = 127;
        to = put_big_endian(to, size, 8);
    }
    return (size_t)(to - head);
}

static uint8_t *put_header(uint8_t *to, const struct mr_packet *packet)
{
    static const uint8_t magic[4] = { 'M', 'R', 'F', '1' };
    memcpy(to, magic, sizeof(magic));
    to = put_little_endian(to + sizeof(magic), MR_MESSAGE_HEADER_BYTES, 2);
    to = put_little_endian(to, 0, 2);
    to = put_little_endian(to, packet->seq, 8);
    to = put_little_endian(to, (uint64_t)packet->pts_us, 8);
    to = put_little_endian(to, (uint64_t)packet->captured_us, 8);
    to = put_little_endian(to, packet->payload_size, 4);
    return put_little_endian(to, packet->jpeg_size, 4);
}

static int make_binary(const struct mr_packet *packet, struct mr_form *form)
{
    uint8_t *start = malloc(MR_WEBSOCKET_HEAD_MAX + MR_MESSAGE_HEADER_BYTES);
    if (start == NULL)
        return -ENOMEM;
    uint64_t size = MR_MESSAGE_HEADER_BYTES + packet->payload_size + packet->jpeg_size;
    uint8_t *end = start + mr_websocket_head(start, MR_WEBSOCKET_BINARY, size);
    end = put_header(end, packet);

    form->owned = start;
    form->part[0] = (struct iovec){ start, (size_t)(end - start) };
    form->part[1] = (struct iovec){ (char *)packet->payload, packet->payload_size };
    form->part[2] = (struct iovec){ (uint8_t *)packet->jpeg, packet->jpeg_size };
    form->parts = 3;
    form->size_bytes = form->part[0].iov_len + packet->payload_size + packet->jpeg_size;
    return 0;
}

static void append_image(struct mr_buffer *text, const struct mr_packet *packet)
{
    size_t size = BASE64_ENCODE_RAW_LENGTH(packet->jpeg_size);
    mr_buffer_append_text(text, "data:image/jpeg;base64,");
    uint8_t *to = mr_buffer_reserve(text, size);
    if (to == NULL)
        return;
    base64_encode_raw((char *)to, packet->jpeg_size, packet->jpeg);
    text->size += size;
}

static void append_json(struct mr_buffer *text, const struct mr_packet *packet)
{
    mr_buffer_append_text(text, "{\"data\":");
    mr_buffer_append(text, packet->payload, packet->payload_size);
    mr_buffer_append_text(text, ",\"image\":\"");
    append_image(text, packet);
    mr_buffer_printf(text,
                     "\",\"seq\":%" PRIu64 ",\"pts_us\":%" PRId64 ",\"captured_us\":%" PRId64 "}",
                     packet->seq, packet->pts_us, packet->captured_us);
}

static int make_json(const struct mr_packet *packet, struct mr_form *form)
{
    /* the head's size depends on the text's: leave room before the text and put it right there */
    struct mr_buffer text = { 0 };
    uint8_t head[MR_WEBSOCKET_HEAD_MAX] = { 0 };
    mr_buffer_append(&text, head, sizeof(head));
    append_json(&text, packet);
    if (text.failed) {
        mr_buffer_finish(&text);
        return -ENOMEM;
    }
    size_t size = text.size - sizeof(head);
    size_t head_size = mr_websocket_head(head, MR_WEBSOCKET_TEXT, size);
    uint8_t *start = text.data + sizeof(head) - head_size;
    memcpy(start, head, head_size);

    form->owned = text.data;
    form->part[0] = (struct iovec){ start, head_size + size };
    form->parts = 1;
    form->size_bytes = head_size + size;
    return 0;
}

const struct mr_form_maker mr_message_binary = { .slot = MR_FORM_BINARY, .make = make_binary };
const struct mr_form_maker mr_message_json = { .slot = MR_FORM_JSON, .make = make_json };

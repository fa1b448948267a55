#include "http/viewers/frame_headers.h"

#include <inttypes.h>

/* The first character that is not ASCII.
 * return: its bytes; of what is no UTF-8, those that could be */
static size_t decode(const uint8_t *text, uint32_t *character)
{
    size_t size = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2, used = 1;
    *character = text[0] & (0xffU >> (size + 1));
    for (; used < size && (text[used] & 0xc0) == 0x80; used++)
        *character = *character << 6 | (text[used] & 0x3f);
    return used;
}

static void append_escape(struct mr_buffer *out, uint32_t character)
{
    uint32_t above = character - 0x10000;
    if (character < 0x10000)
        mr_buffer_printf(out, "\\u%04" PRIx32, character);
    else
        mr_buffer_printf(out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 | (above >> 10 & 0x3ff),
                         0xdc00 | (above & 0x3ff));
}

static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

/* Outside of strings JSON may be broken into lines, which would end the header; a payload is not. */
static size_t append_one(struct mr_buffer *out, const uint8_t *text)
{
    uint32_t character = text[0];
    size_t used = text[0] < 0x80 ? 1 : decode(text, &character);
    if (text[0] < 0x20)
        mr_buffer_append_text(out, " ");
    else
        append_escape(out, character);
    return used;
}

static void append_payload(struct mr_buffer *out, const uint8_t *text, size_t size)
{
    static const char name[] = "X-Payload: ";
    size_t before = out->size, limit = before + sizeof(name) - 1 + MR_FRAME_PAYLOAD_MAX;
    mr_buffer_append_text(out, name);
    for (size_t at = 0; at < size && out->size <= limit && !out->failed;) {
        size_t plain = 0;
        while (at + plain < size && is_plain(text[at + plain]))
            plain++;
        mr_buffer_append(out, text + at, plain);
        at += plain;
        if (at < size)
            at += append_one(out, text + at);
    }
    if (out->size <= limit) {
        mr_buffer_append_text(out, "\r\n");
    } else {
        out->size = before;
        out->data[before] = '\0';
    }
}

void mr_frame_headers(const struct mr_packet *packet, struct mr_buffer *out)
{
    mr_buffer_printf(out,
                     "Content-Type: image/jpeg\r\n"
                     "Content-Length: %zu\r\n"
                     "X-Seq: %" PRIu64 "\r\n"
                     "X-Timestamp: %" PRId64 ".%06" PRId64 "\r\n",
                     packet->jpeg_size, packet->seq, packet->captured_us / 1000000,
                     packet->captured_us % 1000000);
    if (packet->payload_size <= MR_FRAME_PAYLOAD_MAX)
        append_payload(out, (const uint8_t *)packet->payload, packet->payload_size);
}

#include "http/engine/message.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
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

size_t mr_message_websocket_head(uint8_t head[MR_WEBSOCKET_HEAD_MAX], unsigned opcode,
                                 uint64_t size)
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

static int make_binary(struct mr_packet *packet, struct mr_form *form)
{
    uint8_t *start = malloc(MR_WEBSOCKET_HEAD_MAX + MR_MESSAGE_HEADER_BYTES);
    if (start == NULL)
        return -ENOMEM;
    uint64_t size = MR_MESSAGE_HEADER_BYTES + packet->payload_size + packet->jpeg_size;
    uint8_t *end = start + mr_message_websocket_head(start, MR_WEBSOCKET_BINARY, size);
    end = put_header(end, packet);

    form->owned = start;
    mr_form_add(form, start, (size_t)(end - start));
    mr_form_add(form, packet->payload, packet->payload_size);
    mr_form_add(form, packet->jpeg, packet->jpeg_size);
    return 0;
}

/* Written around the payload and the image, which are not copied. */
struct frame_of_json {
    char start[MR_WEBSOCKET_HEAD_MAX + sizeof("{\"data\":")];
    char end[128];
};

static int make_json(struct mr_packet *packet, struct mr_form *form)
{
    static const char data[] = "{\"data\":", image[] = ",\"image\":\"";
    const size_t data_size = sizeof(data) - 1, image_size = sizeof(image) - 1;
    const struct mr_form *url = mr_packet_form(packet, &mr_form_data_url);
    struct frame_of_json *around = malloc(sizeof(*around));
    if (url == NULL || around == NULL) {
        free(around);
        return -ENOMEM;
    }
    int end_size =
        snprintf(around->end, sizeof(around->end),
                 "\",\"seq\":%" PRIu64 ",\"pts_us\":%" PRId64 ",\"captured_us\":%" PRId64 "}",
                 packet->seq, packet->pts_us, packet->captured_us);
    size_t size =
        data_size + packet->payload_size + image_size + url->size_bytes + (size_t)end_size;
    size_t head_size = mr_message_websocket_head((uint8_t *)around->start, MR_WEBSOCKET_TEXT, size);
    memcpy(around->start + head_size, data, data_size);

    form->owned = around;
    mr_form_add(form, around->start, head_size + data_size);
    mr_form_add(form, packet->payload, packet->payload_size);
    mr_form_add(form, image, image_size);
    mr_form_add_form(form, url);
    mr_form_add(form, around->end, (size_t)end_size);
    return 0;
}

static int make_data(struct mr_packet *packet, struct mr_form *form)
{
    uint8_t *head = malloc(MR_WEBSOCKET_HEAD_MAX);
    if (head == NULL)
        return -ENOMEM;
    form->owned = head;
    mr_form_add(form, head,
                mr_message_websocket_head(head, MR_WEBSOCKET_TEXT, packet->payload_size));
    mr_form_add(form, packet->payload, packet->payload_size);
    return 0;
}

const struct mr_form_maker mr_message_binary = { .slot = MR_FORM_BINARY, .make = make_binary };
const struct mr_form_maker mr_message_json = { .slot = MR_FORM_JSON, .make = make_json };
const struct mr_form_maker mr_message_data = { .slot = MR_FORM_DATA, .make = make_data };

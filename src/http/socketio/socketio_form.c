#include "http/socketio/socketio_form.h"

#include "base/buffer.h"
#include "http/engine/message.h"

#include <errno.h>
#include <string.h>

/* Engine.IO message, Socket.IO event; binary: with one attachment. */
#define START        "42[\"stream\",{\"data\":"
#define START_BINARY "451-[\"stream\",{\"data\":"
#define IMAGE        ",\"image\":\""
#define END          "\"}]"
#define END_BINARY   ",\"image\":{\"_placeholder\":true,\"num\":0}}]"

/* In a payload: the separator, and the mark of base64. */
#define ATTACHMENT                                                                                 \
    "\x1e"                                                                                         \
    "b"

#define LENGTH(text) (sizeof(text) - 1)

/* The bytes made for a form are one piece: its beginning, and for one of them its middle. */
static int add_start(struct mr_form *form, struct mr_buffer *start)
{
    if (start->failed) {
        mr_buffer_finish(start);
        return -ENOMEM;
    }
    form->owned = start->data;
    mr_form_add(form, start->data, start->size);
    return 0;
}

static void append_head(struct mr_buffer *out, unsigned opcode, size_t size)
{
    uint8_t head[MR_WEBSOCKET_HEAD_MAX];
    mr_buffer_append(out, head, mr_message_websocket_head(head, opcode, size));
}

static void add_text_image(struct mr_form *form, const struct mr_packet *packet,
                           const struct mr_form *url)
{
    mr_form_add(form, packet->payload, packet->payload_size);
    mr_form_add(form, IMAGE, LENGTH(IMAGE));
    mr_form_add_form(form, url);
    mr_form_add(form, END, LENGTH(END));
}

static int make_message(struct mr_packet *packet, struct mr_form *form)
{
    struct mr_buffer start = { 0 };
    const struct mr_form *url = mr_packet_form(packet, &mr_form_data_url);
    if (url == NULL)
        return -ENOMEM;
    append_head(&start, MR_WEBSOCKET_TEXT,
                LENGTH(START) + packet->payload_size + LENGTH(IMAGE) + url->size_bytes +
                    LENGTH(END));
    mr_buffer_append(&start, START, LENGTH(START));
    if (add_start(form, &start) < 0)
        return -ENOMEM;
    add_text_image(form, packet, url);
    return 0;
}

static int make_answer(struct mr_packet *packet, struct mr_form *form)
{
    struct mr_buffer start = { 0 };
    const struct mr_form *url = mr_packet_form(packet, &mr_form_data_url);
    if (url == NULL)
        return -ENOMEM;
    mr_buffer_printf(&start, "Content-Length: %zu\r\n\r\n%s",
                     LENGTH(START) + packet->payload_size + LENGTH(IMAGE) + url->size_bytes +
                         LENGTH(END),
                     START);
    if (add_start(form, &start) < 0)
        return -ENOMEM;
    add_text_image(form, packet, url);
    return 0;
}

static int make_message_binary(struct mr_packet *packet, struct mr_form *form)
{
    struct mr_buffer start = { 0 };
    append_head(&start, MR_WEBSOCKET_TEXT,
                LENGTH(START_BINARY) + packet->payload_size + LENGTH(END_BINARY));
    mr_buffer_append(&start, START_BINARY, LENGTH(START_BINARY));
    size_t first = start.size;
    mr_buffer_append(&start, END_BINARY, LENGTH(END_BINARY));
    append_head(&start, MR_WEBSOCKET_BINARY, packet->jpeg_size);
    size_t all = start.size;
    start.size = first;
    if (add_start(form, &start) < 0)
        return -ENOMEM;
    mr_form_add(form, packet->payload, packet->payload_size);
    mr_form_add(form, start.data + first, all - first);
    mr_form_add(form, packet->jpeg, packet->jpeg_size);
    return 0;
}

static int make_answer_binary(struct mr_packet *packet, struct mr_form *form)
{
    struct mr_buffer start = { 0 };
    const struct mr_form *url = mr_packet_form(packet, &mr_form_data_url);
    if (url == NULL)
        return -ENOMEM;
    const char *text = url->part[0].iov_base, *comma = memchr(text, ',', url->size_bytes);
    size_t image = url->size_bytes - (size_t)(comma + 1 - text); /* without "data:…," */
    mr_buffer_printf(&start, "Content-Length: %zu\r\n\r\n%s",
                     LENGTH(START_BINARY) + packet->payload_size + LENGTH(END_BINARY) +
                         LENGTH(ATTACHMENT) + image,
                     START_BINARY);
    if (add_start(form, &start) < 0)
        return -ENOMEM;
    mr_form_add(form, packet->payload, packet->payload_size);
    mr_form_add(form, END_BINARY ATTACHMENT, LENGTH(END_BINARY ATTACHMENT));
    mr_form_add(form, comma + 1, image);
    return 0;
}

const struct mr_form_maker mr_socketio_message = { MR_FORM_SOCKETIO, make_message };
const struct mr_form_maker mr_socketio_message_binary = { MR_FORM_SOCKETIO_BINARY,
                                                          make_message_binary };
const struct mr_form_maker mr_socketio_answer = { MR_FORM_SOCKETIO_POLL, make_answer };
const struct mr_form_maker mr_socketio_answer_binary = { MR_FORM_SOCKETIO_POLL_BINARY,
                                                         make_answer_binary };

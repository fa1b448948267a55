/* How a packet is framed for WebSocket viewers: complete WebSocket messages, made once a packet.
 * docs/PROTOCOL.md describes them byte by byte. */
#ifndef MR_HTTP_MESSAGE_H
#define MR_HTTP_MESSAGE_H

#include "http/engine/form.h"

#define MR_MESSAGE_HEADER_BYTES 40
#define MR_WEBSOCKET_HEAD_MAX   10
#define MR_WEBSOCKET_TEXT       1
#define MR_WEBSOCKET_BINARY     2

/* One binary message: header, payload, JPEG. */
extern const struct mr_form_maker mr_message_binary;

/* One text message: {"data":…,"image":"data:image/jpeg;base64,…","seq":…,…}. */
extern const struct mr_form_maker mr_message_json;

/* One text message: the payload. */
extern const struct mr_form_maker mr_message_data;

/* Write the head of an unfragmented, unmasked WebSocket frame.
 * return: its size, 2 … MR_WEBSOCKET_HEAD_MAX */
size_t mr_message_websocket_head(uint8_t head[MR_WEBSOCKET_HEAD_MAX], unsigned opcode,
                                 uint64_t size);

#endif

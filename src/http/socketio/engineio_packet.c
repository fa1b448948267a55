#include "http/socketio/engineio_packet.h"

#include <errno.h>

static int decode_text(const uint8_t *bytes, size_t size, struct mr_engineio_packet *packet)
{
    if (size == 0 || bytes[0] < '0' || bytes[0] > '0' + MR_ENGINEIO_NOOP)
        return -EBADMSG;
    *packet = (struct mr_engineio_packet){
        .type = (enum mr_engineio_type)(bytes[0] - '0'),
        .data = bytes + 1,
        .size = size - 1,
    };
    return 0;
}

int mr_engineio_packet_decode(bool binary, const uint8_t *bytes, size_t size,
                              struct mr_engineio_packet *packet)
{
    if (!binary)
        return decode_text(bytes, size, packet);
    *packet = (struct mr_engineio_packet){
        .type = MR_ENGINEIO_MESSAGE,
        .binary = true,
        .data = bytes,
        .size = size,
    };
    return 0;
}

void mr_engineio_packet_encode(enum mr_engineio_type type, const void *text, size_t size,
                               struct mr_buffer *out)
{
    const char digit = (char)('0' + type);
    mr_buffer_append(out, &digit, 1);
    mr_buffer_append(out, text, size);
}

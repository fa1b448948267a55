/* Any bytes as an Engine.IO message and as a payload. What is read can be written and read again as
 * the same. */
#include "fuzz.h"
#include "http/socketio/engineio_payload.h"

#include <errno.h>
#include <string.h>

static void check(const struct mr_engineio_packet *packet)
{
    fuzz_require(packet->type >= MR_ENGINEIO_OPEN && packet->type <= MR_ENGINEIO_NOOP);
    fuzz_require(!packet->binary || packet->type == MR_ENGINEIO_MESSAGE);
}

static void try_message(const uint8_t *data, size_t size)
{
    struct mr_engineio_packet packet;
    struct mr_buffer out = { 0 };
    int result = mr_engineio_packet_decode(false, data, size, &packet);
    fuzz_require(result == 0 || result == -EBADMSG);
    if (result == 0) {
        check(&packet);
        mr_engineio_packet_encode(packet.type, packet.data, packet.size, &out);
        fuzz_require(out.size == size && memcmp(out.data, data, size) == 0);
    }
    mr_buffer_finish(&out);
}

/* Read a payload and write it again. return: of the last packet */
static int copy(const uint8_t *data, size_t size, struct mr_buffer *out)
{
    struct mr_engineio_payload payload;
    struct mr_engineio_packet packet;
    int result;
    mr_engineio_payload_init(&payload, data, size, 64);
    while ((result = mr_engineio_payload_next(&payload, &packet)) > 0) {
        check(&packet);
        fuzz_require(packet.binary || fuzz_is_utf8(packet.data, packet.size));
        mr_engineio_payload_add(out, &packet);
    }
    mr_engineio_payload_finish(&payload);
    fuzz_require(result == 0 || result == -EBADMSG || result == -EMSGSIZE);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mr_buffer out = { 0 };
    try_message(data, size);
    if (copy(data, size, &out) == 0)
        fuzz_require(out.size == size && memcmp(out.data, data, size) == 0);
    mr_buffer_finish(&out);
    return 0;
}

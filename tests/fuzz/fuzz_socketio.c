/* Any bytes as a Socket.IO packet. What is read can be written, and read again as the same. */
#include "fuzz.h"
#include "http/socketio/socketio_packet.h"

#include <string.h>

static void check(const struct mr_socketio_packet *packet)
{
    fuzz_require(packet->name[0] == '/' && strlen(packet->name) <= MR_SOCKETIO_NAMESPACE_MAX);
    fuzz_require(packet->id >= -1 && packet->id <= MR_SOCKETIO_ID_MAX);
    fuzz_require(packet->attachments <= MR_SOCKETIO_ATTACHMENTS_MAX);
    switch (packet->type) {
    case MR_SOCKETIO_EVENT:
    case MR_SOCKETIO_BINARY_EVENT:
        fuzz_require(json_array_size(packet->data) > 0);
        break;
    case MR_SOCKETIO_ACK:
    case MR_SOCKETIO_BINARY_ACK:
        fuzz_require(json_is_array(packet->data) && packet->id >= 0);
        break;
    default:
        fuzz_require(packet->data == NULL || json_is_object(packet->data));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mr_socketio_packet packet, again;
    struct mr_buffer out = { 0 };
    if (mr_socketio_packet_decode(data, size, &packet) < 0)
        return 0;
    check(&packet);
    mr_socketio_packet_is_event(&packet, "message");
    mr_socketio_packet_encode(&packet, &out);
    fuzz_require(!out.failed && fuzz_is_plain(out.data, out.size));
    fuzz_require(mr_socketio_packet_decode(out.data, out.size, &again) == 0);
    fuzz_require(again.type == packet.type && again.id == packet.id);
    fuzz_require(again.attachments == packet.attachments && strcmp(again.name, packet.name) == 0);
    fuzz_require((again.data == NULL) == (packet.data == NULL));
    fuzz_require(again.data == NULL || json_equal(again.data, packet.data));
    mr_socketio_packet_finish(&packet);
    mr_socketio_packet_finish(&again);
    mr_buffer_finish(&out);
    return 0;
}

/* Sends a client what is next: the rest of the packet in flight, what its protocol queued, the next packet with its mark. */
#ifndef MR_HTTP_CLIENT_PUMP_H
#define MR_HTTP_CLIENT_PUMP_H

#include "http/engine/client.h"

/* The packets that can be sent next: the hub's newest, oldest first. Shared by the clients of a hub. */
struct mr_recent {
    struct mr_packet *packet[MR_HUB_RECENT];
    int count;
};

/* Send what can be sent now.
 * thread: the engine's */
void mr_client_pump(struct mr_client *client, const struct mr_recent *recent, int64_t now_us);

#endif

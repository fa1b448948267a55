/* Frames for the viewers of a hub. */
#ifndef MR_TESTS_PUBLISH_H
#define MR_TESTS_PUBLISH_H

#include "stream/hub.h"

#include <string.h>
#include <unistd.h>

static inline void publish_frame(struct mr_hub *hub, uint64_t seq, const char *payload,
                                 const char *jpeg)
{
    mr_hub_publish(hub, mr_packet_create(&(struct mr_packet_content){
                            .seq = seq,
                            .captured_us = 1700000000000000 + (int64_t)seq,
                            .payload = payload,
                            .payload_size = strlen(payload),
                            .jpeg = (const uint8_t *)jpeg,
                            .jpeg_size = strlen(jpeg),
                        }));
}

/* Wait until so many watch, and with the fixture's time-outs of fetch.h no longer than 5 s. */
static inline void wait_for_viewers(struct mr_hub *hub, unsigned count)
{
    for (int i = 0; mr_hub_viewers(hub, NULL) != count; i++) {
        assert_true(i < 5000);
        usleep(1000);
    }
}

#endif

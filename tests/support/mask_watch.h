/* Looks at every picture of a stream whose script hides a red region by painting it blue, and fails the
 * running cmocka test when --on-script-error is not kept to. */
#ifndef TEST_SUPPORT_MASK_WATCH_H
#define TEST_SUPPORT_MASK_WATCH_H

#include "support/viewer.h"

#include <stdint.h>

/* The region, in pictures of 160x120: everything right of, and above. */
enum { MASK_LEFT = 80, MASK_BOTTOM = 64 };

#define MASK_WATCH_KEPT 256

struct mask_watch {
    const char *policy;       /* "pass", "hold", "blank" */
    uint64_t masked, without; /* pictures that the script made, and those without it */
    uint64_t compared;        /* that were the same in both formats */
    int version;              /* in the newest payload {"label":L,"version":V} */
    char label[32];
    struct {
        uint64_t seq, hash;
    } kept[MASK_WATCH_KEPT];
};

/* A viewer_callback, opaque: the mask_watch. For binary messages, which are judged, and those of
 * ?format=json, which must hold the same pictures and payloads. */
viewer_callback mask_watch_look;

#endif

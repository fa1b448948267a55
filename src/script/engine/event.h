/* Things that happen around a stream, which its script hears of between two frames. Plain data. */
#ifndef MR_SCRIPT_EVENT_H
#define MR_SCRIPT_EVENT_H

#include <stddef.h>
#include <stdint.h>

#define MR_SCRIPT_MESSAGE_MAX_BYTES (64 * 1024) /* of one message, either way */

/* Bounds of a script's broadcasts in a second: a loop of them must not keep the host busy. */
#define MR_SCRIPT_BROADCASTS      1000
#define MR_SCRIPT_BROADCAST_BYTES (4 * 1024 * 1024)

enum mr_script_event_kind {
    MR_SCRIPT_MESSAGE, /* on_message(message, client) */
    MR_SCRIPT_JOIN,    /* on_client("join", client) */
    MR_SCRIPT_LEAVE,   /* on_client("leave", client) */
};

struct mr_script_event {
    enum mr_script_event_kind kind;
    uint64_t client;  /* from 1, never used again while moonreel runs */
    const char *json; /* of a message, UTF-8, borrowed; else NULL */
    size_t size;
};

/* The receiver of broadcast(): a text for one viewer, or for all with client 0. Called on the thread that
 * runs the script; must not block; json is borrowed. */
typedef void mr_script_broadcast(void *opaque, uint64_t client, const char *json, size_t size);

#endif

/* The hub: where a stream's packets meet its viewers. It holds the newest packets, wakes those who
 * deliver them, and knows how many watch, so that an unwatched stream can rest.
 *
 * Reference-counted: the stream holds one reference, every client one; it outlives both. Any
 * thread; nothing here blocks but mr_hub_wait_wanted. Policy when nobody takes a packet: it is
 * forgotten once it is no longer among the newest MR_HUB_RECENT. */
#ifndef MR_STREAM_HUB_H
#define MR_STREAM_HUB_H

#include "stream/packet.h"

#include <stdbool.h>

#define MR_HUB_RECENT     6 /* packets kept: a viewer that hiccups for less than this loses none */
#define MR_HUB_MAX_WAKERS 4

enum mr_viewer_kind {
    MR_VIEWER_WEBSOCKET,
    MR_VIEWER_WEBSOCKET_JSON,
    MR_VIEWER_KINDS,
};

/* "websocket", "websocket-json", … */
const char *mr_viewer_kind_name(enum mr_viewer_kind kind);

struct mr_hub;

struct mr_hub *mr_hub_create(void); /* one reference; NULL when out of memory */
struct mr_hub *mr_hub_ref(struct mr_hub *hub);
void mr_hub_unref(struct mr_hub **hub); /* clears it; takes a pointer to NULL */

/* ---- the stream's side ---- */

/* Number the packet, make it the newest, wake. Takes the caller's reference. */
void mr_hub_publish(struct mr_hub *hub, struct mr_packet *packet);

/* Forget the packets (the stream rests; a viewer must not get an old picture as a new one). */
void mr_hub_clear(struct mr_hub *hub);

/* No packet will ever come again: deliverers wake and say goodbye. `reason` is a constant. */
void mr_hub_close(struct mr_hub *hub, const char *reason);

/* Block until somebody watches, the hub is closed or `deadline_us` (monotonic; < 0: none) has come.
 * return: whether somebody watches */
bool mr_hub_wait_wanted(struct mr_hub *hub, int64_t deadline_us);

/* ---- the viewers' side ---- */

/* From now on, write to eventfd `fd` whenever there is news. The hub keeps a duplicate until it is
 * freed; the same eventfd given twice counts once.
 * return: 0; -ENOSPC; -errno of fcntl */
int mr_hub_add_waker(struct mr_hub *hub, int fd);

/* Count a viewer in and out. */
void mr_hub_join(struct mr_hub *hub, enum mr_viewer_kind kind);
void mr_hub_leave(struct mr_hub *hub, enum mr_viewer_kind kind);
unsigned mr_hub_viewers(struct mr_hub *hub, unsigned by_kind[MR_VIEWER_KINDS]); /* may be NULL */

/* The newest packets, oldest first, numbers without gaps.
 * out:    recent[0 … return-1], a reference each
 * return: how many, 0 … MR_HUB_RECENT */
int mr_hub_recent(struct mr_hub *hub, struct mr_packet *recent[MR_HUB_RECENT]);

/* return: NULL while open, the reason once closed */
const char *mr_hub_closed(struct mr_hub *hub);

#endif

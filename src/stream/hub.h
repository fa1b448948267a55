/* The hub: where a stream meets its viewers. It holds the newest packets and the newest texts of the
 * script, wakes those who deliver them, knows how many watch, so that an unwatched stream can rest,
 * and passes on what viewers do and say.
 *
 * Reference-counted: the stream holds one reference, every client one; it outlives both. Any
 * thread; nothing here blocks but mr_hub_wait_wanted and mr_hub_set_inbox. Policy when nobody takes
 * a packet: it is forgotten once it is no longer among the newest MR_HUB_RECENT; texts: text_ring.h. */
#ifndef MR_STREAM_HUB_H
#define MR_STREAM_HUB_H

#include "script/engine/event.h"
#include "stream/packet.h"
#include "stream/text_ring.h"

#include <stdbool.h>

#define MR_HUB_RECENT     6 /* packets kept: a viewer that hiccups for less than this loses none */
#define MR_HUB_MAX_WAKERS 4

enum mr_viewer_kind {
    MR_VIEWER_WEBSOCKET,
    MR_VIEWER_WEBSOCKET_JSON,
    MR_VIEWER_SOCKETIO,
    MR_VIEWER_WEBSOCKET_DATA,
    MR_VIEWER_MJPEG,
    MR_VIEWER_SNAPSHOT,
    MR_VIEWER_EVENTS,
    MR_VIEWER_KINDS,
};

/* return: "websocket", "websocket-json", …; lives for ever */
const char *mr_hub_kind_name(enum mr_viewer_kind kind);

struct mr_hub;

/* A viewer, counted in. Plain data, the client's. */
struct mr_viewer {
    uint64_t id; /* from 1, never used again in this process */
    enum mr_viewer_kind kind;
    bool announced;       /* the inbox took its join, so it is to hear of its leave */
    uint64_t after_text;  /* texts with greater numbers are for it */
    uint64_t last_packet; /* number of the newest packet that it was sent, 0 before the first */
};

/* Told of joins, leaves and messages, by any thread; must not block.
 * return: 0; -errno: refused */
typedef int mr_hub_inbox(void *opaque, const struct mr_script_event *event);

/* return: a hub with one reference; NULL when out of memory */
struct mr_hub *mr_hub_create(void);

/* return: the same hub, with one reference more */
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

/* From now on, tell `inbox` what viewers do and say; NULL: nobody, which waits for calls under way.
 * What comes while there is none is lost. */
void mr_hub_set_inbox(struct mr_hub *hub, mr_hub_inbox *inbox, void *opaque);

/* Send a text to a viewer, or to all with client 0. json is copied. It is delivered to those who
 * watch now; with nobody there nothing is done.
 * return: 0; -ENOMEM */
int mr_hub_broadcast(struct mr_hub *hub, uint64_t client, const char *json, size_t size);

/* Texts sent, and those that somebody did not get (or several did not), each counted once for every
 * time. */
void mr_hub_text_counts(struct mr_hub *hub, uint64_t *sent, uint64_t *dropped);

/* ---- the viewers' side ---- */

/* From now on, ring the waker `fd` (base/wake.h) whenever there is news. The hub keeps a duplicate until it is
 * freed; the same waker given twice counts once.
 * return: 0; -ENOSPC; -errno of fcntl */
int mr_hub_add_waker(struct mr_hub *hub, int fd);

/* Count a viewer in and out, and tell the inbox. With the last one the texts go as well. */
void mr_hub_join(struct mr_hub *hub, enum mr_viewer_kind kind, struct mr_viewer *viewer);
void mr_hub_leave(struct mr_hub *hub, const struct mr_viewer *viewer);

/* Pass on what a viewer said: JSON text, borrowed.
 * return: 0, also without an inbox; the inbox's -errno, -EAGAIN when too much waits already */
int mr_hub_post(struct mr_hub *hub, const struct mr_viewer *viewer, const char *json, size_t size);
unsigned mr_hub_viewers(struct mr_hub *hub, unsigned by_kind[MR_VIEWER_KINDS]); /* may be NULL */

/* The newest packets, oldest first, numbers without gaps.
 * out:    recent[0 … return-1], a reference each
 * return: how many, 0 … MR_HUB_RECENT */
int mr_hub_recent(struct mr_hub *hub, struct mr_packet *recent[MR_HUB_RECENT]);

/* The texts after number *last, oldest first, a reference each; *last becomes the newest's number.
 * Costs next to nothing when there are none. What is gone already is counted as dropped.
 * return: how many */
unsigned mr_hub_texts(struct mr_hub *hub, uint64_t *last, struct mr_hub_text *texts[MR_TEXTS_MAX]);

/* return: the number of the newest text, 0 before the first */
uint64_t mr_hub_newest_text(struct mr_hub *hub);

/* Count texts that were not delivered because their viewer does not take them. */
void mr_hub_drop_texts(struct mr_hub *hub, uint64_t count);

/* The frames and bytes that viewers of one kind were sent so far. */
struct mr_hub_sent {
    uint64_t bytes, packets;
};

/* Count what the kernel took for a viewer, and packets that are whole. Costs next to nothing. */
void mr_hub_note_sent(struct mr_hub *hub, enum mr_viewer_kind kind, size_t bytes, unsigned packets);
void mr_hub_sent(struct mr_hub *hub, struct mr_hub_sent sent[MR_VIEWER_KINDS]);

/* return: NULL while open, the reason once closed */
const char *mr_hub_closed(struct mr_hub *hub);

#endif

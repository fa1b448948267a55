/* Texts on their way from a stream's script to its viewers: the newest MR_TEXTS_MAX, numbered from 1.
 * Policy when full: the oldest makes room; a deliverer that had not fetched it learns how many it
 * missed.
 *
 * The ring belongs to the hub and is protected by its lock. A text is immutable and
 * reference-counted; any thread. */
#ifndef MR_STREAM_TEXT_RING_H
#define MR_STREAM_TEXT_RING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define MR_TEXTS_MAX 256

struct mr_hub_text {
    atomic_uint refs;
    uint64_t number; /* set by mr_text_ring_put */
    uint64_t client; /* the viewer that gets it; 0: all of them */
    size_t size;
    char json[]; /* UTF-8, 0-terminated */
};

/* return: a copy of the text with one reference; NULL when out of memory */
struct mr_hub_text *mr_text_ring_create_text(uint64_t client, const char *json, size_t size);

void mr_text_ring_unref_text(struct mr_hub_text **text); /* clears it; takes a pointer to NULL */

struct mr_text_ring {
    struct mr_hub_text *slots[MR_TEXTS_MAX]; /* text N is in slot N % MR_TEXTS_MAX */
    uint64_t newest;                         /* number of the last one, 0 before it */
    unsigned count;
};

/* Number a text and keep it; takes the caller's reference.
 * return: the oldest one if it had to go, for the caller to unref; else NULL */
struct mr_hub_text *mr_text_ring_put(struct mr_text_ring *ring, struct mr_hub_text *text);

/* Fetch what came after number *last, oldest first, a reference each; *last becomes the newest.
 * out:    *missed: how many are gone already
 * return: how many were fetched */
unsigned mr_text_ring_fetch(const struct mr_text_ring *ring, uint64_t *last,
                            struct mr_hub_text *fetched[MR_TEXTS_MAX], uint64_t *missed);

/* Take all out, for the caller to unref; numbers go on.
 * return: how many */
unsigned mr_text_ring_clear(struct mr_text_ring *ring, struct mr_hub_text *old[MR_TEXTS_MAX]);

#endif

#include "stream/text_ring.h"

#include <stdlib.h>
#include <string.h>

struct mr_hub_text *mr_text_ring_create_text(uint64_t client, const char *json, size_t size)
{
    struct mr_hub_text *text = malloc(sizeof(*text) + size + 1);
    if (text == NULL)
        return NULL;
    atomic_init(&text->refs, 1);
    text->number = 0;
    text->client = client;
    text->size = size;
    memcpy(text->json, json, size);
    text->json[size] = '\0';
    return text;
}

static struct mr_hub_text *ref(struct mr_hub_text *text)
{
    atomic_fetch_add_explicit(&text->refs, 1, memory_order_relaxed);
    return text;
}

void mr_text_ring_unref_text(struct mr_hub_text **held)
{
    struct mr_hub_text *text = *held;
    *held = NULL;
    if (text != NULL && atomic_fetch_sub_explicit(&text->refs, 1, memory_order_acq_rel) == 1)
        free(text);
}

static struct mr_hub_text **slot_of(struct mr_text_ring *ring, uint64_t number)
{
    return &ring->slots[number % MR_TEXTS_MAX];
}

struct mr_hub_text *mr_text_ring_put(struct mr_text_ring *ring, struct mr_hub_text *text)
{
    text->number = ++ring->newest;
    struct mr_hub_text **slot = slot_of(ring, text->number);
    struct mr_hub_text *oldest = *slot;
    *slot = text;
    if (oldest == NULL)
        ring->count++;
    return oldest;
}

unsigned mr_text_ring_fetch(const struct mr_text_ring *ring, uint64_t *last,
                            struct mr_hub_text *fetched[MR_TEXTS_MAX], uint64_t *missed)
{
    unsigned count = 0;
    uint64_t oldest = ring->newest - ring->count + 1;
    uint64_t next = *last + 1;
    *missed = next < oldest ? oldest - next : 0;
    for (next += *missed; next <= ring->newest; next++)
        fetched[count++] = ref(ring->slots[next % MR_TEXTS_MAX]);
    *last = ring->newest;
    return count;
}

unsigned mr_text_ring_clear(struct mr_text_ring *ring, struct mr_hub_text *old[MR_TEXTS_MAX])
{
    unsigned count = ring->count;
    for (unsigned i = 0; i < count; i++) {
        struct mr_hub_text **slot = slot_of(ring, ring->newest - i);
        old[i] = *slot;
        *slot = NULL;
    }
    ring->count = 0;
    return count;
}

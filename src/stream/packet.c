#include "stream/packet.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct packet {
    struct mr_packet public; /* first: what callers hold */
    atomic_uint refs;
    struct mr_blob *blob;                   /* what holds the JPEG; NULL: it is here */
    struct mr_form *forms[MR_PACKET_FORMS]; /* by the one thread that asks for forms */
    char bytes[];                           /* payload, 0, JPEG */
};

static struct packet *private_of(struct mr_packet *packet)
{
    return (struct packet *)packet;
}

struct mr_packet *mr_packet_create(const struct mr_packet_content *content)
{
    size_t copied = content->blob == NULL ? content->jpeg_size : 0;
    struct packet *packet = malloc(sizeof(*packet) + content->payload_size + 1 + copied);
    if (packet == NULL)
        return NULL;

    char *payload = packet->bytes;
    char *jpeg = payload + content->payload_size + 1;
    memcpy(payload, content->payload, content->payload_size);
    payload[content->payload_size] = '\0';
    if (copied > 0)
        memcpy(jpeg, content->jpeg, copied);
    packet->blob = mr_blob_ref(content->blob);

    atomic_init(&packet->refs, 1);
    memset(packet->forms, 0, sizeof(packet->forms));
    packet->public = (struct mr_packet){
        .seq = content->seq,
        .pts_us = content->pts_us,
        .captured_us = content->captured_us,
        .width = content->width,
        .height = content->height,
        .payload = payload,
        .payload_size = content->payload_size,
        .jpeg = content->blob != NULL ? content->jpeg : (const uint8_t *)jpeg,
        .jpeg_size = content->jpeg_size,
    };
    return &packet->public;
}

struct mr_packet *mr_packet_ref(struct mr_packet *packet)
{
    atomic_fetch_add_explicit(&private_of(packet)->refs, 1, memory_order_relaxed);
    return packet;
}

void mr_packet_unref(struct mr_packet **held)
{
    if (*held == NULL)
        return;
    struct packet *packet = private_of(*held);
    *held = NULL;
    if (atomic_fetch_sub_explicit(&packet->refs, 1, memory_order_acq_rel) > 1)
        return;

    for (int i = 0; i < MR_PACKET_FORMS; i++) {
        if (packet->forms[i] != NULL)
            free(packet->forms[i]->owned);
        free(packet->forms[i]);
    }
    mr_blob_unref(&packet->blob);
    free(packet);
}

static struct mr_form *make_form(struct mr_packet *packet, const struct mr_form_maker *maker)
{
    struct mr_form *form = calloc(1, sizeof(*form));
    if (form != NULL && maker->make(packet, form) < 0) {
        free(form);
        form = NULL;
    }
    return form;
}

const struct mr_form *mr_packet_form(struct mr_packet *public, const struct mr_form_maker *maker)
{
    assert(maker->slot < MR_PACKET_FORMS);
    struct mr_form **form = &private_of(public)->forms[maker->slot];
    if (*form == NULL)
        *form = make_form(public, maker);
    return *form;
}

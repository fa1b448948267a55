/* A client: one viewer's socket with at most one packet in flight.
 *
 * It is sent one thing at a time: the rest of the packet in flight, then what its protocol queued
 * (answers, pings, a close frame), then the next packet. A packet of which the kernel took no byte
 * is not in flight: when there is room again, the newest one is taken instead. So a slow client
 * skips packets; pace.h keeps those that it sees recent, and begins with its first packet.
 *
 * Made by the thread that hands the socket over; from then on the engine's thread only. */
#ifndef MR_HTTP_CLIENT_H
#define MR_HTTP_CLIENT_H

#include "base/buffer.h"
#include "http/engine/protocol.h"

#include <stdbool.h>

#define MR_CLIENT_PING_US     (10 * 1000000LL) /* of silence, then a ping */
#define MR_CLIENT_STALL_US    (25 * 1000000LL) /* without a byte taken: dropped */
#define MR_CLIENT_LINGER_US   (2 * 1000000LL)  /* from our last byte to the client's close */
#define MR_CLIENT_FAREWELL_US (5 * 1000000LL)  /* for a packet in flight and the goodbye */

/* Bytes queued for a client before no more is read from it. */
#define MR_CLIENT_QUEUE_LIMIT 4096

/* Bytes queued for a client before texts for it are dropped (and counted in the hub). */
#define MR_CLIENT_TEXTS_LIMIT (256 * 1024)

enum mr_client_phase {
    MR_CLIENT_OPEN,
    MR_CLIENT_ENDING, /* no more packets; closed when the queue is out */
    MR_CLIENT_PARTED, /* our side is closed, the client's close is awaited */
    MR_CLIENT_GONE,   /* to be destroyed */
};

struct mr_group;

struct mr_client {
    /* immutable */
    int fd;
    const struct mr_protocol *protocol;
    struct mr_addresses *addresses; /* where it is counted; NULL: nowhere */
    struct mr_peer peer;

    /* engine's thread only; the first six are the engine's own */
    struct mr_group *group;
    size_t index;
    struct mr_client *next;
    struct mr_client **poked; /* the engine's list of those to be pumped in this turn; or NULL */
    struct mr_client *next_poked;
    bool is_poked, is_leaving;

    const struct mr_form_maker *maker; /* the protocol's, if it does not set another one */
    struct mr_hub *hub;                /* a reference; NULL: no packets, no texts */
    struct mr_viewer *viewer;          /* as the hub knows it: `own`, or one of several sockets */
    struct mr_viewer own;
    bool joined; /* `own` is counted in */
    bool moved;  /* the hub is another one: to be put into its group */

    enum mr_client_phase phase;
    bool blocked;   /* the kernel takes no more: wait for EPOLLOUT */
    bool rearm;     /* bytes may be waiting that no new edge will tell of: renew the registration */
    bool unread;    /* reading stopped because the queue was full */
    bool half;      /* the client closed its side */
    bool skipping;  /* it could not keep up: it gets the newest packet, never one before */
    bool repeating; /* it waits for its last packet once more */
    unsigned calm;  /* packets in a row of which it skipped none, without blocking */
    struct mr_pace pace; /* if the protocol has answers */

    struct mr_packet *packet; /* partly sent; NULL: none */
    const struct mr_form *form;
    size_t offset; /* of the form's bytes, sent so far */

    struct mr_buffer
        early; /* what came before the engine read: received as soon as the protocol is open */
    struct mr_buffer queue; /* the protocol's bytes */
    size_t queue_sent;

    int64_t progress_us; /* when the kernel took bytes last */
    int64_t deadline_us; /* when to give up, once ending or parted */
    void *session;       /* the protocol's */
};

/* Make a client and set what its socket needs.
 * in:     arrival: with a hub, one viewer is counted in
 * return: the client, NULL when out of memory
 * thread: any */
struct mr_client *mr_client_create(const struct mr_arrival *arrival);

/* Close session and socket, count the viewer out and free. Takes NULL. */
void mr_client_destroy(struct mr_client *client);

/* Open the protocol; the phase becomes GONE when that fails. Before anything below. */
void mr_client_start(struct mr_client *client, int64_t now_us);

/* Read what came, a bounded share of it; `scratch` is the engine's. */
void mr_client_receive(struct mr_client *client, uint8_t *scratch, size_t scratch_size);

/* About once a second: pings, and the end of those who do not answer. */
void mr_client_tick(struct mr_client *client, int64_t now_us);

/* Queue a text of the script, if it is for this client and there is room. */
void mr_client_tell(struct mr_client *client, const struct mr_hub_text *text);

/* Let the protocol say goodbye; at `deadline_us` it is over anyway. */
void mr_client_farewell(struct mr_client *client, const char *reason, int64_t deadline_us);

/* Have the engine pump the client before its turn ends. */
void mr_client_poke(struct mr_client *client);

/* ---- for protocols; for any client, within one client's turn or a service's ---- */

/* From now on the client gets what the hub has for `viewer`, who is counted in already and outlives
 * the client or its watching: one viewer who uses several sockets, one of them at a time. hub NULL:
 * nothing more. A client that came with a hub of its own cannot be moved. */
void mr_client_watch(struct mr_client *client, struct mr_hub *hub, struct mr_viewer *viewer);

/* Queue bytes to be sent between two packets. Out of memory drops the client. */
void mr_client_write(struct mr_client *client, const void *bytes, size_t size);

/* The ping that carried `mark` was answered. */
void mr_client_answered(struct mr_client *client, const struct mr_mark *mark);

/* No more packets: close once all that is queued is out. */
void mr_client_end(struct mr_client *client);

/* Close at once. */
void mr_client_drop(struct mr_client *client);

#endif

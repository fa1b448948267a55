/* A client protocol: what the fan-out engine has to know of one kind of viewer. One constant a
 * protocol, one file each; the engine knows none of them by name.
 *
 * All functions are called by the engine's thread, for one client one at a time. They never block
 * and answer through mr_client_write and mr_client_end (client.h). */
#ifndef MR_HTTP_PROTOCOL_H
#define MR_HTTP_PROTOCOL_H

#include "http/engine/pace.h"
#include "http/request/addresses.h"
#include "stream/hub.h"

#include <stdbool.h>

struct mr_client;

struct mr_protocol {
    enum mr_viewer_kind kind;
    const struct mr_form_maker *maker; /* how a packet is framed for it; NULL: it gets none */
    bool once;                         /* one packet, then the end */
    bool repeats; /* it has no ping: after silence its last packet comes once more */

    /* Make what the protocol keeps of a client (client->session), unless it came with it; may be
     * NULL. return: 0; -ENOMEM: the client is dropped */
    int (*open)(struct mr_client *client);

    /* A packet is this client's next. May be NULL. What it writes goes before the packet; it is then
     * asked again, and may be of a newer one.
     * return: whether the client was answered otherwise: it has had this packet */
    bool (*claim)(struct mr_client *client, const struct mr_packet *packet);

    /* The script says something to this client: JSON text, borrowed. The client has room for it. NULL:
     * the protocol has no way to say it. */
    void (*text)(struct mr_client *client, const char *json, size_t size);

    /* Bytes came from the client; borrowed, size > 0. NULL: they do not matter. */
    void (*receive)(struct mr_client *client, const uint8_t *bytes, size_t size);

    /* Send something that finds out whether anybody is there, after a while of silence. NULL: there
     * is nothing to send; TCP finds out.
     * in:     mark: if the protocol has answers, mr_client_answered is to be called with it when
     * the answer comes */
    void (*ping)(struct mr_client *client, const struct mr_mark *mark);
    bool has_answers;

    /* About once a second. May be NULL. */
    void (*tick)(struct mr_client *client, int64_t now_us);

    /* The stream ended or the server stops: say so, then mr_client_end. NULL: nothing to say. */
    void (*goodbye)(struct mr_client *client, const char *reason);

    /* Free a session; called once for each. May be NULL. In the engine's thread, but in that of
     * mr_fanout_add if the client never came so far. */
    void (*close)(void *session);
};

/* A socket that is handed over. */
struct mr_arrival {
    int fd; /* connected; goes to the engine, failure included */
    const struct mr_protocol *protocol;
    struct mr_hub *hub; /* borrowed; NULL: it belongs to none yet (mr_client_watch) */
    void *session;      /* the protocol's, goes to the engine, failure included; or NULL */
    struct mr_addresses *addresses; /* where it is counted, to be counted out; NULL: nowhere */
    struct mr_peer peer;
    const void *head; /* bytes to be sent before anything else; copied */
    size_t head_size;
    const void *early; /* what the client sent already; borrowed until mr_fanout_add returns */
    size_t early_size;
};

#endif

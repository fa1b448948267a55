/* A client protocol: what the fan-out engine has to know of one kind of viewer. One constant a
 * protocol, one file each; the engine knows none of them by name.
 *
 * All functions are called by the engine's thread, for one client one at a time. They never block
 * and answer through mr_client_write and mr_client_end (client.h). */
#ifndef MR_HTTP_PROTOCOL_H
#define MR_HTTP_PROTOCOL_H

#include "http/pace.h"
#include "stream/hub.h"

#include <stdbool.h>

struct mr_client;

struct mr_protocol {
    enum mr_viewer_kind kind;
    const struct mr_form_maker *maker; /* how a packet is framed for it */

    /* Make what the protocol keeps of a client (mr_client_session); may be NULL.
     * return: 0; -ENOMEM: the client is dropped */
    int (*open)(struct mr_client *client);

    /* The script says something to this client: JSON text, borrowed. The client has room for it. NULL:
     * the protocol has no way to say it. */
    void (*text)(struct mr_client *client, const char *json, size_t size);

    /* Bytes came from the client; borrowed, size > 0. */
    void (*receive)(struct mr_client *client, const uint8_t *bytes, size_t size);

    /* Send something that finds out whether anybody is there, after a while of silence.
     * in:     mark: if the protocol has answers, mr_client_answered is to be called with it when
     * the answer comes */
    void (*ping)(struct mr_client *client, const struct mr_mark *mark);
    bool has_answers;

    /* The stream ended or the server stops: say so, then mr_client_end. */
    void (*goodbye)(struct mr_client *client, const char *reason);

    /* Free what `open` made; called once for each successful open. May be NULL. */
    void (*close)(struct mr_client *client);
};

#endif

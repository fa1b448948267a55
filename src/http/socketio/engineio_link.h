/* A socket of Engine.IO: what the fan-out engine keeps of it as its client's session (client.h). A worker makes it; from
 * then on it is the fan-out engine's thread only. */
#ifndef MR_HTTP_ENGINEIO_LINK_H
#define MR_HTTP_ENGINEIO_LINK_H

#include "http/engine/client.h"
#include "http/engine/websocket.h"
#include "http/request/bucket.h"
#include "http/socketio/engineio_app.h"
#include "http/socketio/engineio_packet.h"

struct mr_engineio;

/* The texts of the protocol documents' reference server. */
enum mr_engineio_fault {
    MR_ENGINEIO_UNKNOWN_TRANSPORT,
    MR_ENGINEIO_UNKNOWN_SID,
    MR_ENGINEIO_BAD_METHOD,
    MR_ENGINEIO_BAD_REQUEST,
    MR_ENGINEIO_BAD_VERSION,
};

/* return: {"code":…,"message":"…"}, a constant. thread: any */
const char *mr_engineio_link_fault_json(enum mr_engineio_fault fault);

struct mr_engineio_link {
    /* by the worker */
    struct mr_engineio *engineio;
    char sid[MR_ENGINEIO_SID_LENGTH + 1]; /* "": a new session */
    char *query;                          /* of the request */
    struct mr_peer peer;                  /* its client's */
    char *headers;                        /* lines for an answer */
    struct mr_buffer body;                /* of a POST */
    struct mr_buffer switching;           /* the 101 */
    bool overlaps;                        /* another POST of the session had not ended */

    struct mr_client *client;            /* NULL: it has not arrived */
    struct mr_engineio_session *session; /* NULL: it belongs to none (any more) */
    bool taken;                          /* a poll that is answered with a packet of the feed */
    struct mr_websocket *websocket;
    struct mr_bucket extras; /* packets of the WebSocket that are no messages: noops, pongs */
};

/* Free it; its session must not know it. Takes NULL. */
void mr_engineio_link_destroy(struct mr_engineio_link *link);

/* Answer the request with a whole response, and end the client. */
void mr_engineio_link_answer(struct mr_engineio_link *link, int status, const char *type,
                             const void *body, size_t size);

/* Answer the request with an error, and end the client. */
void mr_engineio_link_refuse(struct mr_engineio_link *link, enum mr_engineio_fault fault);

/* Send a packet as a message of the link's WebSocket. */
void mr_engineio_link_send(struct mr_engineio_link *link, const struct mr_engineio_packet *packet);

/* Send a close frame, part the link from its session, and end the client. */
void mr_engineio_link_close(struct mr_engineio_link *link, int code, const char *reason);

#endif

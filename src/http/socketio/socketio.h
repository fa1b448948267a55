/* Socket.IO 5 on Engine.IO sessions: namespaces, connections to them, events, acknowledgements, binary
 * data. What events mean is an application's, a table of functions. The fan-out engine's thread only. */
#ifndef MR_HTTP_SOCKETIO_H
#define MR_HTTP_SOCKETIO_H

#include "http/request/bucket.h"
#include "http/socketio/engineio_session.h"
#include "http/socketio/socketio_packet.h"

#define MR_SOCKETIO_SOCKETS_MAX 8 /* namespaces of one session */

struct mr_socketio_session;

/* A connection to a namespace. */
struct mr_socketio_socket {
    /* immutable */
    struct mr_socketio_session *session;
    char name[MR_SOCKETIO_NAMESPACE_MAX + 1]; /* the namespace's */
    /* the application's */
    void *state;
};

/* The application on top of connections. It may send within any of these but `connect` and `disconnect`. */
struct mr_socketio_app {
    /* Somebody wants to connect to socket->name; query: of the session's first request; auth: an
     * object, or NULL; both borrowed.
     * return: NULL: he may; else why not, a constant, and there is nothing to disconnect */
    const char *(*connect)(void *opaque, struct mr_socketio_socket *socket, const char *query,
                           const json_t *auth);

    /* He has been told. May be NULL. */
    void (*connected)(struct mr_socketio_socket *socket, const json_t *auth);

    /* An event, its name first in packet->data, which is the application's to change; attachments:
     * as many as the packet says. */
    void (*event)(struct mr_socketio_socket *socket, struct mr_socketio_packet *packet,
                  const struct mr_buffer *attachments);

    /* The feed of the socket's session has a text. May be NULL. */
    void (*text)(struct mr_socketio_socket *socket, const char *json, size_t size);

    void (*disconnect)(struct mr_socketio_socket *socket); /* may be NULL */
};

struct mr_socketio_options {
    const struct mr_socketio_app *app;
    void *opaque;                 /* for `connect` */
    int connect_timeout_ms;       /* for the first connection of a session */
    size_t max_attachments_bytes; /* of one event */
};

/* The application of Engine.IO that this is; its opaque is a struct mr_socketio_options, borrowed. */
extern const struct mr_engineio_app mr_socketio_engineio_app;

/* Send a packet; its name is set to the socket's. attachments: as many as the packet says. */
void mr_socketio_send(struct mr_socketio_socket *socket, struct mr_socketio_packet *packet,
                      const struct mr_buffer *attachments);

/* Send an event with one argument, which is JSON already. */
void mr_socketio_emit(struct mr_socketio_socket *socket, const char *event, const char *json,
                      size_t size);

/* return: the bucket that bounds the messages of the socket's client, for the application to take from;
 *         a client that connects anew keeps it */
struct mr_bucket *mr_socketio_bucket(const struct mr_socketio_socket *socket);

/* return: the Engine.IO session of the socket, borrowed, for its feed */
struct mr_engineio_session *mr_socketio_transport(const struct mr_socketio_socket *socket);

#endif

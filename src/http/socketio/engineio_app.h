/* The interface between Engine.IO and the application on top of it: its functions, options and feeds. Types only. */
#ifndef MR_HTTP_ENGINEIO_APP_H
#define MR_HTTP_ENGINEIO_APP_H

#include "http/engine/form.h"
#include "http/request/addresses.h"
#include "stream/hub.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MR_ENGINEIO_SID_LENGTH 20

struct mr_engineio_session;

/* The application on top of sessions. It may send and close within any of these but `open` and `close`. */
struct mr_engineio_app {
    /* A session begins; query: of its first request, borrowed.
     * return: what the others are given; NULL: out of memory, it does not begin */
    void *(*open)(void *opaque, struct mr_engineio_session *session, const char *query);

    /* A message; borrowed, text is valid UTF-8. */
    void (*message)(void *state, bool binary, const uint8_t *bytes, size_t size);

    /* The feed's hub has a text for the session's viewer. NULL: they are not wanted. */
    void (*text)(void *state, const char *json, size_t size);

    /* The time given to mr_engineio_session_set_timeout has come. NULL: none is ever set. */
    void (*timeout)(void *state);

    /* The session has ended. */
    void (*close)(void *state);
};

struct mr_engineio_options {
    const struct mr_engineio_app *app; /* borrowed */
    void *opaque;                      /* for `open` */
    int ping_interval_ms, ping_timeout_ms;
    size_t max_payload; /* bytes in one request or message of a client */
    unsigned max_sessions;
    struct mr_addresses
        *addresses; /* how many sessions each may have; borrowed; NULL: any number */
};

/* A hub's packets for a session. */
struct mr_engineio_feed {
    struct mr_hub *hub;       /* borrowed until the feed ends */
    struct mr_viewer *viewer; /* the same; counted in */
    /* a packet as complete WebSocket messages; the rest of an answer to a poll, "Content-Length: …" */
    const struct mr_form_maker *websocket, *polling;
};

#endif

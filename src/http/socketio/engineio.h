/* Engine.IO 4: sessions of clients that poll or use a WebSocket, and change from one to the other.
 * It knows nothing of what is said in them: that is an application's, a table of functions.
 *
 * Requests come from the workers (mr_engineio_answer); everything else, the application too, is
 * the fan-out engine's thread only. */
#ifndef MR_HTTP_ENGINEIO_H
#define MR_HTTP_ENGINEIO_H

#include "http/engine/fanout.h"
#include "http/request/addresses.h"
#include "http/request/request.h"

#include <stdbool.h>

#define MR_ENGINEIO_SID_LENGTH 20

struct mr_engineio;
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

    /* The time given to mr_engineio_set_timeout has come. NULL: none is ever set. */
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

/* return: 0, -ENOMEM */
int mr_engineio_create(const struct mr_engineio_options *options, struct mr_engineio **made);

/* End the sessions that are left. After the engine has stopped; takes NULL. */
void mr_engineio_destroy(struct mr_engineio *engineio);

/* return: the service that runs its time-outs, for the fan-out engine that gets its clients */
struct mr_fanout_service mr_engineio_service(struct mr_engineio *engineio);

/* A POST has begun: its body is about to be read. One that begins while another one of the same session has not been
 * answered ends the session, as in the reference server. thread: the door's; never blocks */
void mr_engineio_begin_post(const struct mr_request *request, struct mr_engineio *engineio);

/* Answer a request that was found to be allowed, of whatever method: workers only.
 * return: the status */
int mr_engineio_answer(const struct mr_request *request, struct mr_engineio *engineio);

/* ---- for applications ---- */

/* Send a message. A client that lets too much wait is disconnected. */
void mr_engineio_send(struct mr_engineio_session *session, bool binary, const void *bytes,
                      size_t size);

/* End the session; what was sent before still goes out. `close` is called within. */
void mr_engineio_close(struct mr_engineio_session *session);

/* End it when this turn of the engine's is over: for applications that are not done with it yet. */
void mr_engineio_close_soon(struct mr_engineio_session *session);

/* Have `timeout` called at `at_us` (monotonic; INT64_MAX: never). */
void mr_engineio_set_timeout(struct mr_engineio_session *session, int64_t at_us);

/* A hub's packets for the session. */
struct mr_engineio_feed {
    struct mr_hub *hub;       /* borrowed until the feed ends */
    struct mr_viewer *viewer; /* the same; counted in */
    /* a packet as complete WebSocket messages; the rest of an answer to a poll, "Content-Length: …" */
    const struct mr_form_maker *websocket, *polling;
};

/* From now on, send what the hub has, the newest packet to those who poll. NULL: no more. It ends with
 * the session, before `close` is called. */
void mr_engineio_set_feed(struct mr_engineio_session *session, const struct mr_engineio_feed *feed);

/* Make an identifier that cannot be guessed, of letters, digits, "-" and "_".
 * return: false: the system gives no random bytes */
bool mr_engineio_make_sid(char sid[MR_ENGINEIO_SID_LENGTH + 1]);

/* return: how many bytes wait for a session that polls */
size_t mr_engineio_waiting(const struct mr_engineio_session *session);

#endif

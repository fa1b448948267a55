/* Inside of Engine.IO (engineio.h): sessions, and the sockets that belong to them. The fan-out engine's
 * thread only, but for what a worker puts into a link before it hands the socket over. */
#ifndef MR_HTTP_ENGINEIO_SESSION_H
#define MR_HTTP_ENGINEIO_SESSION_H

#include "http/engine/client.h"
#include "http/engine/websocket.h"
#include "http/socketio/engineio.h"
#include "http/socketio/engineio_packet.h"

#define MR_ENGINEIO_PACKETS_MAX 1024             /* in one payload of a client */
#define MR_ENGINEIO_PROBE_US    (10 * 1000000LL) /* for an upgrade, once begun */
#define MR_ENGINEIO_LINGER_US   (1 * 1000000LL)  /* for the poll that hears of the end */

/* The texts of the protocol documents' reference server. */
enum mr_engineio_fault {
    MR_ENGINEIO_UNKNOWN_TRANSPORT,
    MR_ENGINEIO_UNKNOWN_SID,
    MR_ENGINEIO_BAD_METHOD,
    MR_ENGINEIO_BAD_REQUEST,
    MR_ENGINEIO_BAD_VERSION,
};

/* return: {"code":…,"message":"…"}, a constant */
const char *mr_engineio_fault_json(enum mr_engineio_fault fault);

/* A socket: the session of its client (client.h). */
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
};

void mr_engineio_link_destroy(struct mr_engineio_link *link); /* its session must not know it */

/* The client protocols: GET and POST of polling, and WebSocket. */
extern const struct mr_protocol mr_engineio_poll, mr_engineio_post, mr_engineio_socket;

struct mr_engineio_session {
    char sid[MR_ENGINEIO_SID_LENGTH + 1]; /* first: what the tree is sorted by */
    struct mr_engineio *engineio;
    struct mr_peer peer;                       /* whose it is: counted in the options' addresses */
    struct mr_engineio_session *next, *before; /* all of them, or those that ended */
    void *state;                               /* the application's */
    bool ended;
    bool lingers; /* ended by the client, who may still be about to poll */
    bool corked;  /* what is sent is put together */

    struct mr_engineio_link *poll;      /* GET that waits, or is answered with a packet */
    struct mr_engineio_link *websocket; /* the transport; NULL: it polls */
    struct mr_engineio_link *probe;     /* a WebSocket that may become it */
    bool probed;

    struct mr_buffer out; /* payload for the next poll */
    unsigned out_count;   /* packets in it */
    bool told;            /* the last poll was answered with it rather than with a frame */
    bool closes_soon;
    int64_t hold_us; /* the poll that waits is not answered with it before; 0: it may be */

    bool fed;
    struct mr_engineio_feed feed;

    /* monotonic, INT64_MAX: never */
    int64_t ping_us, pong_us; /* when to ping, when the answer must be there */
    int64_t probe_us, linger_us, timeout_us;
};

struct mr_engineio {
    struct mr_engineio_options options; /* immutable */
    struct mr_engineio_posts *posts;    /* any thread */

    void *tree; /* of search.h */
    struct mr_engineio_session *sessions, *graveyard;
    unsigned count;
    int64_t due_us; /* no session wants anything before */
};

/* ---- engineio.c ---- */

/* Make the session that a link asks for.
 * return: NULL when out of memory, or when there are too many */
struct mr_engineio_session *mr_engineio_begin(const struct mr_engineio_link *link);

/* return: the session of that id, borrowed; NULL when there is none or it has timed out */
struct mr_engineio_session *mr_engineio_find(struct mr_engineio *engineio, const char *sid);

/* A session wants something at that time. */
void mr_engineio_note_due(struct mr_engineio *engineio, int64_t at_us);

/* Take an ended session out of the tree; it is freed later in this turn or in the next. */
void mr_engineio_bury(struct mr_engineio_session *session);

/* ---- engineio_session.c ---- */

/* Run the time-outs and pings that are due.
 * return: (due) when mr_engineio_session_tick is to be called next, monotonic, in µs */
void mr_engineio_session_tick(struct mr_engineio_session *session, int64_t now_us);
int64_t mr_engineio_session_due(const struct mr_engineio_session *session);

/* Queue a packet; it goes out by the WebSocket, or with the poll that waits. */
void mr_engineio_send_packet(struct mr_engineio_session *session,
                             const struct mr_engineio_packet *packet);

/* A packet of the client, by the transport that is used. return: false: the session has ended */
bool mr_engineio_session_take(struct mr_engineio_session *session,
                              const struct mr_engineio_packet *packet);

/* End a session; last: what a poll that waits is told. */
void mr_engineio_session_end(struct mr_engineio_session *session, enum mr_engineio_type last);

/* The open packet's JSON. */
void mr_engineio_session_greeting(const struct mr_engineio_session *session, bool polling,
                                  struct mr_buffer *json);

/* The WebSocket of a probe is the transport now. */
void mr_engineio_session_upgrade(struct mr_engineio_session *session);

/* ---- engineio_polling.c ---- */

/* Answer with an error and end. */
void mr_engineio_refuse(struct mr_engineio_link *link, enum mr_engineio_fault fault);

/* Answer the poll that waits, if there is one: with what waits, or `otherwise` (a packet; NULL: it
 * goes on waiting). */
void mr_engineio_flush_poll(struct mr_engineio_session *session, const char *otherwise);

/* Whether a poll waits and can be answered. */
bool mr_engineio_can_flush(const struct mr_engineio_session *session);

/* Have the poll that waits answered by the feed. */
void mr_engineio_watch_poll(struct mr_engineio_session *session);

/* ---- engineio_websocket.c ---- */

/* Send a packet as a message; send a close frame and end. */
void mr_engineio_websocket_send(struct mr_engineio_link *link,
                                const struct mr_engineio_packet *packet);
void mr_engineio_websocket_close(struct mr_engineio_link *link, int code, const char *reason);

/* ---- engineio_posts.c: which sessions have a POST under way; any thread ---- */

/* return: an empty set; NULL when out of memory */
struct mr_engineio_posts *mr_engineio_posts_create(void);
void mr_engineio_posts_destroy(struct mr_engineio_posts *posts);

/* A mark, which the caller keeps as long as the POST is under way. */
struct mr_engineio_post_mark {
    struct mr_engineio_post_mark *next;
    const char *sid;
};

/* return: whether there is none of that session already; the mark is to be taken away again in either
 * case */
bool mr_engineio_posts_enter(struct mr_engineio_posts *posts, struct mr_engineio_post_mark *mark,
                             const char *sid);
void mr_engineio_posts_leave(struct mr_engineio_posts *posts, struct mr_engineio_post_mark *mark);

#endif

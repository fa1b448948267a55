/* The sessions of Engine.IO: by their identifiers, until they are buried, and when one of them wants something next. The
 * fan-out engine's thread only, but for what is marked. */
#ifndef MR_HTTP_ENGINEIO_STORE_H
#define MR_HTTP_ENGINEIO_STORE_H

#include "http/socketio/engineio_link.h"
#include "http/socketio/engineio_posts.h"

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

/* Make an identifier that cannot be guessed, of letters, digits, "-" and "_".
 * return: false: the system gives no random bytes. thread: any */
bool mr_engineio_store_make_sid(char sid[MR_ENGINEIO_SID_LENGTH + 1]);

/* Make the session that a link asks for, zeroed but for its identifier and its client's address.
 * return: NULL when out of memory, or when there are too many */
struct mr_engineio_session *mr_engineio_store_make(const struct mr_engineio_link *link);

/* return: the session of that id, borrowed, which may have timed out; NULL: there is none */
struct mr_engineio_session *mr_engineio_store_find(struct mr_engineio *engineio, const char *sid);

/* Take an ended session out; it is freed later in this turn or in the next. */
void mr_engineio_store_bury(struct mr_engineio_session *session);

/* Free the sessions that were buried. */
void mr_engineio_store_free_buried(struct mr_engineio *engineio);

/* A session wants something at that time (monotonic). */
void mr_engineio_store_note_due(struct mr_engineio *engineio, int64_t at_us);

#endif

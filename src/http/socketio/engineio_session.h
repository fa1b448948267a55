/* A session of Engine.IO: what is sent to it, what its client says, its pings, its end, and its change from polling to a
 * WebSocket. The fan-out engine's thread only. */
#ifndef MR_HTTP_ENGINEIO_SESSION_H
#define MR_HTTP_ENGINEIO_SESSION_H

#include "http/socketio/engineio_store.h"

#define MR_ENGINEIO_PACKETS_MAX 1024             /* in one payload of a client */
#define MR_ENGINEIO_PROBE_US    (10 * 1000000LL) /* for an upgrade, once begun */
#define MR_ENGINEIO_LINGER_US   (1 * 1000000LL)  /* for the poll that hears of the end */

/* ---- for applications ---- */

/* Send a message. A client that lets too much wait is disconnected. */
void mr_engineio_session_send(struct mr_engineio_session *session, bool binary, const void *bytes,
                              size_t size);

/* End the session; what was sent before still goes out. `close` is called within. */
void mr_engineio_session_close(struct mr_engineio_session *session);

/* End it when this turn of the engine's is over: for applications that are not done with it yet. */
void mr_engineio_session_close_soon(struct mr_engineio_session *session);

/* Have `timeout` called at `at_us` (monotonic; INT64_MAX: never). */
void mr_engineio_session_set_timeout(struct mr_engineio_session *session, int64_t at_us);

/* From now on, send what the hub has, the newest packet to those who poll. NULL: no more. It ends with
 * the session, before `close` is called. */
void mr_engineio_session_set_feed(struct mr_engineio_session *session,
                                  const struct mr_engineio_feed *feed);

/* return: how many bytes wait for a session that polls */
size_t mr_engineio_session_waiting(const struct mr_engineio_session *session);

/* ---- for transports ---- */

/* Begin the session that a link asks for.
 * return: NULL when out of memory, or when there are too many */
struct mr_engineio_session *mr_engineio_session_begin(const struct mr_engineio_link *link);

/* return: the session of that id, borrowed; NULL when there is none or it has timed out */
struct mr_engineio_session *mr_engineio_session_find(struct mr_engineio *engineio, const char *sid);

/* Run the time-outs and pings that are due.
 * return: (due) when mr_engineio_session_tick is to be called next, monotonic, in µs */
void mr_engineio_session_tick(struct mr_engineio_session *session, int64_t now_us);
int64_t mr_engineio_session_due(const struct mr_engineio_session *session);

/* Queue a packet; it goes out by the WebSocket, or with the poll that waits. */
void mr_engineio_session_send_packet(struct mr_engineio_session *session,
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

#endif

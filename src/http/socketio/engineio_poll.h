/* The GET of a session that waits for news, and how it is answered. The fan-out engine's thread only. */
#ifndef MR_HTTP_ENGINEIO_POLL_H
#define MR_HTTP_ENGINEIO_POLL_H

#include "http/socketio/engineio_store.h"

#define MR_ENGINEIO_POLL_TYPE "text/plain; charset=UTF-8" /* of answers with packets */

/* Answer the poll that waits, if there is one: with what waits, or `otherwise` (a packet; NULL: it
 * goes on waiting). */
void mr_engineio_poll_flush(struct mr_engineio_session *session, const char *otherwise);

/* return: whether a poll waits and can be answered */
bool mr_engineio_poll_can_flush(const struct mr_engineio_session *session);

/* Have the poll that waits answered by the feed. */
void mr_engineio_poll_watch(struct mr_engineio_session *session);

/* Let a link be the poll that waits: its answer is begun. */
void mr_engineio_poll_wait(struct mr_engineio_session *session, struct mr_engineio_link *link);

/* return: whether a poll waits already. The end of one that a packet was sent to is noticed here. */
bool mr_engineio_poll_is_there(struct mr_engineio_session *session);

#endif

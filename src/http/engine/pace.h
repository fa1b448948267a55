/* How much may be on its way to a client that cannot keep up.
 *
 * The kernel's queue is bounded by TCP_NOTSENT_LOWAT, but not what is behind it: a slow link's
 * queues, a slow reader's receive buffer. So each packet to such a client is followed by a mark, a
 * ping whose answer tells that all before it was read. As many packets are on their way as come in
 * good time, one at least. Who answers no pings is not waited for.
 *
 * Plain data of a client's; the fan-out thread only; does no I/O. */
#ifndef MR_HTTP_PACE_H
#define MR_HTTP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define MR_PACE_GOOD_US    (100 * 1000LL)  /* from sending to the answer, besides the round trip */
#define MR_PACE_ANSWER_US  (1000 * 1000LL) /* for the first answer ever */
#define MR_PACE_WINDOW_MAX 64

/* The mark that a ping carries and its answer brings back. */
struct mr_mark {
    uint64_t number; /* from 1; 0: a ping that is no mark */
    int64_t sent_us;
};

struct mr_pace {
    bool answers;            /* it has answered a mark */
    bool deaf;               /* it has not: no more marks, unless an answer comes after all */
    unsigned window;         /* packets that may be on their way */
    uint64_t sent, answered; /* numbers of the newest marks */
    int64_t sent_us;         /* when the newest was sent */
    int64_t good_us;
};

/* The client has fallen behind. round_trip_us: of its connection, at best. */
void mr_pace_start(struct mr_pace *pace, int64_t round_trip_us);

/* A packet was sent. return: whether *mark is to follow it */
bool mr_pace_mark(struct mr_pace *pace, int64_t now_us, struct mr_mark *mark);

/* A mark was answered. What a client makes up harms itself at most. */
void mr_pace_answer(struct mr_pace *pace, const struct mr_mark *mark, int64_t now_us);

/* Whether a packet may be sent. */
bool mr_pace_allows(struct mr_pace *pace, int64_t now_us);

#endif

/* How much may be on its way to a client that answers pings.
 *
 * The kernel's queue is bounded by TCP_NOTSENT_LOWAT, but not what is behind it: the queue of a slow link, a slow reader's
 * receive buffer, a proxy that takes megabytes. So packets are followed by marks, pings whose answers tell that all before
 * them was read. From its first packet on, and whenever it has fallen behind, a client is watched closely: each packet
 * has a mark, and as many packets are on their way as come in good time, one at least. A client that keeps up gets a
 * mark a second, and is watched closely again when one is not answered in time. Who answers no pings is not waited for.
 *
 * Good time is counted from the round trip of a ping ahead of the packets, a probe, for what the kernel measures ends
 * at the nearest proxy.
 *
 * Plain data of a client's; the fan-out thread only; does no I/O. */
#ifndef MR_HTTP_PACE_H
#define MR_HTTP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define MR_PACE_GOOD_US   (100 * 1000LL)  /* from sending to the answer, besides the round trip */
#define MR_PACE_LATE_US   (200 * 1000LL)  /* the same, for somebody who has kept up so far */
#define MR_PACE_ANSWER_US (1000 * 1000LL) /* for the first answer ever */
#define MR_PACE_DENSE_US                                                                           \
    (10 * 1000LL) /* between two marks at least: answers are counted, too (bucket.h) */
#define MR_PACE_EVERY_US   (1000 * 1000LL) /* between the marks of a client that keeps up */
#define MR_PACE_PROBE_US   (5000 * 1000LL) /* between the probes of one that does not */
#define MR_PACE_WINDOW_MAX 64

/* A ping carries it, and the answer brings it back. */
struct mr_mark {
    uint64_t
        number; /* from 1; 0: of a probe, or of a ping that only looks whether anybody is there */
    int64_t sent_us; /* 0: the latter */
};

struct mr_pace {
    bool close;              /* watched closely */
    bool answers;            /* it has answered a ping */
    bool deaf;               /* it has not: no more marks, unless an answer comes after all */
    unsigned window;         /* packets that may be on their way */
    uint64_t sent, answered; /* numbers of the newest marks */
    int64_t sent_us;         /* when the newest was sent */
    int64_t probed_us;       /* when the newest probe was sent; 0: none was */
    int64_t round_trip_us;
};

/* A client begins. round_trip_us: of its connection, at best. */
void mr_pace_start(struct mr_pace *pace, int64_t round_trip_us);

/* The client has fallen behind. */
void mr_pace_close(struct mr_pace *pace);

/* The client has kept up for a while. */
void mr_pace_relax(struct mr_pace *pace);

/* return: whether a packet may be sent */
bool mr_pace_allows(struct mr_pace *pace, int64_t now_us);

/* return: whether a ping with *mark, a probe, is to go ahead of the next packet */
bool mr_pace_probe(struct mr_pace *pace, int64_t now_us, struct mr_mark *mark);

/* return: whether a ping with *mark is to follow the next packet; mr_pace_marked once it was sent */
bool mr_pace_mark(const struct mr_pace *pace, int64_t now_us, struct mr_mark *mark);
void mr_pace_marked(struct mr_pace *pace, const struct mr_mark *mark);

/* A ping was answered. What a client makes up harms itself at most. */
void mr_pace_answer(struct mr_pace *pace, const struct mr_mark *mark, int64_t now_us);

#endif

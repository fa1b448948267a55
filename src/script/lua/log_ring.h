/* The newest lines of a stream's log, for those who look at it later: at most MR_LOG_RING_LINES, and
 * MR_LOG_RING_BYTES of text. Policy when full: the oldest make room; whoever had not fetched them
 * learns how many it missed.
 *
 * The ring and its lines are reference-counted; a line is immutable. Any thread; never blocks. */
#ifndef MR_SCRIPT_LOG_RING_H
#define MR_SCRIPT_LOG_RING_H

#include "base/log.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define MR_LOG_RING_LINES 500
#define MR_LOG_RING_BYTES ((size_t)256 * 1024)

struct mr_log_ring;

struct mr_log_line {
    atomic_uint refs;
    uint64_t number; /* from 1 */
    int64_t time_us; /* wall clock */
    enum mr_log_level level;
    size_t size;           /* of text and traceback */
    const char *traceback; /* of an error; NULL: none */
    char text[];           /* 0-terminated; of unknown encoding */
};

/* return: an empty ring with one reference; NULL when out of memory */
struct mr_log_ring *mr_log_ring_create(void);

/* return: the same ring, with one reference more */
struct mr_log_ring *mr_log_ring_ref(struct mr_log_ring *ring);
void mr_log_ring_unref(struct mr_log_ring **ring); /* clears it; takes a pointer to NULL */

/* Keep a line. If `text` is an error with "\nstack traceback:" in it, what follows that is kept as the
 * line's traceback. A line for which there is no memory is lost. */
void mr_log_ring_put(struct mr_log_ring *ring, enum mr_log_level level, const char *text);

/* The lines after number *last, oldest first, a reference each; *last becomes the newest one's number.
 * A *last from the future (of a ring before this one) counts as 0.
 * out:    *missed: how many of those are gone already
 * return: how many were fetched */
unsigned mr_log_ring_fetch(struct mr_log_ring *ring, uint64_t *last,
                           struct mr_log_line *lines[MR_LOG_RING_LINES], uint64_t *missed);
void mr_log_ring_unref_line(struct mr_log_line **line); /* clears it */

/* Somebody follows the log from now on, or no longer. */
void mr_log_ring_follow(struct mr_log_ring *ring);
void mr_log_ring_unfollow(struct mr_log_ring *ring);

/* return: when the last follower went (monotonic); 0: somebody follows, or nobody ever did */
int64_t mr_log_ring_left_us(struct mr_log_ring *ring);

/* return: how many lines were dropped so far to make room for newer ones. Any thread. */
uint64_t mr_log_ring_dropped(struct mr_log_ring *ring);

#endif

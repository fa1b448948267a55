/* The inbox: what waits to be told to a script, in the order in which it came.
 *
 * Policy when full: a message or a join is refused and counted; each kind has room of its own. A
 * leave is never refused, since a script counts the clients that it was told of; there are at most as
 * many as there were joins. A client whose join still waits when it leaves is not told of at all,
 * unless it sent a message.
 *
 * The memory of its owner; any thread; never blocks. */
#ifndef MR_SCRIPT_INBOX_H
#define MR_SCRIPT_INBOX_H

#include "script/engine/event.h"

#include <pthread.h>
#include <stdbool.h>

#define MR_RUNNER_MESSAGES 256  /* waiting for the script */
#define MR_RUNNER_ARRIVALS 1024 /* joins, waiting likewise */

struct mr_inbox_entry;

struct mr_inbox {
    pthread_mutex_t lock;
    /* protected by lock */
    struct mr_inbox_entry *first, **end;
    struct mr_inbox_entry *spare; /* for the leave of each client that joined */
    unsigned messages, joins;     /* waiting */
    uint64_t refused;
};

/* Begin with an empty queue. */
void mr_inbox_init(struct mr_inbox *inbox);

/* Free everything that still waits. No other thread uses the inbox any more. */
void mr_inbox_finish(struct mr_inbox *inbox);

/* Copy an event in. A leave is put only for a client whose join was accepted.
 * return: 0; -EAGAIN no room for a message or join; -EMSGSIZE; -ENOMEM (never for a leave) */
int mr_inbox_put(struct mr_inbox *inbox, const struct mr_script_event *event);

/* Take the oldest event out.
 * out:    *event: its text lives until mr_inbox_free(entry)
 * return: the caller's, to be passed to mr_inbox_free; NULL when nothing waits */
struct mr_inbox_entry *mr_inbox_take(struct mr_inbox *inbox, struct mr_script_event *event);
void mr_inbox_free(struct mr_inbox_entry *entry);

/* return: whether nothing waits */
bool mr_inbox_is_empty(struct mr_inbox *inbox);

/* return: how many messages and joins were refused so far */
uint64_t mr_inbox_refused(struct mr_inbox *inbox);

#endif

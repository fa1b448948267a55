/* The inbox: what waits to be told to a script, in the order it came. Policy when full: what comes
 * is refused and counted; messages and arrivals (joins and leaves) have room of their own.
 *
 * Its owner's memory; any thread; never blocks. */
#ifndef MR_SCRIPT_INBOX_H
#define MR_SCRIPT_INBOX_H

#include "script/engine/event.h"

#include <pthread.h>
#include <stdbool.h>

struct mr_inbox_entry;

struct mr_inbox {
    pthread_mutex_t lock;
    /* protected by lock */
    struct mr_inbox_entry *first, **end;
    unsigned messages, arrivals; /* waiting */
    uint64_t refused;
};

void mr_inbox_init(struct mr_inbox *inbox);
void mr_inbox_finish(struct mr_inbox *inbox); /* and what is in it */

/* Copy an event in. return: 0; -EAGAIN no room; -EMSGSIZE; -ENOMEM */
int mr_inbox_put(struct mr_inbox *inbox, const struct mr_script_event *event);

/* Take the oldest out.
 * out:    *event: its text lives until mr_inbox_free(entry)
 * return: NULL when there is none */
struct mr_inbox_entry *mr_inbox_take(struct mr_inbox *inbox, struct mr_script_event *event);
void mr_inbox_free(struct mr_inbox_entry *entry);

bool mr_inbox_is_empty(struct mr_inbox *inbox);
uint64_t mr_inbox_refused(struct mr_inbox *inbox);

#endif

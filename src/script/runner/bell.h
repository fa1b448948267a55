/* The bell: how any thread tells the keeper's thread that there is something to do. For each reason
 * there is a flag, and an eventfd wakes the thread up.
 *
 * The memory of its owner, who lets it outlive all its users. */
#ifndef MR_SCRIPT_BELL_H
#define MR_SCRIPT_BELL_H

#include <stdatomic.h>
#include <stdbool.h>

enum mr_bell_reason {
    MR_BELL_STOP,     /* everything ends; this flag stays set */
    MR_BELL_ASKED,    /* somebody wants the script to be loaded again */
    MR_BELL_LOST,     /* the live instance was lost */
    MR_BELL_PROPOSED, /* a proposal waits for its verdict */
    MR_BELL_FILES,    /* the live script has read a file that is not watched yet */
    MR_BELL_REASONS,
};

struct mr_bell {
    int fd; /* readable when the bell was rung; -1: not made */
    atomic_bool rung[MR_BELL_REASONS];
};

/* Make the eventfd.
 * return: 0; -errno, and mr_bell_finish may be called all the same */
int mr_bell_init(struct mr_bell *bell);
void mr_bell_finish(struct mr_bell *bell);

/* Set a reason's flag and wake the keeper up. Any thread; never blocks. */
void mr_bell_ring(struct mr_bell *bell, enum mr_bell_reason reason);

/* Clear a reason's flag. return: whether it was set. thread: any */
bool mr_bell_take(struct mr_bell *bell, enum mr_bell_reason reason);

/* return: whether a reason's flag is set. thread: any */
bool mr_bell_is_rung(const struct mr_bell *bell, enum mr_bell_reason reason);

/* Make the descriptor unreadable again; the flags stay. thread: the keeper's */
void mr_bell_hush(struct mr_bell *bell);

#endif

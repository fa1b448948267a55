/* The mailbox between a stream's source thread and its script thread: a short queue of pictures. Others
 * can poke the script thread, so that it looks for work of another kind.
 *
 * Its policy when full is chosen when it is made: either the oldest picture makes room for the
 * newest (serving: a slow script lowers the frame rate), or the giver waits (headless: nothing is
 * lost). */
#ifndef MR_STREAM_MAILBOX_H
#define MR_STREAM_MAILBOX_H

#include "media/picture/picture.h"

#include <pthread.h>
#include <stdbool.h>

#define MR_MAILBOX_MAX 4

struct mr_mailbox {
    /* immutable */
    bool lossless;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* protected by lock */
    unsigned capacity;
    struct mr_picture *pictures[MR_MAILBOX_MAX]; /* oldest first */
    unsigned count;
    bool poked;
    bool ended;     /* the giver has no more; what is in here is still taken */
    bool emptied;   /* the taker knows that it gets no more */
    bool cancelled; /* everybody go home */
};

/* in: 1 ≤ capacity ≤ MR_MAILBOX_MAX */
void mr_mailbox_init(struct mr_mailbox *mailbox, unsigned capacity, bool lossless);
void mr_mailbox_finish(struct mr_mailbox *mailbox); /* both threads are gone */

/* Once it is known what the source is. It may grow later, but not shrink. */
void mr_mailbox_set_capacity(struct mr_mailbox *mailbox, unsigned capacity);

/* Put a picture in; takes the caller's reference. Blocks only if lossless and full.
 * return: whether an older picture was dropped for it */
bool mr_mailbox_put(struct mr_mailbox *mailbox, struct mr_picture *picture);

/* The end of a wait for pictures. */
struct mr_mail {
    struct mr_picture *picture; /* the oldest one, the taker's reference; or NULL */
    bool poked;                 /* since the last time */
    bool over;                  /* nothing comes any more */
};

/* Wait for a picture, a poke or `deadline_us` (monotonic; < 0: none), whichever comes first.
 * return: what came, nothing of it at the deadline. It is over when cancelled; if lossless, also when
 *         ended and empty: else pokes still come */
struct mr_mail mr_mailbox_take(struct mr_mailbox *mailbox, int64_t deadline_us);

/* Any thread. */
void mr_mailbox_poke(struct mr_mailbox *mailbox);

/* Wait until the taker has asked for more than the last picture: it has done with all of them. The
 * mailbox is ended or cancelled. */
void mr_mailbox_wait_emptied(struct mr_mailbox *mailbox);

void mr_mailbox_end(struct mr_mailbox *mailbox);    /* by the giver */
void mr_mailbox_cancel(struct mr_mailbox *mailbox); /* any thread */

#endif

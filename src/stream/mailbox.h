/* The mailbox between a stream's source thread and its script thread: a short queue of pictures.
 *
 * Its policy when full is chosen when it is made: either the oldest picture makes room for the
 * newest (serving: a slow script lowers the frame rate), or the giver waits (headless: nothing is
 * lost). */
#ifndef MR_STREAM_MAILBOX_H
#define MR_STREAM_MAILBOX_H

#include "media/picture.h"

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
    bool ended;     /* the giver has no more; what is in here is still taken */
    bool cancelled; /* everybody go home */
};

/* in: 1 ≤ capacity ≤ MR_MAILBOX_MAX */
void mr_mailbox_init(struct mr_mailbox *mailbox, unsigned capacity, bool lossless);
void mr_mailbox_finish(struct mr_mailbox *mailbox); /* both threads are gone */

/* Once it is known what the source is; before the first put. */
void mr_mailbox_set_capacity(struct mr_mailbox *mailbox, unsigned capacity);

/* Put a picture in; takes the caller's reference. Blocks only if lossless and full.
 * return: whether an older picture was dropped for it */
bool mr_mailbox_put(struct mr_mailbox *mailbox, struct mr_picture *picture);

/* Take the oldest picture, waiting for one; the caller's reference.
 * return: NULL once cancelled, or ended and empty */
struct mr_picture *mr_mailbox_take(struct mr_mailbox *mailbox);

void mr_mailbox_end(struct mr_mailbox *mailbox);    /* by the giver */
void mr_mailbox_cancel(struct mr_mailbox *mailbox); /* any thread */

#endif

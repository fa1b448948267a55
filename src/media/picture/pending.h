/* The planes of a picture that are made when somebody first asks for them, by whatever thread that is,
 * and once. Until then, and afterwards, there may be a JPEG of the picture, to be sent instead.
 *
 * One belongs to one picture (mr_picture.pending). picture.c alone calls these functions; others use
 * mr_picture_postpone, mr_picture_need and what stands beside them in picture.h. */
#ifndef MR_MEDIA_PENDING_H
#define MR_MEDIA_PENDING_H

#include "base/blob.h"

#include <stdbool.h>

struct mr_picture;
struct mr_pending;

/* The promise of a picture's planes; copied. */
struct mr_pending_options {
    struct mr_blob *jpeg; /* looks like the picture; a reference is taken; may be NULL */
    void (*fill)(void *opaque, struct mr_picture *picture);
    /* The picture's last reference goes; asked: somebody needed it. May be NULL. */
    void (*forget)(void *opaque, bool asked);
    void *opaque;
};

/* in:     options, copied; a reference to options->jpeg is taken
 * out:    *pending, to be destroyed; NULL on error
 * return: 0; -ENOMEM: opaque is still the caller's
 * thread: any */
int mr_pending_create(const struct mr_pending_options *options, struct mr_pending **pending);

/* Tell the maker that the picture is free again (options.forget), and free. Any thread, once nobody
 * else has the picture. Takes a pointer to NULL; clears it. */
void mr_pending_destroy(struct mr_pending **pending);

/* Fill the picture unless that was done. Threads that ask at the same time wait for the one that
 * fills it.
 * thread: any */
void mr_pending_fill(struct mr_pending *pending, struct mr_picture *picture);

/* return: whether the planes are there
 * thread: any */
bool mr_pending_is_filled(const struct mr_pending *pending);

/* Note that somebody needs the planes. Any thread. */
void mr_pending_ask(struct mr_pending *pending);

/* return: whether mr_pending_ask was called
 * thread: any */
bool mr_pending_was_asked(const struct mr_pending *pending);

/* return: options.jpeg, borrowed; NULL: there is none
 * thread: any */
struct mr_blob *mr_pending_jpeg(const struct mr_pending *pending);

#endif

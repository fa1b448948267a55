/* Pending pictures: their planes are made when somebody first asks for them, by whatever thread that is,
 * and once. Until then, and afterwards, there may be a JPEG of it, to be sent instead.
 *
 * Whoever reads planes of a picture that it did not fill itself calls mr_picture_need before. */
#ifndef MR_MEDIA_PENDING_H
#define MR_MEDIA_PENDING_H

#include "media/picture/picture.h"

/* What a picture waits for; copied. */
struct mr_pending_options {
    struct mr_blob *jpeg; /* looks like the picture; a reference is taken; may be NULL */
    void (*fill)(void *opaque, struct mr_picture *picture);
    /* The picture's last reference goes; asked: somebody needed it. May be NULL. */
    void (*forget)(void *opaque, bool asked);
    void *opaque;
};

/* Put off the filling of a picture that nobody else has seen.
 * return: 0; -ENOMEM: nothing has changed, and opaque is still the caller's */
int mr_picture_postpone(struct mr_picture *picture, const struct mr_pending_options *options);

/* See to it that the planes are there. Any thread; others who ask meanwhile wait, which is why this
 * is the one lock under which work is done. */
void mr_picture_need(const struct mr_picture *picture);

/* The same, but by somebody who only thinks that they will be needed. */
void mr_picture_prepare(const struct mr_picture *picture);

/* Whether the planes are not there yet; whether anybody has needed them. */
bool mr_picture_is_pending(const struct mr_picture *picture);
bool mr_picture_was_needed(const struct mr_picture *picture);

/* return: the JPEG that looks like the picture, borrowed; NULL: there is none */
struct mr_blob *mr_picture_jpeg(const struct mr_picture *picture);

/* picture.c: the picture is free again. Takes a pointer to NULL. */
void mr_pending_destroy(struct mr_pending **pending);

#endif

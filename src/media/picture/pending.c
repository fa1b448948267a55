#include "media/picture/pending.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct mr_pending {
    struct mr_pending_options options; /* immutable */
    pthread_mutex_t lock;              /* held by who fills the picture */
    atomic_bool filled, asked;
};

int mr_picture_postpone(struct mr_picture *picture, const struct mr_pending_options *options)
{
    assert(picture->pending == NULL);
    struct mr_pending *pending = calloc(1, sizeof(*pending));
    if (pending == NULL)
        return -ENOMEM;
    pending->options = *options;
    mr_blob_ref(options->jpeg);
    pthread_mutex_init(&pending->lock, NULL);
    picture->pending = pending;
    return 0;
}

bool mr_picture_is_pending(const struct mr_picture *picture)
{
    return picture->pending != NULL &&
           !atomic_load_explicit(&picture->pending->filled, memory_order_acquire);
}

bool mr_picture_was_needed(const struct mr_picture *picture)
{
    return picture->pending == NULL ||
           atomic_load_explicit(&picture->pending->asked, memory_order_relaxed);
}

void mr_picture_need(const struct mr_picture *picture)
{
    if (picture->pending != NULL)
        atomic_store_explicit(&picture->pending->asked, true, memory_order_relaxed);
    mr_picture_prepare(picture);
}

void mr_picture_prepare(const struct mr_picture *picture)
{
    struct mr_pending *pending = picture->pending;
    if (!mr_picture_is_pending(picture))
        return;
    pthread_mutex_lock(&pending->lock);
    if (mr_picture_is_pending(picture)) {
        pending->options.fill(pending->options.opaque, (struct mr_picture *)picture);
        atomic_store_explicit(&pending->filled, true, memory_order_release);
    }
    pthread_mutex_unlock(&pending->lock);
}

struct mr_blob *mr_picture_jpeg(const struct mr_picture *picture)
{
    return picture->pending != NULL ? picture->pending->options.jpeg : NULL;
}

void mr_pending_destroy(struct mr_pending **held)
{
    struct mr_pending *pending = *held;
    *held = NULL;
    if (pending == NULL)
        return;
    if (pending->options.forget != NULL)
        pending->options.forget(pending->options.opaque, atomic_load(&pending->asked));
    mr_blob_unref(&pending->options.jpeg);
    pthread_mutex_destroy(&pending->lock);
    free(pending);
}

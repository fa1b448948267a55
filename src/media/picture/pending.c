#include "media/picture/pending.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct mr_pending {
    struct mr_pending_options options; /* immutable */
    pthread_mutex_t lock;              /* held by the thread that fills the picture */
    atomic_bool filled, asked;
};

int mr_pending_create(const struct mr_pending_options *options, struct mr_pending **out)
{
    struct mr_pending *pending = *out = calloc(1, sizeof(*pending));
    if (pending == NULL)
        return -ENOMEM;
    pending->options = *options;
    mr_blob_ref(options->jpeg);
    pthread_mutex_init(&pending->lock, NULL);
    return 0;
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

bool mr_pending_is_filled(const struct mr_pending *pending)
{
    return atomic_load_explicit(&pending->filled, memory_order_acquire);
}

void mr_pending_fill(struct mr_pending *pending, struct mr_picture *picture)
{
    if (mr_pending_is_filled(pending))
        return;
    pthread_mutex_lock(&pending->lock);
    if (!mr_pending_is_filled(pending)) {
        pending->options.fill(pending->options.opaque, picture);
        atomic_store_explicit(&pending->filled, true, memory_order_release);
    }
    pthread_mutex_unlock(&pending->lock);
}

void mr_pending_ask(struct mr_pending *pending)
{
    atomic_store_explicit(&pending->asked, true, memory_order_relaxed);
}

bool mr_pending_was_asked(const struct mr_pending *pending)
{
    return atomic_load_explicit(&pending->asked, memory_order_relaxed);
}

struct mr_blob *mr_pending_jpeg(const struct mr_pending *pending)
{
    return pending->options.jpeg;
}

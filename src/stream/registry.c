#include "stream/registry.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct mr_registry {
    pthread_mutex_t lock;
    /* protected by lock */
    struct mr_stream **streams; /* sorted by name, a reference each */
    size_t count;
};

struct mr_registry *mr_registry_create(void)
{
    struct mr_registry *registry = calloc(1, sizeof(*registry));
    if (registry != NULL)
        pthread_mutex_init(&registry->lock, NULL);
    return registry;
}

void mr_registry_destroy(struct mr_registry *registry)
{
    if (registry == NULL)
        return;
    for (size_t i = 0; i < registry->count; i++)
        mr_stream_unref(&registry->streams[i]);
    free(registry->streams);
    pthread_mutex_destroy(&registry->lock);
    free(registry);
}

/* Where `name` is, or where it would be put; *found tells which. */
static size_t position_of(const struct mr_registry *registry, const char *name, bool *found)
{
    size_t i = 0;
    while (i < registry->count && strcmp(mr_stream_name(registry->streams[i]), name) < 0)
        i++;
    *found = i < registry->count && strcmp(mr_stream_name(registry->streams[i]), name) == 0;
    return i;
}

static int insert(struct mr_registry *registry, struct mr_stream *stream)
{
    bool found;
    size_t at = position_of(registry, mr_stream_name(stream), &found);
    if (found)
        return -EEXIST;

    struct mr_stream **streams =
        reallocarray(registry->streams, registry->count + 1, sizeof(struct mr_stream *));
    if (streams == NULL)
        return -ENOMEM;
    memmove(streams + at + 1, streams + at, (registry->count - at) * sizeof(*streams));
    streams[at] = mr_stream_ref(stream);
    registry->streams = streams;
    registry->count++;
    return 0;
}

int mr_registry_add(struct mr_registry *registry, struct mr_stream *stream)
{
    pthread_mutex_lock(&registry->lock);
    int result = insert(registry, stream);
    pthread_mutex_unlock(&registry->lock);
    return result;
}

int mr_registry_replace(struct mr_registry *registry, struct mr_stream *stream)
{
    struct mr_stream *replaced = NULL;
    int result = 0;

    pthread_mutex_lock(&registry->lock);
    bool found;
    size_t at = position_of(registry, mr_stream_name(stream), &found);
    if (found) {
        replaced = registry->streams[at];
        registry->streams[at] = mr_stream_ref(stream);
    } else {
        result = insert(registry, stream);
    }
    pthread_mutex_unlock(&registry->lock);

    mr_stream_unref(&replaced);
    return result;
}

int mr_registry_remove(struct mr_registry *registry, const char *name)
{
    struct mr_stream *removed = NULL;

    pthread_mutex_lock(&registry->lock);
    bool found;
    size_t at = position_of(registry, name, &found);
    if (found) {
        removed = registry->streams[at];
        registry->count--;
        memmove(registry->streams + at, registry->streams + at + 1,
                (registry->count - at) * sizeof(struct mr_stream *));
    }
    pthread_mutex_unlock(&registry->lock);

    mr_stream_unref(&removed);
    return found ? 0 : -ENOENT;
}

struct mr_stream *mr_registry_find(struct mr_registry *registry, const char *name)
{
    pthread_mutex_lock(&registry->lock);
    bool found;
    size_t at = position_of(registry, name, &found);
    struct mr_stream *stream = found ? mr_stream_ref(registry->streams[at]) : NULL;
    pthread_mutex_unlock(&registry->lock);
    return stream;
}

struct mr_stream *mr_registry_first(struct mr_registry *registry)
{
    pthread_mutex_lock(&registry->lock);
    struct mr_stream *stream = registry->count > 0 ? mr_stream_ref(registry->streams[0]) : NULL;
    pthread_mutex_unlock(&registry->lock);
    return stream;
}

size_t mr_registry_list(struct mr_registry *registry, struct mr_stream ***streams)
{
    pthread_mutex_lock(&registry->lock);
    size_t count = registry->count;
    *streams = count > 0 ? calloc(count, sizeof(struct mr_stream *)) : NULL;
    if (*streams == NULL)
        count = 0;
    for (size_t i = 0; i < count; i++)
        (*streams)[i] = mr_stream_ref(registry->streams[i]);
    pthread_mutex_unlock(&registry->lock);
    return count;
}

/* The streams by name: what requests look up. Any thread; never blocks for long. */
#ifndef MR_STREAM_REGISTRY_H
#define MR_STREAM_REGISTRY_H

#include "stream/stream.h"

#include <stddef.h>

struct mr_registry;

/* return: an empty registry; NULL when out of memory */
struct mr_registry *mr_registry_create(void);
void mr_registry_destroy(struct mr_registry *registry); /* lets go of its streams; takes NULL */

/* Add a stream; the registry takes a reference of its own.
 * return: 0; -EEXIST the name is taken; -ENOMEM */
int mr_registry_add(struct mr_registry *registry, struct mr_stream *stream);

/* Put a stream in the place of the one of its name, or add it. return: 0; -ENOMEM */
int mr_registry_replace(struct mr_registry *registry, struct mr_stream *stream);

/* Forget a stream by name. return: 0, -ENOENT */
int mr_registry_remove(struct mr_registry *registry, const char *name);

/* return: the stream with a reference for the caller, or NULL */
struct mr_stream *mr_registry_find(struct mr_registry *registry, const char *name);

/* return: the stream whose name is the first of all, with a reference for the caller; NULL: there is none */
struct mr_stream *mr_registry_first(struct mr_registry *registry);

/* All streams, sorted by name, a reference each, in a malloc'd array that the caller frees.
 * return: how many; 0 with *streams NULL when there are none or memory ran out */
size_t mr_registry_list(struct mr_registry *registry, struct mr_stream ***streams);

#endif

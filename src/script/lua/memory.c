#include "script/lua/memory.h"

#include <stdlib.h>

static bool has_room(struct mr_memory *memory, size_t more)
{
    size_t limit = memory->limit_bytes;
    if (memory->short_of)
        limit -= limit / 16;
    memory->short_of = memory->used_bytes > limit || more > limit - memory->used_bytes;
    return !memory->short_of;
}

/* Most of Lua asks again after it has collected all garbage, and only its second failure raises an
 * error; string buffers (lauxlib's resizebox) raise one at the first. return: NULL */
static void *refuse(struct mr_memory *memory, size_t more)
{
    memory->limits_met += memory->refused_bytes != more; /* else it was asked again */
    memory->refused_bytes = more;
    return NULL;
}

static void grant(struct mr_memory *memory, size_t more)
{
    memory->limits_met -= memory->refused_bytes == more; /* collecting garbage did help */
    memory->refused_bytes = 0;
}

void *mr_memory_allocate(void *opaque, void *block, size_t old_size, size_t new_size)
{
    struct mr_memory *memory = opaque;
    if (block == NULL)
        old_size = 0; /* Lua passes the kind of object there */

    if (new_size == 0) {
        free(block);
        memory->used_bytes -= old_size;
        return NULL;
    }
    if (new_size > old_size && !has_room(memory, new_size - old_size))
        return refuse(memory, new_size - old_size);

    void *moved = realloc(block, new_size);
    if (moved == NULL && new_size <= old_size)
        return block; /* Lua relies on shrinking never to fail */
    if (moved == NULL)
        return refuse(memory, new_size - old_size);
    if (new_size > old_size)
        grant(memory, new_size - old_size);
    memory->used_bytes += new_size - old_size;
    return moved;
}

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
        return NULL;

    void *moved = realloc(block, new_size);
    if (moved == NULL)
        return new_size <= old_size ? block : NULL; /* Lua relies on shrinking never to fail */
    memory->used_bytes += new_size - old_size;
    return moved;
}

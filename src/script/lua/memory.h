/* The memory of one script: a counting lua_Alloc with a limit.
 *
 * Plain data in the engine; used by the thread that runs the script. */
#ifndef MR_SCRIPT_MEMORY_H
#define MR_SCRIPT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

struct mr_memory {
    size_t limit_bytes;
    size_t used_bytes;
    bool short_of; /* refused something, and not seen much room since */
};

/* A lua_Alloc; `memory` is a struct mr_memory. Growing beyond the limit is refused, upon which Lua
 * collects all garbage, tries again and raises "not enough memory" if that did not help. It has to
 * help by a sixteenth of the limit: a script that is just about full would else collect everything
 * at each step. */
void *mr_memory_allocate(void *memory, void *block, size_t old_size, size_t new_size);

#endif

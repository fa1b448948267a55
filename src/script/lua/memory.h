/* The memory of one script: a counting lua_Alloc with a limit.
 *
 * Plain data in the engine; used by the thread that runs the script. */
#ifndef MR_SCRIPT_MEMORY_H
#define MR_SCRIPT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mr_memory {
    size_t limit_bytes;
    size_t used_bytes;
    bool short_of;        /* the last growth was refused, or was granted with little room left */
    size_t refused_bytes; /* the growth that was refused last; 0: one was granted after it */
    uint64_t limits_met;  /* refusals that raised "not enough memory" */
};

/* A lua_Alloc; `memory` is a struct mr_memory. Growing beyond the limit is refused, upon which Lua
 * collects all garbage, tries again and raises "not enough memory" if that did not help. It has to
 * help by a sixteenth of the limit: a script that is just about full would else collect everything
 * at each step. A script may catch that error, or call a function that swallows it (pcall, load,
 * coroutine.resume), so limits_met counts requests that were refused and not granted when they were
 * made again.
 * return: as lua_Alloc: the block; NULL when it is refused or freed */
void *mr_memory_allocate(void *memory, void *block, size_t old_size, size_t new_size);

#endif

/* The part of an engine that all rooms of scripts use: an engine begins with it, and every Lua state leads to it. What
 * belongs to a higher room is opaque here. Used by the thread that runs the script.
 *
 * Functions that bind C to Lua are called by Lua, or in protected mode; their errors are Lua errors. No userdata but those
 * of moonreel ever reaches a script (it has neither `io` nor `debug`), which is why the tag that each begins with can be
 * trusted; the only light userdata is NULL. */
#ifndef MR_SCRIPT_BINDING_H
#define MR_SCRIPT_BINDING_H

#include "script/lua/bundle.h"
#include "script/lua/json_write.h"
#include "script/lua/memory.h"
#include "script/lua/script_log.h"
#include "script/lua/watchdog.h"

#include <lua.h>

struct mr_canvases;
struct mr_text;

struct mr_binding {
    struct mr_watch watch;   /* of calls into the state; first, see watchdog.h */
    struct mr_memory memory; /* the state's allocator */
    struct mr_json_writer json;
    struct mr_bundle *bundle;  /* a reference */
    struct mr_script_log *log; /* borrowed */
    const char *stream;        /* its name; borrowed */
    bool trial;                /* what the script logs is for debugging only */
    bool owns_heap;            /* what the process's heap grows by is the script's */

    /* script/draw's */
    struct mr_canvases *canvases; /* borrowed */
    struct mr_text *text;         /* owned; NULL until text is first drawn */
    bool warned_of_recorded;      /* that a frame's recorded payload is damaged */
};

/* return: the part of the engine that the state belongs to */
static inline struct mr_binding *mr_binding_of(lua_State *L)
{
    return *(struct mr_binding **)lua_getextraspace(L);
}

#endif

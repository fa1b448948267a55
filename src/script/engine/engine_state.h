/* The inside of an engine, for the files of this room. Used by the thread that runs the script. */
#ifndef MR_SCRIPT_ENGINE_STATE_H
#define MR_SCRIPT_ENGINE_STATE_H

#include "base/buffer.h"
#include "script/draw/frame.h"
#include "script/engine/engine_options.h"
#include "script/lua/binding.h"
#include "script/lua/rate.h"

#include <lua.h>

struct mr_timers;

struct mr_engine {
    struct mr_binding binding; /* first: what the state leads to */

    /* immutable */
    lua_State *L;
    struct mr_engine_options options; /* its strings are the engine's */
    char *stream;

    /* the thread that runs the script */
    struct mr_frame frame; /* the one `process` is called with */
    struct mr_buffer traceback;
    struct mr_timers *timers; /* a userdata of the state */
    int nested_closes;        /* coroutine.close under way */
    struct mr_rate broadcasts;
};

/* return: the engine that the state belongs to */
static inline struct mr_engine *mr_engine_of(lua_State *L)
{
    return (struct mr_engine *)mr_binding_of(L);
}

#endif

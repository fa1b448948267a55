/* Shared by the files that bind C to Lua: the engine's inside and the helpers for arguments.
 *
 * Everything here is called by Lua, or in protected mode, on the thread that runs the script;
 * errors are Lua errors. No userdata but those made here ever reaches a script (it has neither `io`
 * nor `debug`), which is why the tag that each begins with can be trusted; the only light userdata
 * is NULL. */
#ifndef MR_SCRIPT_BINDING_H
#define MR_SCRIPT_BINDING_H

#include "base/buffer.h"
#include "media/pixels/region.h"
#include "script/draw/canvas.h"
#include "script/draw/frame.h"
#include "script/draw/text.h"
#include "script/engine/bundle.h"
#include "script/engine/engine.h"
#include "script/engine/watchdog.h"
#include "script/lua/json_write.h"
#include "script/lua/memory.h"
#include "script/lua/script_log.h"
#include "script/process/rate.h"

#include <lua.h>

struct mr_timers;

struct mr_engine {
    /* immutable */
    lua_State *L;
    struct mr_engine_options options; /* its strings are the engine's */
    char *stream;
    struct mr_bundle *bundle;

    /* the thread that runs the script */
    struct mr_memory memory;
    struct mr_watch watch;
    struct mr_frame frame; /* the one `process` is called with */
    struct mr_json_writer json;
    struct mr_text *text; /* made when text is first drawn */
    struct mr_buffer traceback;
    struct mr_timers *timers; /* a userdata of the state */
    int nested_closes;        /* coroutine.close under way */
    struct mr_rate broadcasts;
    bool warned_of_recorded; /* that a frame's is damaged */
};

extern const char mr_engine_state_key; /* of `state` in the registry, by address */

static inline struct mr_engine *mr_engine_of(lua_State *L)
{
    return *(struct mr_engine **)lua_getextraspace(L);
}

/* Each puts its part of the host into a new state. */
void mr_sandbox_open(lua_State *L);   /* sandbox.c: libraries, without what scripts must not have */
void mr_protect_open(lua_State *L);   /* protect.c: xpcall */
void mr_coroutine_open(lua_State *L); /* coroutine.c */
void mr_require_open(lua_State *L);   /* require.c */
void mr_host_open(lua_State *L);      /* host.c: log, print, now */
void mr_events_open(lua_State *L);    /* events.c: broadcast */
void mr_timers_open(lua_State *L);    /* timers.c: after, every */
void mr_json_open(lua_State *L);      /* json_lib.c */
void mr_frame_open(lua_State *L);     /* frame.c: the type of `frame` with all its methods */
void mr_kernel_open(lua_State *L);    /* kernel.c: kernel and the functions for it; after host.c */
void mr_filter_open(lua_State *L);    /* filter_lib.c: filter */

/* Compile a text (no binary chunk) as luaL_loadbufferx does; a byte order mark and a first line
 * that begins with "#" are passed over.
 * return: as luaL_loadbufferx: LUA_OK, or an error with its message pushed */
int mr_engine_load_text(lua_State *L, const char *text, size_t size, const char *chunk);

/* The halves of mr_engine_create: an engine whose script has not been run, and running it. What is no
 * script is run by mr_engine_run_text, the bundle's own text and nothing else.
 * return: 0; -errno with *error */
int mr_engine_create_host(const struct mr_engine_options *options, struct mr_bundle *bundle,
                          struct mr_engine **engine, struct mr_error *error);
int mr_engine_load_script(struct mr_engine *engine, struct mr_error *error);
void mr_engine_run_text(lua_State *L);

/* return: the time by which the script goes, in µs: options.clock_us, or the monotonic clock. timers.c */
int64_t mr_engine_now_us(const struct mr_engine *engine);

/* Call `function` with `argument` as light userdata: protected, watched, with messages as engine.h
 * says. return: 0; -EINVAL, -ETIMEDOUT, -ENOMEM with *error */
int mr_call(struct mr_engine *engine, lua_CFunction function, void *argument,
            struct mr_error *error);

/* Arguments. Messages call the argument `name`: "bad argument #1 to 'circle' (x: …)".
 * return: its value; a Lua error for any other type or range */
double mr_arg_number(lua_State *L, int index, const char *name);     /* no NaN */
double mr_arg_coordinate(lua_State *L, int index, const char *name); /* within ±MR_COORDINATE_MAX */
int mr_arg_pixel(lua_State *L, int index, const char *name);   /* rounded down, within the same */
int mr_arg_channel(lua_State *L, int index, const char *name); /* rounded, within 0 … 255 */

/* return: a width or height for an image, rounded down: 1 … MR_PICTURE_MAX_SIDE; a Lua error beyond */
int mr_arg_side(lua_State *L, int index, const char *name);

/* Read x, y, w, h from `index` on. The optional ones may be absent altogether: the whole picture.
 * return: the area, clipped to the picture; empty when it lies outside */
struct mr_area mr_arg_area(lua_State *L, int index, const struct mr_picture *picture);
struct mr_area mr_arg_optional_area(lua_State *L, int index, const struct mr_picture *picture);

/* A word out of a list that ends with NULL. return: its position */
int mr_arg_word(lua_State *L, int index, const char *name, const char *const *words);

#define MR_COORDINATE_MAX 1000000 /* pixels; cairo's numbers end at 8 million */

#endif

/* filter("gblur=sigma=4") for scripts: chains of FFmpeg's filters as objects, checked when made.
 *
 * The thread that runs the script; everything raises Lua errors. */
#ifndef MR_SCRIPT_FILTER_LIB_H
#define MR_SCRIPT_FILTER_LIB_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/* FFmpeg allocates the memory of filters itself. In a script's own process it counts to the script's limit, measured
 * by what the heap grew during each run. Where other threads use the heap, too, only these bounds hold: objects alive
 * at a time, and pixels times filters of all graphs together (1280x720: 36 filters); media/filter.h says how many bytes
 * a pixel takes. */
#define MR_FILTER_MAX_OBJECTS 64
#define MR_FILTER_MAX_PIXELS  (INT64_C(32) << 20)

/* Put the function `filter` into a new state. */
void mr_filter_lib_open(lua_State *L);

/* return: whether the value at `index` is a filter */
bool mr_filter_lib_is(lua_State *L, int index);

/* Apply the filter at index 2 to the frame at 1: nil at 3 and x, y, w, h after it, or from 3 on.
 * return: how many values it leaves for Lua: none */
int mr_filter_lib_apply(lua_State *L);

#endif

/* filter("gblur=sigma=4") for scripts: chains of FFmpeg's filters as objects, checked when made.
 *
 * The thread that runs the script; everything raises Lua errors. */
#ifndef MR_SCRIPT_FILTER_LIB_H
#define MR_SCRIPT_FILTER_LIB_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/* FFmpeg's memory is not the script's to count, so these bound it: objects alive at a time, and
 * pixels times filters of all graphs together (1280x720: 36 filters), see media/filter.h for the
 * bytes each takes. */
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

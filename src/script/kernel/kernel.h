/* Kernels: pixel shaders in Lua. kernel(function(p, u) … return r, g, b end) traces the function
 * once and compiles what it does; frame:apply(k, {strength = 0.5}, x, y, w, h) runs that.
 *
 * The thread that runs the script; everything raises Lua errors. */
#ifndef MR_SCRIPT_KERNEL_H
#define MR_SCRIPT_KERNEL_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

/* Put `kernel` and the functions for it into a new state; after mr_sandbox_open, which makes the tables that they are
 * added to. */
void mr_kernel_open(lua_State *L);

extern const luaL_Reg mr_kernel_methods[]; /* of frames and images; ends with { NULL, NULL } */

/* return: whether the value at `index` is a kernel */
bool mr_kernel_is(lua_State *L, int index);

/* Apply the kernel at index 2 to the frame at 1: parameters at 3, if that is a table or nil, and
 * after them, or from 3 on, x, y, w, h.
 * return: how many values it leaves for Lua: none */
int mr_kernel_apply(lua_State *L);

#endif

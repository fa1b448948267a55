/* Compiles texts of Lua. Called in protected mode, or where an error of memory ends the program anyway. */
#ifndef MR_SCRIPT_LOAD_TEXT_H
#define MR_SCRIPT_LOAD_TEXT_H

#include <lua.h>
#include <stddef.h>

/* Compile a text (no binary chunk) as luaL_loadbufferx does; a byte order mark and a first line
 * that begins with "#" are passed over.
 * return: as luaL_loadbufferx: LUA_OK, or an error with its message pushed */
int mr_load_text(lua_State *L, const char *text, size_t size, const char *chunk);

#endif

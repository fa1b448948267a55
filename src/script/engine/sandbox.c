/* The libraries that scripts have, and what is taken out of them: nothing a script finds reads or
 * writes files, starts or ends processes, loads machine code or binary chunks. */
#include "script/engine/libraries.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

static void open_libraries(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        { LUA_GNAME, luaopen_base },          { LUA_TABLIBNAME, luaopen_table },
        { LUA_STRLIBNAME, luaopen_string },   { LUA_MATHLIBNAME, luaopen_math },
        { LUA_UTF8LIBNAME, luaopen_utf8 },    { LUA_OSLIBNAME, luaopen_os },
        { LUA_COLIBNAME, luaopen_coroutine },
    };
    for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) {
        luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
        lua_pop(L, 1);
    }
}

static void remove_field(lua_State *L, const char *library, const char *name)
{
    lua_getglobal(L, library);
    lua_pushnil(L);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

/* Keep of `os` only what tells the time. */
static void keep_os_times(lua_State *L)
{
    static const char *const kept[] = { "time", "date", "clock", NULL };
    lua_getglobal(L, LUA_OSLIBNAME);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        int i = 0;
        while (kept[i] != NULL && strcmp(kept[i], lua_tostring(L, -2)) != 0)
            i++;
        if (kept[i] == NULL) {
            lua_pushvalue(L, -2);
            lua_pushnil(L);
            lua_rawset(L, -5); /* clearing a field is allowed while going through a table */
        }
    }
    lua_pop(L, 1);
}

/* load(chunk [, name [, mode [, env]]]) for text only. upvalue: the original */
static int load_text(lua_State *L)
{
    int given = lua_gettop(L);
    const char *mode = luaL_optstring(L, 3, "t");
    if (strchr(mode, 't') == NULL) {
        lua_pushnil(L);
        lua_pushliteral(L, "binary chunks cannot be loaded");
        return 2;
    }
    if (given < 3)
        lua_settop(L, 3);
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

void mr_sandbox_open(lua_State *L)
{
    open_libraries(L);
    keep_os_times(L);
    remove_field(L, LUA_GNAME, "dofile");
    remove_field(L, LUA_GNAME, "loadfile");
    remove_field(L, LUA_STRLIBNAME, "dump");

    lua_getglobal(L, "load");
    lua_pushcclosure(L, load_text, 1);
    lua_setglobal(L, "load");
}

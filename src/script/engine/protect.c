/* xpcall as Lua has it, but with a message handler that is not called once the script is being
 * stopped: handlers of errors raised by a hook run without hooks, so nothing could stop them. */
#include "script/engine/libraries.h"
#include "script/lua/binding.h"

#include <lauxlib.h>

/* upvalue: the script's handler */
static int handle_message(lua_State *L)
{
    if (mr_binding_of(L)->watch.stopping)
        return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

/* The stack holds the handler, a true for the result, and what the function returned or raised. */
static int finish(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L) - 1;
    lua_pushboolean(L, false);
    lua_insert(L, -2);
    return 2;
}

/* xpcall(f, handler, ...) */
static int protected_call(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    int arguments = lua_gettop(L) - 2;
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, handle_message, 1);
    lua_replace(L, 2);
    lua_pushboolean(L, true);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2); /* f, handler, true, f, arguments */
    lua_remove(L, 1);
    return finish(L, lua_pcallk(L, arguments, LUA_MULTRET, 1, 0, finish), 0);
}

void mr_protect_open(lua_State *L)
{
    lua_register(L, "xpcall", protected_call);
}

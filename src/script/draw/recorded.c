#include "script/draw/recorded.h"

#include "script/lua/binding.h"
#include "script/lua/json_lib.h"

#include <lauxlib.h>

static int decode(lua_State *L)
{
    const struct mr_blob *recorded = lua_touserdata(L, 1);
    mr_json_lib_decode(L, (const char *)recorded->data, recorded->size, "frame.recorded");
    return 1;
}

static void warn(lua_State *L)
{
    struct mr_binding *binding = mr_binding_of(L);
    if (!binding->warned_of_recorded)
        mr_script_log_line(binding->log, binding->trial ? MR_LOG_DEBUG : MR_LOG_WARN,
                           lua_tostring(L, -1), lua_rawlen(L, -1));
    binding->warned_of_recorded = true;
}

/* Replace the error message on the stack by nil, if it is about the JSON. */
static void take_error(lua_State *L, int status)
{
    if (status != LUA_ERRRUN || lua_type(L, -1) != LUA_TSTRING || mr_binding_of(L)->watch.stopping)
        lua_error(L); /* no memory, or its time is over */
    warn(L);
    lua_pop(L, 1);
    lua_pushnil(L);
}

void mr_recorded_push(lua_State *L, const struct mr_blob *recorded)
{
    if (recorded == NULL) {
        lua_pushnil(L);
        return;
    }
    if (lua_getiuservalue(L, 1, 1) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    lua_pushcfunction(L, decode);
    lua_pushlightuserdata(L, (void *)recorded);
    int status = lua_pcall(L, 1, 1, 0);
    if (status != LUA_OK)
        take_error(L, status);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, 1);
}

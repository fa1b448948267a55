/* coroutine.resume, wrap and close as Lua has them, but known to the watchdog: it stops what runs,
 * and that may be a coroutine. */
#include "script/engine/engine_state.h"
#include "script/engine/libraries.h"
#include "script/lua/binding.h"
#include "script/lua/watchdog.h"

#include <lauxlib.h>

#define MAX_NESTED_CLOSES 100 /* each takes C stack, which lua_resetthread does not count */

static lua_State *coroutine_argument(lua_State *L)
{
    lua_State *co = lua_tothread(L, 1);
    luaL_argexpected(L, co != NULL, 1, "coroutine");
    return co;
}

/* Resume with the top `arguments` values. Results, or the error, stay on co's stack.
 * return: how many results, -1 on error */
static int resume(lua_State *L, lua_State *co, int arguments)
{
    struct mr_watch *watch = &mr_binding_of(L)->watch;
    int results = 0;
    if (!lua_checkstack(co, arguments)) {
        lua_pushliteral(co, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, arguments);
    int status = mr_watchdog_resume(watch, co, L, arguments, &results);
    mr_watchdog_check(watch, L);
    if (status != LUA_OK && status != LUA_YIELD)
        return -1;
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(co, results);
        lua_pushliteral(co, "too many results to resume");
        return -1;
    }
    return results;
}

static int coroutine_resume(lua_State *L)
{
    lua_State *co = coroutine_argument(L);
    int results = resume(L, co, lua_gettop(L) - 1);
    lua_pushboolean(L, results >= 0);
    lua_xmove(co, L, results >= 0 ? results : 1);
    return results >= 0 ? results + 1 : 2;
}

static int close_coroutine(lua_State *L, lua_State *co)
{
    struct mr_engine *engine = mr_engine_of(L);
    if (engine->nested_closes >= MAX_NESTED_CLOSES)
        return luaL_error(L, "coroutine.close: more than %d within each other", MAX_NESTED_CLOSES);
    engine->nested_closes++;
    int status = mr_watchdog_close(&engine->binding.watch, co);
    engine->nested_closes--;
    mr_watchdog_check(&engine->binding.watch, L);
    return status;
}

/* upvalue: the coroutine */
static int call_wrapped(lua_State *L)
{
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    int results = resume(L, co, lua_gettop(L));
    if (results >= 0) {
        lua_xmove(co, L, results);
        return results;
    }
    int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) /* it died: run what it has to close */
        close_coroutine(L, co);
    lua_xmove(co, L, 1);
    if (lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int coroutine_wrap(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    lua_pushcclosure(L, call_wrapped, 1);
    return 1;
}

static bool is_closable(lua_State *L, lua_State *co)
{
    lua_Debug frame;
    int status = lua_status(co);
    if (co == L)
        return false;
    /* Without an error it is suspended in a yield, not begun or finished, or it has resumed others.
     */
    return status != LUA_OK || lua_getstack(co, 0, &frame) == 0;
}

static int coroutine_close(lua_State *L)
{
    lua_State *co = coroutine_argument(L);
    if (!is_closable(L, co))
        return luaL_error(L, "cannot close a running coroutine");
    if (close_coroutine(L, co) == LUA_OK) {
        lua_pushboolean(L, true);
        return 1;
    }
    lua_pushboolean(L, false);
    lua_xmove(co, L, 1);
    return 2;
}

void mr_coroutine_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "resume", coroutine_resume },
        { "wrap", coroutine_wrap },
        { "close", coroutine_close },
        { NULL, NULL },
    };
    lua_getglobal(L, "coroutine");
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}

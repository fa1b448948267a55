#include "script/engine/call.h"

#include "script/engine/engine_state.h"
#include "script/lua/watchdog.h"

#include <ctype.h>
#include <errno.h>
#include <lauxlib.h>
#include <string.h>

#define MAX_TRACEBACK 8192 /* names in it may be of any length */

/* Whether the message says where: "process.lua:12: …" */
static bool has_position(const char *message)
{
    for (const char *colon = strchr(message, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        const char *c = colon + 1;
        while (isdigit((unsigned char)*c))
            c++;
        if (c > colon + 1 && *c == ':')
            return true;
    }
    return false;
}

/* Push "process.lua:12: " of the innermost Lua function, or nothing to concatenate. */
static void push_position(lua_State *L)
{
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline > 0) {
            lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
            return;
        }
    }
    lua_pushliteral(L, "");
}

/* Any error value as text. */
static const char *push_message(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TSTRING)
        return lua_pushvalue(L, 1), lua_tostring(L, -1);
    if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING)
        return lua_tostring(L, -1);
    return lua_pushfstring(L, "error value is a %s, not a string", luaL_typename(L, 1));
}

static void keep_traceback(lua_State *L, struct mr_buffer *traceback)
{
    static const char tail[] = "\n\t[C]: in ?";
    luaL_traceback(L, L, NULL, 1);
    size_t size, tail_size = sizeof(tail) - 1;
    const char *text = lua_tolstring(L, -1, &size);
    while (size > tail_size && memcmp(text + size - tail_size, tail, tail_size) == 0)
        size -= tail_size; /* the host's own calls */
    mr_buffer_clear(traceback);
    if (size > MAX_TRACEBACK)
        size = MAX_TRACEBACK;
    if (memchr(text, '\n', size) != NULL) /* else there is nothing below the heading */
        mr_buffer_append(traceback, text, size);
    lua_pop(L, 1);
}

/* Runs where the error is raised, before the stack is unwound. */
static int handle_error(lua_State *L)
{
    keep_traceback(L, &mr_engine_of(L)->traceback);
    const char *message = push_message(L);
    if (has_position(message))
        return 1;
    push_position(L);
    lua_insert(L, -2);
    lua_concat(L, 2);
    return 1;
}

static int describe(const struct mr_engine *engine, int status, bool late, struct mr_error *error)
{
    lua_State *L = engine->L;
    const char *name = mr_bundle_main(engine->binding.bundle)->name;
    const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "unknown error";
    if (status == LUA_ERRMEM)
        return mr_error_set(error, -ENOMEM, "%s: not enough memory (the limit is %d MiB)", name,
                            engine->options.limits.memory_mib);
    if (late && strstr(message, "(deadline)") == NULL)
        return mr_error_set(error, -ETIMEDOUT, "%s: stopped after %d ms (deadline)", name,
                            engine->options.limits.deadline_ms);
    if (!has_position(message))
        return mr_error_set(error, late ? -ETIMEDOUT : -EINVAL, "%s: %s", name, message);
    return mr_error_set(error, late ? -ETIMEDOUT : -EINVAL, "%s", message);
}

int mr_call(struct mr_engine *engine, lua_CFunction function, void *argument,
            struct mr_error *error)
{
    lua_State *L = engine->L;
    int result = 0;
    mr_buffer_clear(&engine->traceback);
    lua_settop(L, 0);
    lua_pushcfunction(L, handle_error);
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, argument);

    mr_watchdog_begin(&engine->binding.watch, L);
    int status = lua_pcall(L, 1, 0, 1);
    bool late = mr_watchdog_end(&engine->binding.watch, L);

    if (status != LUA_OK)
        result = describe(engine, status, late, error);
    lua_settop(L, 0);
    return result;
}

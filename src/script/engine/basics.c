/* log.error warn info debug, print, warn, now: what scripts say and ask of the host. */
#include "script/engine/libraries.h"

#include "base/clock.h"
#include "script/lua/binding.h"

#include <lauxlib.h>
#include <string.h>

static void write_line(lua_State *L, enum mr_log_level level, const char *text, size_t size)
{
    const struct mr_binding *binding = mr_binding_of(L);
    if (binding->trial && level < MR_LOG_DEBUG)
        level = MR_LOG_DEBUG;
    mr_script_log_line(binding->log, level, text, size);
}

/* All arguments as text, with `separator` between them. */
static int say(lua_State *L, enum mr_log_level level, const char *separator)
{
    if (!mr_log_enabled(level))
        return 0;
    int count = lua_gettop(L);
    luaL_Buffer line;
    luaL_buffinit(L, &line);
    for (int i = 1; i <= count; i++) {
        if (i > 1)
            luaL_addstring(&line, separator);
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&line);
    }
    luaL_pushresult(&line);
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    write_line(L, level, text, size);
    return 0;
}

static int log_error(lua_State *L)
{
    return say(L, MR_LOG_ERROR, " ");
}

static int log_warn(lua_State *L)
{
    return say(L, MR_LOG_WARN, " ");
}

static int log_info(lua_State *L)
{
    return say(L, MR_LOG_INFO, " ");
}

static int log_debug(lua_State *L)
{
    return say(L, MR_LOG_DEBUG, " ");
}

static int host_print(lua_State *L)
{
    return say(L, MR_LOG_INFO, "\t");
}

/* Seconds on a clock that never jumps; only differences mean something. */
static int host_now(lua_State *L)
{
    lua_pushnumber(L, (double)mr_clock_now_us() / 1e6);
    return 1;
}

/* Collects the text of warn(), piece by piece; Lua itself warns of errors in __gc that way. */
static void handle_warning(void *opaque, const char *message, int more)
{
    (void)more;
    lua_State *L = opaque;
    if (message[0] != '@') /* control messages */
        write_line(L, MR_LOG_WARN, message, strlen(message));
}

void mr_basics_open(lua_State *L)
{
    static const luaL_Reg log_functions[] = {
        { "error", log_error }, { "warn", log_warn }, { "info", log_info },
        { "debug", log_debug }, { NULL, NULL },
    };
    luaL_newlib(L, log_functions);
    lua_setglobal(L, "log");
    lua_register(L, "print", host_print);
    lua_register(L, "now", host_now);
    lua_setwarnf(L, handle_warning, L);
}

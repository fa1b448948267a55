#include "script/engine/talk.h"

#include "script/engine/call.h"
#include "script/engine/engine_state.h"
#include "script/engine/libraries.h"
#include "script/engine/timers.h"
#include "script/lua/json_lib.h"
#include "script/lua/rate.h"

#include <errno.h>
#include <lauxlib.h>

/* ---- from viewers ---- */

static int call_on_message(lua_State *L)
{
    const struct mr_script_event *event = lua_touserdata(L, 1);
    if (lua_getglobal(L, "on_message") == LUA_TNIL)
        return 0;
    mr_json_lib_decode(L, event->json, event->size, "on_message");
    lua_pushinteger(L, (lua_Integer)event->client);
    lua_call(L, 2, 0);
    return 0;
}

static int call_on_client(lua_State *L)
{
    const struct mr_script_event *event = lua_touserdata(L, 1);
    if (lua_getglobal(L, "on_client") == LUA_TNIL)
        return 0;
    lua_pushstring(L, event->kind == MR_SCRIPT_JOIN ? "join" : "leave");
    lua_pushinteger(L, (lua_Integer)event->client);
    lua_call(L, 2, 0);
    return 0;
}

int mr_talk_deliver(struct mr_engine *engine, const struct mr_script_event *event,
                    struct mr_error *error)
{
    lua_CFunction call = event->kind == MR_SCRIPT_MESSAGE ? call_on_message : call_on_client;
    if (event->kind == MR_SCRIPT_MESSAGE && event->size > MR_SCRIPT_MESSAGE_MAX_BYTES)
        return mr_error_set(error, -EINVAL, "on_message: a message of %zu bytes; %d at most",
                            event->size, MR_SCRIPT_MESSAGE_MAX_BYTES);
    return mr_call(engine, call, (void *)event, error);
}

/* ---- to viewers ---- */

/* The client at `index`, 0 for all when there is none. */
static uint64_t client_argument(lua_State *L, int index)
{
    int exact = 0;
    if (lua_isnoneornil(L, index))
        return 0;
    lua_Integer client = lua_type(L, index) == LUA_TNUMBER ? lua_tointegerx(L, index, &exact) : 0;
    if (!exact || client < 1)
        luaL_argerror(L, index,
                      lua_pushfstring(L, "client: a whole number from 1 expected, got %s",
                                      luaL_tolstring(L, index, NULL)));
    return (uint64_t)client;
}

/* broadcast(value [, client]) */
static int broadcast(lua_State *L)
{
    struct mr_engine *engine = mr_engine_of(L);
    const struct mr_engine_options *options = &engine->options;
    struct mr_json_writer *writer = &engine->binding.json;
    luaL_checkany(L, 1);
    uint64_t client = client_argument(L, 2);
    if (!mr_json_write(writer, L, 1, "value"))
        return luaL_error(L, "broadcast: %s", writer->error);
    if (writer->out.size > MR_SCRIPT_MESSAGE_MAX_BYTES)
        return luaL_error(L, "broadcast: value is %d bytes long as JSON; %d at most",
                          (int)writer->out.size, MR_SCRIPT_MESSAGE_MAX_BYTES);
    if (!mr_rate_allows(&engine->broadcasts, mr_timers_now_us(engine), writer->out.size,
                        MR_SCRIPT_BROADCASTS, MR_SCRIPT_BROADCAST_BYTES))
        return luaL_error(L, "broadcast: more than %d messages or %d MiB in a second",
                          MR_SCRIPT_BROADCASTS, MR_SCRIPT_BROADCAST_BYTES >> 20);
    if (options->broadcast != NULL && !options->trial)
        options->broadcast(options->broadcast_opaque, client, (const char *)writer->out.data,
                           writer->out.size);
    return 0;
}

void mr_talk_open(lua_State *L)
{
    lua_register(L, "broadcast", broadcast);
}

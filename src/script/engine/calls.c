#include "script/engine/calls.h"

#include "script/engine/call.h"
#include "script/engine/engine_state.h"
#include "script/engine/libraries.h"
#include "script/engine/settings.h"
#include "script/lua/state.h"

#include <errno.h>
#include <lauxlib.h>

static const char state_key = 0;   /* of `state` in the registry, by address */
static const char changed_key = 0; /* what on_settings is to be told */

void mr_calls_open(lua_State *L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &state_key);
}

static void push_state(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &state_key);
}

/* ---- init and shutdown ---- */

static int call_init(lua_State *L)
{
    if (lua_getglobal(L, "init") == LUA_TNIL)
        return 0;
    push_state(L);
    lua_call(L, 1, 0);
    return 0;
}

int mr_calls_init(struct mr_engine *engine, struct mr_error *error)
{
    return mr_call(engine, call_init, NULL, error);
}

static int call_shutdown(lua_State *L)
{
    const char *reason = lua_touserdata(L, 1);
    if (lua_getglobal(L, "shutdown") == LUA_TNIL)
        return 0;
    lua_pushstring(L, reason);
    lua_call(L, 1, 0);
    return 0;
}

int mr_calls_shutdown(struct mr_engine *engine, const char *reason, struct mr_error *error)
{
    return mr_call(engine, call_shutdown, (void *)reason, error);
}

/* ---- process ---- */

/* The payload came out of `process` and is wrong: say where that function is. */
static int refuse_payload(lua_State *L, const char *why)
{
    lua_Debug info;
    if (lua_getglobal(L, "process") != LUA_TFUNCTION)
        return luaL_error(L, "%s", why);
    lua_getinfo(L, ">S", &info);
    return luaL_error(L, "%s:%d: %s", info.short_src, info.linedefined, why);
}

static int call_process(lua_State *L)
{
    struct mr_engine *engine = lua_touserdata(L, 1);
    lua_getglobal(L, "process");
    mr_frame_push(L, &engine->frame);
    push_state(L);
    lua_call(L, 2, 1);
    if (!mr_json_write(&engine->binding.json, L, -1, "payload"))
        return refuse_payload(L, engine->binding.json.error);
    return 0;
}

int mr_calls_process(struct mr_engine *engine, struct mr_picture *picture, unsigned viewers,
                     struct mr_engine_result *result, struct mr_error *error)
{
    *result = (struct mr_engine_result){ 0 };
    mr_frame_begin(&engine->frame, picture, viewers, engine->options.quality);
    int failed = mr_call(engine, call_process, engine, error);
    struct mr_picture *made = mr_frame_end(&engine->frame);
    if (failed < 0) {
        mr_picture_unref(&made);
        return failed;
    }
    result->picture = made;
    result->payload = engine->binding.json.out;
    engine->binding.json.out = (struct mr_buffer){ 0 };
    result->quality = engine->frame.quality;
    result->quality_set = engine->frame.quality_set;
    result->skip = engine->frame.skip;
    return 0;
}

/* ---- state ---- */

struct state_call {
    struct mr_buffer *out;
    const void *bytes;
    size_t size;
    struct mr_error *left_out, *error;
    int result;
};

static int write_state(lua_State *L)
{
    struct state_call *call = lua_touserdata(L, 1);
    push_state(L);
    call->result = mr_state_write(L, -1, call->out, call->left_out);
    return 0;
}

int mr_calls_get_state(struct mr_engine *engine, struct mr_buffer *bytes, struct mr_error *left_out,
                       struct mr_error *error)
{
    struct mr_error note = { 0 };
    struct state_call call = { .out = bytes, .left_out = &note };
    int result = mr_call(engine, write_state, &call, error);
    if (result == 0 && call.result < 0)
        return mr_error_set(error, call.result, "%s", note.text);
    *left_out = note;
    return result;
}

static int read_state(lua_State *L)
{
    struct state_call *call = lua_touserdata(L, 1);
    call->result = mr_state_read(L, call->bytes, call->size, call->error);
    if (call->result == 0 && !lua_istable(L, -1))
        call->result = mr_error_set(call->error, -EINVAL, "state is no table");
    if (call->result == 0)
        lua_rawsetp(L, LUA_REGISTRYINDEX, &state_key);
    return 0;
}

int mr_calls_set_state(struct mr_engine *engine, const void *bytes, size_t size,
                       struct mr_error *error)
{
    struct state_call call = { .bytes = bytes, .size = size, .error = error };
    int result = mr_call(engine, read_state, &call, error);
    return result < 0 ? result : call.result;
}

/* ---- settings ---- */

static int write_settings(lua_State *L)
{
    struct mr_engine *engine = mr_engine_of(L);
    mr_settings_push(L);
    if (!mr_json_write(&engine->binding.json, L, -1, "settings"))
        return luaL_error(L, "%s", engine->binding.json.error);
    return 0;
}

int mr_calls_get_settings(struct mr_engine *engine, struct mr_buffer *json, struct mr_error *error)
{
    int result = mr_call(engine, write_settings, NULL, error);
    if (result == 0)
        mr_buffer_append(json, engine->binding.json.out.data, engine->binding.json.out.size);
    return result;
}

struct settings_call {
    const char *json;
    size_t size;
    struct mr_error *error;
    int result;
    bool any; /* named a setting */
};

static int change_settings(lua_State *L)
{
    struct settings_call *call = lua_touserdata(L, 1);
    call->result = mr_settings_change_check(L, call->json, call->size, call->error);
    if (call->result < 0)
        return 0;
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &changed_key);
    mr_settings_change_apply(L);
    lua_pushnil(L);
    call->any = lua_next(L, -2);
    return 0;
}

static int call_on_settings(lua_State *L)
{
    if (lua_getglobal(L, "on_settings") == LUA_TNIL)
        return 0;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &changed_key);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &changed_key);
    lua_call(L, 1, 0);
    return 0;
}

/* Another code for the same message. */
static int recode(struct mr_error *error, int code)
{
    if (error != NULL)
        error->code = code;
    return code;
}

int mr_calls_change_settings(struct mr_engine *engine, const char *json, size_t size,
                             struct mr_error *error)
{
    struct settings_call call = { .json = json, .size = size, .error = error };
    if (mr_call(engine, change_settings, &call, error) < 0)
        return recode(error, -EINVAL);
    if (call.result < 0 || !call.any)
        return call.result;
    int result = mr_call(engine, call_on_settings, NULL, error);
    return result == -EINVAL ? recode(error, -ECANCELED) : result;
}

static int adopt_settings(lua_State *L)
{
    struct settings_call *call = lua_touserdata(L, 1);
    call->result = mr_settings_change_choose(L, call->json, call->size, call->error);
    if (call->result == 0)
        mr_settings_change_apply(L);
    return 0;
}

int mr_calls_adopt_settings(struct mr_engine *engine, const char *json, size_t size,
                            struct mr_error *error)
{
    struct settings_call call = { .json = json, .size = size, .error = error };
    int result = mr_call(engine, adopt_settings, &call, error);
    return result < 0 ? result : call.result;
}

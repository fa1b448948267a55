/* t.settings, t.message, t.join, t.leave, t.sent, t.advance: what happens around a stream. */
#include "script/trial/trial_events.h"

#include "script/engine/calls.h"
#include "script/engine/talk.h"
#include "script/engine/timers.h"
#include "script/lua/argument.h"
#include "script/lua/binding.h"
#include "script/lua/json_write.h"
#include "script/lua/watchdog.h"
#include "script/trial/trial_bench.h"

#include <string.h>

#define MAX_ADVANCE_S 1e6

static int raise_error(lua_State *L, const struct mr_error *error)
{
    return luaL_error(L, "%s", error->text);
}

/* ---- t.settings(changed) ---- */

/* The argument as JSON, valid until the next one is written. */
static const struct mr_buffer *write_json(lua_State *L, int index, const char *name)
{
    struct mr_json_writer *writer = &mr_binding_of(L)->json;
    if (!mr_json_write(writer, L, index, name))
        luaL_argerror(L, index, writer->error);
    return &writer->out;
}

static int bench_settings(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_loaded(L);
    struct mr_error error;
    luaL_checktype(L, 1, LUA_TTABLE);
    const struct mr_buffer *json = write_json(L, 1, "changed");
    if (mr_calls_change_settings(bench->engine, (const char *)json->data, json->size, &error) < 0)
        return raise_error(L, &error);
    return 0;
}

/* ---- t.message(value[, client]), t.join([client]), t.leave([client]) ---- */

static uint64_t client_argument(lua_State *L, int index)
{
    lua_Integer client = luaL_optinteger(L, index, 1);
    luaL_argcheck(L, client >= 1, index, "client: a whole number from 1 expected");
    return (uint64_t)client;
}

static int deliver(lua_State *L, struct mr_trial_bench *bench, const struct mr_script_event *event)
{
    struct mr_error error;
    return mr_talk_deliver(bench->engine, event, &error) < 0 ? raise_error(L, &error) : 0;
}

static int bench_message(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_loaded(L);
    struct mr_script_event event = { .kind = MR_SCRIPT_MESSAGE, .client = client_argument(L, 2) };
    luaL_checkany(L, 1);
    const struct mr_buffer *json = write_json(L, 1, "value");
    event.json = (const char *)json->data;
    event.size = json->size;
    return deliver(L, bench, &event);
}

static int bench_join(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_loaded(L);
    const struct mr_script_event event = { .kind = MR_SCRIPT_JOIN,
                                           .client = client_argument(L, 1) };
    bench->viewers++;
    return deliver(L, bench, &event);
}

static int bench_leave(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_loaded(L);
    const struct mr_script_event event = { .kind = MR_SCRIPT_LEAVE,
                                           .client = client_argument(L, 1) };
    if (bench->viewers == 0)
        return luaL_error(L, "leave: nobody is there; t.join comes first");
    bench->viewers--;
    return deliver(L, bench, &event);
}

/* ---- t.sent() ---- */

static int bench_sent(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_loaded(L);
    struct mr_trial_sent header;
    if (bench->sent_too_much || bench->sent.failed)
        return luaL_error(L, "sent: more than %d MiB were broadcast since the last t.sent()",
                          MR_TRIAL_MAX_SENT_BYTES >> 20);
    lua_newtable(L);
    for (size_t at = 0, count = 1; at < bench->sent.size; at += header.size, count++) {
        memcpy(&header, bench->sent.data + at, sizeof(header));
        at += sizeof(header);
        lua_createtable(L, 0, 2);
        if (header.client != 0) {
            lua_pushinteger(L, (lua_Integer)header.client);
            lua_setfield(L, -2, "client");
        }
        mr_trial_bench_push_json(L, (const char *)bench->sent.data + at, header.size);
        lua_setfield(L, -2, "value");
        lua_rawseti(L, -2, (lua_Integer)count);
    }
    mr_buffer_clear(&bench->sent);
    return 1;
}

/* ---- t.advance(seconds) ---- */

/* From one call that is due to the next, so that each is made at its own time. */
static int bench_advance(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_loaded(L);
    double seconds = mr_argument_number(L, 1, "seconds");
    luaL_argcheck(L, seconds >= 0 && seconds <= MAX_ADVANCE_S, 1,
                  "seconds: number from 0 to 1000000 expected");
    int64_t next_us = bench->now_us, until_us = next_us + (int64_t)(seconds * 1e6 + 0.5);
    while (next_us >= 0 && next_us <= until_us) {
        struct mr_error error;
        bench->now_us = next_us;
        if (mr_timers_run(bench->engine, next_us, &next_us, &error) < 0)
            return raise_error(L, &error);
        mr_watchdog_check(&mr_binding_of(L)->watch, L);
    }
    bench->now_us = until_us;
    return 0;
}

const luaL_Reg mr_trial_events_functions[] = {
    { "settings", bench_settings },
    { "message", bench_message },
    { "join", bench_join },
    { "leave", bench_leave },
    { "sent", bench_sent },
    { "advance", bench_advance },
    { NULL, NULL },
};

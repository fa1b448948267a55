#include "script/engine/engine.h"

#include "script/draw/filter_lib.h"
#include "script/draw/text.h"
#include "script/engine/call.h"
#include "script/engine/calls.h"
#include "script/engine/engine_state.h"
#include "script/engine/libraries.h"
#include "script/engine/settings.h"
#include "script/engine/talk.h"
#include "script/engine/timers.h"
#include "script/kernel/kernel.h"
#include "script/lua/binding.h"
#include "script/lua/json_lib.h"
#include "script/lua/load_text.h"
#include "script/lua/watchdog.h"

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

/* Garbage is collected in steps while the script allocates; a cycle begins at 1.5 times of what the
 * last one left. The unit of Lua's step multiplier is objects per 16 bytes allocated, so that its
 * own 100 does a whole cycle in one step. With 200,000 tables held and 2,000 made for each frame
 * the worst of 1,500 frames took 28 to 40 ms with it, 10 to 15 ms with 4. Generational mode took 5
 * to 12 ms at a lower mean, but its major collections are whole cycles in one step again. */
#define GC_PAUSE     150
#define GC_STEP_MUL  4
#define GC_STEP_SIZE 13 /* log2 of bytes */

/* ---- making ---- */

static int open_host(lua_State *L)
{
    mr_sandbox_open(L);
    mr_protect_open(L);
    mr_coroutine_open(L);
    mr_require_open(L);
    mr_basics_open(L);
    mr_talk_open(L);
    mr_timers_open(L);
    mr_json_lib_open(L);
    mr_drawing_open(L);
    mr_kernel_open(L);
    mr_filter_lib_open(L);
    mr_calls_open(L);
    lua_gc(L, LUA_GCINC, GC_PAUSE, GC_STEP_MUL, GC_STEP_SIZE);
    return 0;
}

void mr_engine_run_text(lua_State *L)
{
    const struct mr_bundle_text *text = mr_bundle_main(mr_binding_of(L)->bundle);
    const char *chunk = lua_pushfstring(L, "@%s", text->name);
    if (mr_load_text(L, text->data, text->size, chunk) != LUA_OK)
        lua_error(L);
    lua_call(L, 0, 0);
}

static int run_script(lua_State *L)
{
    mr_engine_run_text(L);
    mr_settings_load(L);
    if (lua_getglobal(L, "process") != LUA_TFUNCTION)
        return luaL_error(L, "there is no function process(frame, state)");
    return 0;
}

static int create_state(struct mr_engine *engine)
{
    engine->binding.memory.limit_bytes = (size_t)engine->options.limits.memory_mib * 1024 * 1024;
    engine->L = lua_newstate(mr_memory_allocate, &engine->binding.memory);
    if (engine->L == NULL)
        return -ENOMEM;
    *(struct mr_binding **)lua_getextraspace(engine->L) = &engine->binding;
    mr_watchdog_add(&engine->binding.watch, engine->options.watchdog,
                    engine->options.limits.deadline_ms);
    return 0;
}

int mr_engine_create_host(const struct mr_engine_options *options, struct mr_bundle *bundle,
                          struct mr_engine **out, struct mr_error *error)
{
    *out = NULL;
    struct mr_engine *engine = calloc(1, sizeof(*engine));
    if (engine == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    engine->options = *options;
    engine->binding.bundle = mr_bundle_ref(bundle);
    engine->stream = strdup(options->stream);
    engine->options.stream = engine->binding.stream = engine->stream;
    engine->binding.log = options->log;
    engine->binding.trial = options->trial;
    engine->binding.owns_heap = options->owns_heap;
    engine->binding.canvases = options->canvases;

    int result = engine->stream == NULL ? -ENOMEM : create_state(engine);
    if (result < 0)
        mr_error_set(error, result, "%s: out of memory", mr_bundle_main(bundle)->name);
    if (result == 0)
        result = mr_call(engine, open_host, NULL, error);
    if (result < 0) {
        mr_engine_destroy(engine);
        return result;
    }
    *out = engine;
    return 0;
}

int mr_engine_load_script(struct mr_engine *engine, struct mr_error *error)
{
    return mr_call(engine, run_script, NULL, error);
}

int mr_engine_create(const struct mr_engine_options *options, struct mr_bundle *bundle,
                     struct mr_engine **out, struct mr_error *error)
{
    int result = mr_engine_create_host(options, bundle, out, error);
    if (result == 0)
        result = mr_engine_load_script(*out, error);
    if (result < 0) {
        mr_engine_destroy(*out);
        *out = NULL;
    }
    return result;
}

void mr_engine_destroy(struct mr_engine *engine)
{
    if (engine == NULL)
        return;
    mr_watchdog_remove(&engine->binding.watch);
    if (engine->L != NULL)
        lua_close(engine->L);
    mr_text_destroy(engine->binding.text);
    mr_json_write_finish(&engine->binding.json);
    mr_buffer_finish(&engine->traceback);
    mr_bundle_unref(&engine->binding.bundle);
    free(engine->stream);
    free(engine);
}

/* ---- questions ---- */

const char *mr_engine_traceback(const struct mr_engine *engine)
{
    return engine->traceback.size > 0 ? (const char *)engine->traceback.data : "";
}

uint64_t mr_engine_limits_met(const struct mr_engine *engine)
{
    return engine->binding.memory.limits_met;
}

void mr_engine_describe_caught_limit(const char *name, int memory_mib, struct mr_error *error)
{
    mr_error_set(error, -ENOMEM,
                 "%s: not enough memory (the limit is %d MiB); the script caught the error and "
                 "goes on",
                 name, memory_mib);
}

struct mr_bundle *mr_engine_bundle(struct mr_engine *engine)
{
    return engine->binding.bundle;
}

void mr_engine_take_text(struct mr_engine *engine, struct mr_engine *from)
{
    mr_text_destroy(engine->binding.text);
    engine->binding.text = from->binding.text;
    from->binding.text = NULL;
}

#include "script/trial/trial_run.h"

#include "script/draw/canvas.h"
#include "script/engine/call.h"
#include "script/engine/calls.h"
#include "script/lua/script_log.h"
#include "script/lua/watchdog.h"
#include "script/trial/trial_lib.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TESTS      10000 /* in a file */
#define MAX_NAME_BYTES 200

static const char tests_key = 0; /* list of { name, function } in the registry, by address */

struct run {
    const struct mr_trial_options *options;
    struct mr_engine_options host; /* of the state that a file is run in */
    struct mr_trial_counts *counts;

    /* of the file under way */
    struct mr_engine *engine;
    struct mr_trial_bench bench;
    lua_Integer tests, current; /* how many; which one is run, from 1 on */
    char name[MAX_NAME_BYTES + 1];
};

/* ---- results ---- */

/* Where the line in the message was called from, if that was in the file, too. */
static void write_callers(FILE *out, const char *traceback)
{
    bool innermost = true;
    for (const char *line = traceback; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *end = strstr(line, ": in ");
        if (line[0] != '\t' || line[1] == '[' || end == NULL)
            continue;
        if (!innermost)
            fprintf(out, "    called from %.*s\n", (int)(end - line - 1), line + 1);
        innermost = false;
    }
}

static void report(struct run *run, const char *name, int result, const struct mr_error *error)
{
    FILE *out = run->options->out;
    if (result == 0) {
        run->counts->passed++;
        fprintf(out, "ok %s\n", name);
    } else {
        run->counts->failed++;
        fprintf(out, "FAILED %s\n    %s\n", name, error->text);
        if (run->engine != NULL)
            write_callers(out, mr_engine_traceback(run->engine));
    }
    fflush(out);
}

static void announce(const struct run *run, const char *name)
{
    if (run->options->begin != NULL)
        run->options->begin(run->options->opaque, name);
}

/* ---- test(name, function) ---- */

static void refuse_second(lua_State *L, int tests, const char *name)
{
    for (lua_Integer i = 1; i <= luaL_len(L, tests); i++) {
        lua_rawgeti(L, tests, i);
        lua_rawgeti(L, -1, 1);
        if (strcmp(lua_tostring(L, -1), name) == 0)
            luaL_error(L, "there is a test \"%s\" already", name);
        lua_pop(L, 2);
    }
}

/* upvalue: the run */
static int add_test(lua_State *L)
{
    struct run *run = lua_touserdata(L, lua_upvalueindex(1));
    size_t size;
    const char *name = luaL_checklstring(L, 1, &size);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    if (size == 0 || size > MAX_NAME_BYTES || strlen(name) != size || strchr(name, '\n') != NULL)
        return luaL_argerror(L, 1, "name: a line of 1 to 200 bytes expected");
    if (run->current > 0)
        return luaL_error(L, "a test cannot make another one");
    if (run->tests == MAX_TESTS)
        return luaL_error(L, "more than %d tests in a file", MAX_TESTS);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &tests_key);
    refuse_second(L, 3, name);
    lua_createtable(L, 2, 0);
    for (int i = 1; i <= 2; i++) {
        lua_pushvalue(L, i);
        lua_rawseti(L, 4, i);
    }
    lua_rawseti(L, 3, ++run->tests);
    return 0;
}

/* ---- one file ---- */

static int load_file(lua_State *L)
{
    static const char *const of_scripts_only[] = { "after", "every", "broadcast" };
    struct run *run = lua_touserdata(L, 1);
    for (size_t i = 0; i < sizeof(of_scripts_only) / sizeof(*of_scripts_only); i++) {
        lua_pushnil(L);
        lua_setglobal(L, of_scripts_only[i]);
    }
    mr_trial_bench_open(L);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &tests_key);
    lua_pushlightuserdata(L, run);
    lua_pushcclosure(L, add_test, 1);
    lua_setglobal(L, "test");
    mr_engine_run_text(L);
    if (run->tests == 0)
        return luaL_error(L, "there is no test(\"name\", function(t) ... end)");
    return 0;
}

/* Leave the test on the stack, a { name, function }, and its name in the run. */
static int find_test(lua_State *L)
{
    struct run *run = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &tests_key);
    lua_rawgeti(L, -1, run->current);
    lua_rawgeti(L, -1, 1);
    strcpy(run->name, lua_tostring(L, -1)); /* add_test saw to its length */
    lua_pop(L, 1);
    return 0;
}

static int run_test(lua_State *L)
{
    struct run *run = lua_touserdata(L, 1);
    find_test(L);
    lua_rawgeti(L, -1, 2);
    mr_trial_lib_push(L, &run->bench);
    lua_call(L, 1, 0);
    mr_trial_bench_end(L, &run->bench);
    return 0;
}

static void run_tests(struct run *run)
{
    for (run->current = 1; run->current <= run->tests; run->current++) {
        struct mr_error error = { 0 };
        run->bench.serial = run->current;
        int result = mr_call(run->engine, find_test, run, &error);
        if (result == 0) {
            announce(run, run->name);
            result = mr_call(run->engine, run_test, run, &error);
        }
        report(run, run->name, result, &error);
        if (run->bench.engine != NULL) /* the test failed: its script may still have its say */
            mr_calls_shutdown(run->bench.engine, "stop", &error);
        mr_trial_bench_clear(&run->bench);
    }
}

static int open_file(struct run *run, const char *file, struct mr_error *error)
{
    struct mr_bundle *bundle;
    int result = mr_bundle_open(file, &bundle, error);
    if (result < 0)
        return result;
    result = mr_engine_create_host(&run->host, bundle, &run->engine, error);
    mr_bundle_unref(&bundle);
    return result == 0 ? mr_call(run->engine, load_file, run, error) : result;
}

static int run_file(struct run *run, const char *file)
{
    struct mr_error error = { 0 };
    const char *slash = strrchr(file, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(file, (size_t)(slash - file) + 1);
    if (folder == NULL)
        return -ENOMEM;
    run->bench.folder = folder;
    run->tests = run->current = 0;
    announce(run, file);
    int result = open_file(run, file, &error);
    if (result < 0)
        report(run, file, result, &error);
    else
        run_tests(run);
    mr_trial_bench_finish(&run->bench);
    mr_engine_destroy(run->engine);
    run->engine = NULL;
    free(folder);
    return 0;
}

/* ---- all files ---- */

static int run_files(struct run *run, const char *const *files, size_t count)
{
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++) {
        if (count > 1)
            fprintf(run->options->out, "# %s\n", files[i]);
        result = run_file(run, files[i]);
    }
    return result;
}

int mr_trial_run(const struct mr_trial_options *options, const char *const *files, size_t count,
                 struct mr_trial_counts *counts, struct mr_error *error)
{
    *counts = (struct mr_trial_counts){ 0 };
    struct mr_engine_options engine = {
        .stream = "test",
        .limits = options->limits,
        .quality = 80,
        .canvases = mr_canvases_create(),
        .log = mr_script_log_create("test"),
    };
    int result = engine.canvases == NULL || engine.log == NULL
                     ? -ENOMEM
                     : mr_watchdog_create(&engine.watchdog);
    if (result == 0) {
        struct run run = { .options = options, .host = engine, .counts = counts };
        run.bench.options = engine;
        run.host.limits.deadline_ms *= MR_TRIAL_DEADLINES;
        result = run_files(&run, files, count);
    }
    if (result < 0)
        mr_error_set(error, result, "cannot run tests: %s", strerror(-result));
    mr_watchdog_destroy(engine.watchdog);
    mr_canvases_destroy(engine.canvases);
    mr_script_log_destroy(engine.log);
    return result;
}

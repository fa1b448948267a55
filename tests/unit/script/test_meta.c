/* lua/meta/ and docs/SCRIPTING.md describe every call that scripts have, and no other. This file collects the real
 * calls; meta_check.lua compares. */
#include "script_support.h"

#include "script/engine/calls.h"
#include "script/engine/engine_state.h"
#include "script/trial/trial_lib.h"

#include <glob.h>
#include <lauxlib.h>
#include <lualib.h>

static const char objects[] =
    "made = { Image = frame.new(1, 1), Filter = filter('hflip'), Timer = after(1000, print),\n"
    "         Kernel = kernel(function(p) return p.r, p.g, p.b end) }\n"
    "function process(frame)\n"
    "  made.Frame = frame\n"
    "  return select(2, pcall(function() return frame['?'] end))\n"
    "end\n";

/* Append a file to the buffer. */
static void read_file(struct mr_buffer *text, const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char part[4096];
    for (size_t size; (size = fread(part, 1, sizeof(part), file)) > 0;)
        mr_buffer_append(text, part, size);
    fclose(file);
}

/* Push the content of all files that match a pattern in the source tree. */
static void push_files(lua_State *L, const char *pattern)
{
    char path[1024];
    glob_t found;
    struct mr_buffer text = { 0 };
    snprintf(path, sizeof(path), "%s/%s", TEST_SOURCE_DIR, pattern);
    assert_int_equal(glob(path, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        read_file(&text, found.gl_pathv[i]);
    globfree(&found);
    lua_pushlstring(L, (const char *)text.data, text.size);
    mr_buffer_finish(&text);
}

/* real[field] = the names in the table on top of the stack with their values; takes it */
static void keep_copy(lua_State *L, int real, const char *field)
{
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, -3);) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
    lua_setfield(L, real, field);
    lua_pop(L, 1);
}

/* The names that Lua by itself has. */
static void keep_plain(lua_State *L, int real)
{
    lua_State *plain = luaL_newstate();
    luaL_openlibs(plain);
    lua_pushglobaltable(plain);
    lua_newtable(L);
    for (lua_pushnil(plain); lua_next(plain, -2); lua_pop(plain, 1)) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, lua_tostring(plain, -2));
    }
    lua_close(plain);
    lua_setfield(L, real, "plain");
}

static void keep_globals(lua_State *L, int real)
{
    lua_pushglobaltable(L);
    keep_copy(L, real, "globals");
    lua_getfield(L, real, "globals");
    lua_pushnil(L);
    lua_setfield(L, -2, "made");
    lua_pop(L, 1);

    static const char *const libraries[] = { "log", "json", "frame" };
    lua_newtable(L);
    for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) {
        lua_getglobal(L, libraries[i]);
        keep_copy(L, lua_gettop(L) - 1, libraries[i]);
    }
    lua_setfield(L, real, "libraries");
}

/* The methods of an object: what its __index is, or has as an upvalue. */
static void keep_methods(lua_State *L, int types, const char *type)
{
    lua_getglobal(L, "made");
    lua_getfield(L, -1, type);
    assert_true(lua_getmetatable(L, -1));
    lua_getfield(L, -1, "__index");
    if (lua_isfunction(L, -1))
        assert_non_null(lua_getupvalue(L, -1, 1));
    if (!lua_istable(L, -1))
        lua_newtable(L);
    keep_copy(L, types, type);
    lua_settop(L, types);
}

static void keep_types(lua_State *L, int real)
{
    static const char *const types[] = { "Image", "Frame", "Timer", "Kernel", "Filter" };
    lua_newtable(L);
    int place = lua_gettop(L);
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        keep_methods(L, place, types[i]);
    struct mr_trial_bench bench = { 0 };
    mr_trial_lib_push(L, &bench);
    keep_copy(L, place, "Test");
    lua_setfield(L, real, "types");
}

static char *setting_message(struct test_host *host)
{
    return error_of(host, "settings = { a = { 1, unknown = 1 } } function process() end");
}

static void keep_message(lua_State *L, int real, const char *field, char *message)
{
    lua_pushstring(L, message);
    lua_setfield(L, real, field);
    free(message);
}

static char *process_once(struct mr_engine *engine)
{
    struct mr_error error = { 0 };
    struct mr_engine_result result;
    struct mr_picture *picture = picture_make(16, 16, 128, 128, 128);
    int failed = mr_calls_process(engine, picture, 0, &result, &error);
    mr_picture_unref(&picture);
    if (failed < 0)
        fail_msg("%s", error.text);
    mr_picture_unref(&result.picture);
    return (char *)result.payload.data; /* a JSON string, of which only words matter */
}

static void the_meta_file_and_the_manual_say_what_there_is(void **state)
{
    (void)state;
    struct test_host host;
    host_open(&host);
    char *message = setting_message(&host);
    struct mr_engine *engine = engine_make(&host, objects);
    char *frame_message = process_once(engine);
    lua_State *L = engine->L;

    lua_newtable(L);
    keep_plain(L, 1);
    keep_globals(L, 1);
    keep_types(L, 1);
    keep_message(L, 1, "setting_message", message);
    keep_message(L, 1, "frame_message", frame_message);

    push_files(L, "tests/unit/script/meta_check.lua");
    assert_int_equal(luaL_loadstring(L, lua_tostring(L, -1)), LUA_OK);
    lua_pushvalue(L, 1);
    push_files(L, "lua/meta/*.lua");
    push_files(L, "docs/SCRIPTING.md");
    push_files(L, "src/script/*/*.c");
    if (lua_pcall(L, 4, 1, 0) != LUA_OK || lua_rawlen(L, -1) > 0) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1)); /* more than cmocka prints */
        fail();
    }
    mr_engine_destroy(engine);
    host_close(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_meta_file_and_the_manual_say_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

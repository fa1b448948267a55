#include "script/config/config_run.h"

#include "base/clock.h"
#include "script/config/config_lines.h"
#include "script/engine/call.h"
#include "script/engine/engine.h"
#include "script/lua/load_text.h"
#include "script/lua/memory.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES     (32 * 1024 * 1024)
#define MAX_US        (INT64_C(1000) * MR_CONFIG_RUN_MS)
#define STEPS_BETWEEN 10000 /* instructions from one look at the clock to the next */
#define MAX_DEPTH     16
#define MAX_VALUES    100000
#define CHUNK         "config" /* stands for the path, which Lua would cut */
#define PATH_SIZE     512

/* The state of running a text; on the caller's stack. */
struct reading {
    const struct mr_config_text *text;
    struct mr_config_lines lines;
    json_t *set; /* what the text set; NULL until it has ended */
    int64_t until_us;
    unsigned values;
    struct mr_error *error;
    int result;
};

static const char reading_key = 0; /* registry key, by address */

static struct reading *reading_of(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &reading_key);
    struct reading *reading = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return reading;
}

/* ---- the environment ---- */

static void check_time(lua_State *L, lua_Debug *record)
{
    const struct reading *reading = reading_of(L);
    if (record->event == LUA_HOOKLINE && reading->text->line_now != NULL)
        *reading->text->line_now = record->currentline;
    if (record->event == LUA_HOOKLINE || mr_clock_now_us() < reading->until_us)
        return;
    lua_getinfo(L, "l", record);
    lua_pushfstring(L, CHUNK ":%d: stopped after %d ms; a configuration only says what there is",
                    record->currentline, (int)(MAX_US / 1000));
    lua_error(L);
}

/* Names that nobody set are mistyped: nil would be taken for "not given". */
static int refuse_unknown(lua_State *L)
{
    return luaL_error(L, "there is no '%s' here", luaL_tolstring(L, 2, NULL));
}

/* A name that is given nil stays as if it had not been there: whoever sets a token that way, from what
 * the environment lacks, must not believe that there is one. */
static int refuse_nothing(lua_State *L)
{
    if (lua_isnil(L, 3))
        return luaL_error(L, "%s gets no value (nil); os.getenv gives nil for what is not set",
                          luaL_tolstring(L, 2, NULL));
    lua_rawset(L, 1);
    return 0;
}

/* Copy the functions `names` of the library on top of the stack into a new table in its place. */
static void keep(lua_State *L, const char *const *names)
{
    lua_newtable(L);
    for (; *names != NULL; names++) {
        lua_getfield(L, -2, *names);
        lua_setfield(L, -2, *names);
    }
    lua_remove(L, -2);
}

/* Push what a configuration finds. Without pcall nothing outlasts the end of its time, without
 * metatables nothing runs after it; table.move goes on for as long as it is told to. */
static void push_environment(lua_State *L)
{
    static const char *const base[] = { "assert", "error",    "ipairs",   "next", "pairs",
                                        "select", "tonumber", "tostring", "type", NULL };
    static const char *const tables[] = { "concat", "insert", "pack", "remove",
                                          "sort",   "unpack", NULL };
    static const char *const times[] = { "clock", "date", "getenv", "time", NULL };
    static const struct {
        const char *name;
        lua_CFunction open;
        const char *const *kept; /* NULL: all of it */
    } libraries[] = {
        { LUA_TABLIBNAME, luaopen_table, tables }, { LUA_OSLIBNAME, luaopen_os, times },
        { LUA_STRLIBNAME, luaopen_string, NULL },  { LUA_MATHLIBNAME, luaopen_math, NULL },
        { LUA_UTF8LIBNAME, luaopen_utf8, NULL },
    };
    luaL_requiref(L, LUA_GNAME, luaopen_base, 0);
    keep(L, base);
    for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) {
        luaL_requiref(L, libraries[i].name, libraries[i].open, 0);
        if (libraries[i].kept != NULL)
            keep(L, libraries[i].kept);
        lua_setfield(L, -2, libraries[i].name);
    }
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, refuse_unknown);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

/* ---- what the file set, as JSON ---- */

static int refuse(struct reading *reading, const char *path, const char *why)
{
    int line = mr_config_lines_find(&reading->lines, path);
    char at[16] = "";
    if (line > 0)
        snprintf(at, sizeof(at), "%d:", line);
    return mr_error_set(reading->error, -EINVAL, "%s:%s %s: %s", reading->text->path, at, path,
                        why);
}

static int convert(lua_State *L, struct reading *reading, const char *path, int depth,
                   json_t **out);

static json_t *convert_number(lua_State *L)
{
    if (lua_isinteger(L, -1))
        return json_integer(lua_tointeger(L, -1));
    return isfinite(lua_tonumber(L, -1)) ? json_real(lua_tonumber(L, -1)) : NULL;
}

static json_t *convert_text(lua_State *L)
{
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    return strlen(text) == size ? json_stringn(text, size) : NULL;
}

/* The key of the entry on top of the stack, as text. return: whether it is a text or a position */
static bool name_entry(lua_State *L, const char *path, char *inner, size_t size, bool *position)
{
    const char *dot = *path != '\0' ? "." : "";
    *position = lua_isinteger(L, -2);
    if (*position)
        snprintf(inner, size, "%s%s%lld", path, dot, (long long)lua_tointeger(L, -2));
    else if (lua_type(L, -2) == LUA_TSTRING)
        snprintf(inner, size, "%s%s%s", path, dot, lua_tostring(L, -2));
    else
        return false;
    return true;
}

/* The list at the top: positions from 1 to its length. */
static int convert_list(lua_State *L, struct reading *reading, const char *path, int depth,
                        json_t **out)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    char inner[PATH_SIZE];
    *out = json_array();
    for (lua_Integer i = 1; i <= count; i++) {
        json_t *value;
        lua_rawgeti(L, -1, i);
        snprintf(inner, sizeof(inner), "%s.%lld", path, (long long)i);
        if (convert(L, reading, inner, depth, &value) < 0)
            return -EINVAL;
        json_array_append_new(*out, value);
        lua_pop(L, 1);
    }
    return 0;
}

static int convert_table(lua_State *L, struct reading *reading, const char *path, int depth,
                         json_t **out)
{
    char inner[PATH_SIZE];
    bool position;
    int table = lua_gettop(L);
    if (depth == MAX_DEPTH)
        return refuse(reading, path, "is nested too deep, or contains itself");
    size_t count = (size_t)lua_rawlen(L, table), positions = 0;
    *out = json_object();
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        json_t *value;
        if (!name_entry(L, path, inner, sizeof(inner), &position))
            return refuse(reading, path, "keys are names, or positions in a list");
        positions += position;
        if (position && count > 0 && positions <= count)
            continue;
        if (position || count > 0)
            return refuse(reading, path, "is half a list and half a table of names");
        if (convert(L, reading, inner, depth + 1, &value) < 0)
            return -EINVAL;
        if (json_object_set_new(*out, lua_tostring(L, -2), value) < 0)
            return refuse(reading, path, "a key is not UTF-8");
    }
    if (count == 0)
        return 0;
    if (positions != count)
        return refuse(reading, path, "is a list with holes");
    json_decref(*out);
    *out = NULL;
    return convert_list(L, reading, path, depth + 1, out);
}

/* The value on top of the stack. out: *out, a reference; NULL on error */
static int convert(lua_State *L, struct reading *reading, const char *path, int depth, json_t **out)
{
    int result = 0;
    *out = NULL;
    luaL_checkstack(L, 8, "too deep");
    if (++reading->values > MAX_VALUES)
        return refuse(reading, path, "there are too many values");
    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        *out = json_boolean(lua_toboolean(L, -1));
        break;
    case LUA_TNUMBER:
        if ((*out = convert_number(L)) == NULL)
            return refuse(reading, path, "is no finite number");
        break;
    case LUA_TSTRING:
        if ((*out = convert_text(L)) == NULL)
            return refuse(reading, path, "is text, but not in UTF-8, or contains a NUL");
        break;
    case LUA_TTABLE:
        result = convert_table(L, reading, path, depth, out);
        break;
    default:
        return refuse(reading, path,
                      "is a function, which is no value; a helper is `local function`");
    }
    if (result < 0) {
        json_decref(*out);
        *out = NULL;
    }
    return result;
}

/* ---- running it ---- */

static int run_chunk(lua_State *L)
{
    struct reading *reading = lua_touserdata(L, 1);
    lua_pushlightuserdata(L, reading);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &reading_key);
    if (mr_load_text(L, reading->text->text, reading->text->size, "=" CHUNK) != LUA_OK)
        return lua_error(L);
    int chunk = lua_gettop(L);

    /* what the file sets is in a table of its own, and what it finds behind it */
    lua_newtable(L);
    lua_createtable(L, 0, 2);
    push_environment(L);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, refuse_nothing);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_setupvalue(L, chunk, 1);
    lua_insert(L, chunk);

    lua_sethook(L, check_time, LUA_MASKCOUNT | LUA_MASKLINE, STEPS_BETWEEN);
    lua_call(L, 0, 1);
    lua_sethook(L, NULL, 0, 0);
    if (!lua_isnil(L, -1))
        return luaL_error(L, "a configuration returns nothing; it sets names, as streams = { … }");
    lua_settop(L, chunk);
    reading->result = convert_table(L, reading, "", 0, &reading->set);
    return 0;
}

/* Lua shows the text that it does not understand: a text in quotes may be a secret, as an address
 * whose closing quote is missing. return: the message's length without it */
static int length_without_text(const char *message)
{
    static const char near[] = " near '";
    const char *at = strstr(message, near);
    bool text = at != NULL && strchr("\"'[", at[strlen(near)]) != NULL;
    return text ? (int)(at - message) : (int)strlen(message);
}

/* Lua's "config:3: why" with the file's path. */
static int explain(const struct reading *reading, lua_State *L, int status)
{
    static const char prefix[] = CHUNK ":";
    const char *after = ":";
    const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "unknown error";
    if (status == LUA_ERRMEM)
        return mr_error_set(reading->error, -EINVAL, "%s: takes more than %d MiB of memory",
                            reading->text->path, MAX_BYTES / (1024 * 1024));
    if (strncmp(message, prefix, sizeof(prefix) - 1) == 0 &&
        isdigit((unsigned char)message[sizeof(prefix) - 1]))
        message += sizeof(prefix) - 1;
    else
        after = ": ";
    return mr_error_set(reading->error, -EINVAL, "%s%s%.*s", reading->text->path, after,
                        length_without_text(message), message);
}

static int execute(struct reading *reading)
{
    struct mr_memory memory = { .limit_bytes = MAX_BYTES };
    lua_State *L = lua_newstate(mr_memory_allocate, &memory);
    if (L == NULL)
        return mr_error_set(reading->error, -ENOMEM, "%s: out of memory", reading->text->path);
    lua_pushcfunction(L, run_chunk);
    lua_pushlightuserdata(L, reading);
    int status = lua_pcall(L, 1, 0, 0);
    int result = status != LUA_OK ? explain(reading, L, status) : reading->result;
    lua_close(L);
    return result;
}

/* Lua's tables have no order; whoever reads the values is to find the same one each time. */
static int write_values(struct reading *reading, struct mr_buffer *values)
{
    char *text = json_dumps(reading->set, JSON_COMPACT | JSON_SORT_KEYS);
    if (text != NULL)
        mr_buffer_append(values, text, strlen(text));
    bool failed = text == NULL || values->failed;
    free(text);
    return failed ? mr_error_set(reading->error, -ENOMEM, "%s: out of memory", reading->text->path)
                  : 0;
}

int mr_config_run(const struct mr_config_text *text, struct mr_buffer *values,
                  struct mr_error *error)
{
    struct reading reading = { .text = text,
                               .until_us = mr_clock_now_us() + MAX_US,
                               .error = error };
    int result = mr_config_lines_read(&reading.lines, text->text, text->size);
    if (result < 0)
        mr_error_set(error, result, "%s: out of memory", text->path);
    else
        result = execute(&reading);
    if (result == 0)
        result = write_values(&reading, values);
    json_decref(reading.set);
    mr_config_lines_finish(&reading.lines);
    return result;
}

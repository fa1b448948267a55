#include "script/engine/settings.h"

#include "script/draw/color.h"
#include "script/engine/settings_private.h"

#include <ctype.h>
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* registry keys, by address */
static const char list_key = 0, values_key = 0;

static _Noreturn void refuse_declaration(lua_State *L, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = lua_pushvfstring(L, format, args);
    va_end(args);
    luaL_error(L, "settings.%s: %s", name, text);
    abort(); /* luaL_error does not return */
}

bool mr_settings_push_list(lua_State *L)
{
    return lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key) == LUA_TTABLE;
}

void mr_settings_push_values(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &values_key);
}

/* ---- one declaration: the table at index `in` becomes a normalised one at index `out` ---- */

static bool has(lua_State *L, int table, const char *key)
{
    bool there = lua_getfield(L, table, key) != LUA_TNIL;
    lua_pop(L, 1);
    return there;
}

static void check_keys(lua_State *L, const char *name, int in)
{
    static const char *const known[] = { "help", "min", "max", "step", "choices", "type", NULL };
    for (lua_pushnil(L); lua_next(L, in); lua_pop(L, 1)) {
        if (lua_isinteger(L, -2) && lua_tointeger(L, -2) == 1)
            continue;
        if (lua_type(L, -2) != LUA_TSTRING)
            refuse_declaration(L, name, "only the first position is used: the default");
        const char *key = lua_tostring(L, -2);
        int i = 0;
        while (known[i] != NULL && strcmp(known[i], key) != 0)
            i++;
        if (known[i] == NULL)
            refuse_declaration(L, name,
                               "unknown key '%s'; there are the default (first), help, min, max, "
                               "step, choices, type",
                               key);
    }
}

/* The type that the declaration asks for or its default implies. */
static const char *find_type(lua_State *L, const char *name, int in)
{
    static const char *const types[] = { "number", "boolean", "text", "choice",
                                         "color",  "button",  NULL };
    if (lua_getfield(L, in, "type") == LUA_TSTRING) {
        const char *type = lua_tostring(L, -1);
        for (int i = 0; types[i] != NULL; i++)
            if (strcmp(types[i], type) == 0)
                return types[i];
    }
    if (!lua_isnil(L, -1))
        refuse_declaration(L, name, "type must be number, boolean, text, choice, color or button");
    lua_pop(L, 1);
    if (has(L, in, "choices"))
        return "choice";
    switch (lua_rawgeti(L, in, 1)) {
    case LUA_TNUMBER:
        return "number";
    case LUA_TBOOLEAN:
        return "boolean";
    case LUA_TSTRING:
        return "text";
    case LUA_TNIL:
        refuse_declaration(L, name, "has no default; write { value, … }, or { type = \"button\" }");
    default:
        refuse_declaration(L, name, "the default is a %s; number, boolean or string expected",
                           luaL_typename(L, -1));
    }
}

static void copy_field(lua_State *L, const char *name, int in, int out, const char *key, int type)
{
    int got = lua_getfield(L, in, key);
    if (got != LUA_TNIL && got != type)
        refuse_declaration(L, name, "%s must be a %s, got a %s", key, lua_typename(L, type),
                           luaL_typename(L, -1));
    lua_setfield(L, out, key);
}

static void declare_number(lua_State *L, const char *name, int in, int out)
{
    if (lua_rawgeti(L, in, 1) != LUA_TNUMBER || !isfinite(lua_tonumber(L, -1)))
        refuse_declaration(L, name, "the default must be a finite number");
    double value = lua_tonumber(L, -1);
    static const char *const keys[] = { "min", "max", "step" };
    double bound[] = { -HUGE_VAL, HUGE_VAL, 1 };
    for (int i = 0; i < 3; i++) {
        copy_field(L, name, in, out, keys[i], LUA_TNUMBER);
        if (lua_getfield(L, out, keys[i]) == LUA_TNUMBER)
            bound[i] = lua_tonumber(L, -1);
        if (isnan(bound[i]) || (!lua_isnil(L, -1) && isinf(bound[i])))
            refuse_declaration(L, name, "%s must be a finite number", keys[i]);
    }
    if (bound[0] > bound[1])
        refuse_declaration(L, name, "min %f is above max %f", bound[0], bound[1]);
    if (bound[2] <= 0)
        refuse_declaration(L, name, "step must be above 0");
    if (value < bound[0] || value > bound[1])
        refuse_declaration(L, name, "the default %f is not within min and max", value);
}

static void declare_choices(lua_State *L, const char *name, int in, int out)
{
    if (lua_getfield(L, in, "choices") != LUA_TTABLE)
        refuse_declaration(L, name, "choices must be a list of strings");
    int choices = lua_gettop(L);
    lua_Integer count = (lua_Integer)lua_rawlen(L, choices);
    bool found = false;
    lua_createtable(L, (int)count, 0);
    lua_rawgeti(L, in, 1);
    for (lua_Integer i = 1; i <= count; i++) {
        if (lua_rawgeti(L, choices, i) != LUA_TSTRING)
            refuse_declaration(L, name, "choices must be a list of strings");
        found |= lua_rawequal(L, -1, -2);
        lua_rawseti(L, -3, i);
    }
    if (!found)
        refuse_declaration(L, name, "the default is none of its choices");
    lua_pop(L, 1);
    lua_setfield(L, out, "choices");
}

static void declare_color(lua_State *L, const char *name, int in)
{
    struct mr_color color;
    if (lua_rawgeti(L, in, 1) != LUA_TSTRING || !mr_color_parse(lua_tostring(L, -1), &color))
        refuse_declaration(L, name,
                           "the default must be a colour such as \"#ff8800\" or \"orange\"");
}

static void check_default(lua_State *L, const char *name, const char *type, int in, int out)
{
    int wanted = LUA_TSTRING;
    if (strcmp(type, "button") == 0) {
        if (lua_rawgeti(L, in, 1) != LUA_TNIL)
            refuse_declaration(L, name, "a button has no default");
        lua_pushboolean(L, false);
        lua_setfield(L, out, "default");
        return;
    }
    if (strcmp(type, "number") == 0) {
        wanted = LUA_TNUMBER;
        declare_number(L, name, in, out);
    } else if (strcmp(type, "boolean") == 0) {
        wanted = LUA_TBOOLEAN;
    } else if (strcmp(type, "choice") == 0) {
        declare_choices(L, name, in, out);
    } else if (strcmp(type, "color") == 0) {
        declare_color(L, name, in);
    }
    if (lua_rawgeti(L, in, 1) != wanted)
        refuse_declaration(L, name, "the default must be a %s, got a %s", lua_typename(L, wanted),
                           luaL_typename(L, -1));
    if (wanted == LUA_TSTRING && lua_rawlen(L, -1) > MR_SETTINGS_MAX_BYTES)
        refuse_declaration(L, name, "the default is longer than %d bytes", MR_SETTINGS_MAX_BYTES);
    lua_setfield(L, out, "default");
}

static void check_bounds_fit(lua_State *L, const char *name, const char *type, int in)
{
    static const char *const keys[] = { "min", "max", "step" };
    for (int i = 0; i < 3; i++)
        if (strcmp(type, "number") != 0 && has(L, in, keys[i]))
            refuse_declaration(L, name, "%s goes with numbers only", keys[i]);
    if (strcmp(type, "choice") != 0 && has(L, in, "choices"))
        refuse_declaration(L, name, "choices do not go with type %s", type);
}

/* Push the normalised declaration of the one on top of the stack, a table or a plain default. */
static void normalise(lua_State *L, const char *name)
{
    int top = lua_gettop(L);
    int in = top;
    if (!lua_istable(L, in)) {
        lua_createtable(L, 1, 0);
        lua_pushvalue(L, -2);
        lua_rawseti(L, -2, 1);
        in = lua_gettop(L);
    }
    lua_createtable(L, 0, 8);
    int out = lua_gettop(L);
    check_keys(L, name, in);
    const char *type = find_type(L, name, in);
    check_bounds_fit(L, name, type, in);
    lua_pushstring(L, name);
    lua_setfield(L, out, "name");
    lua_pushstring(L, type);
    lua_setfield(L, out, "type");
    copy_field(L, name, in, out, "help", LUA_TSTRING);
    check_default(L, name, type, in, out);
    lua_pushvalue(L, out);
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
}

/* ---- all of them ---- */

static const char *check_name(lua_State *L, int index)
{
    const char *name = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : NULL;
    if (name == NULL || (!isalpha((unsigned char)*name) && *name != '_')) {
        luaL_error(L, "settings: names must be identifiers, got %s",
                   luaL_tolstring(L, index, NULL));
        return NULL; /* never: the call above does not return */
    }
    for (const char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            luaL_error(L, "settings: names must be identifiers, got '%s'", name);
    return name;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The names of the table at `declared`, sorted; they are the table's keys. */
static int list_names(lua_State *L, int declared, const char *names[MR_SETTINGS_MAX])
{
    int count = 0;
    for (lua_pushnil(L); lua_next(L, declared); lua_pop(L, 1)) {
        const char *name = check_name(L, -2);
        if (count == MR_SETTINGS_MAX)
            luaL_error(L, "settings: more than %d", MR_SETTINGS_MAX);
        names[count++] = name;
    }
    qsort(names, (size_t)count, sizeof(*names), compare_names);
    return count;
}

static int refuse_write(lua_State *L)
{
    return luaL_error(L, "settings are read-only for scripts; keep own values in state");
}

void mr_settings_push_names(lua_State *L, int list)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, list);
    luaL_Buffer names;
    luaL_buffinit(L, &names);
    for (lua_Integer i = 1; i <= count; i++) {
        if (i > 1)
            luaL_addstring(&names, ", ");
        lua_rawgeti(L, list, i);
        lua_getfield(L, -1, "name");
        lua_remove(L, -2);
        luaL_addvalue(&names);
    }
    luaL_pushresult(&names);
}

static int refuse_unknown(lua_State *L)
{
    const char *name = luaL_tolstring(L, 2, NULL);
    mr_settings_push_list(L);
    mr_settings_push_names(L, lua_gettop(L));
    return luaL_error(L, "there is no setting '%s'; there are: %s", name, lua_tostring(L, -1));
}

/* The table of the values itself never reaches the script, which could write to it. */
static int iterate(lua_State *L)
{
    lua_settop(L, 2);
    mr_settings_push_values(L);
    lua_pushvalue(L, 2);
    return lua_next(L, -2) ? 2 : 0;
}

static int iterate_values(lua_State *L)
{
    lua_settop(L, 1);
    lua_pushcfunction(L, iterate);
    lua_insert(L, 1);
    return 2;
}

/* Make the table at `declared` the view of the values on top of the stack. */
static void make_view(lua_State *L, int declared)
{
    int values = lua_gettop(L);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, refuse_unknown);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, values);

    lua_createtable(L, 0, 4);
    lua_pushvalue(L, values);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, refuse_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, iterate_values);
    lua_setfield(L, -2, "__pairs");
    lua_pushliteral(L, "settings");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, declared);
}

/* Push a copy of the table at `index`: metamethods of declarations may change that one meanwhile. */
static void push_copy(lua_State *L, int index)
{
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, index);) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
}

void mr_settings_load(lua_State *L)
{
    int top = lua_gettop(L);
    if (lua_getglobal(L, "settings") == LUA_TNIL) {
        lua_settop(L, top);
        return;
    }
    int declared = lua_gettop(L);
    if (!lua_istable(L, declared))
        luaL_error(L, "settings must be a table, got a %s", luaL_typename(L, declared));

    push_copy(L, declared);
    int copy = lua_gettop(L);
    const char *names[MR_SETTINGS_MAX];
    int count = list_names(L, copy, names);
    lua_createtable(L, count, 0);
    int list = lua_gettop(L);
    lua_createtable(L, 0, count);
    int values = lua_gettop(L);
    for (int i = 0; i < count; i++) {
        lua_getfield(L, copy, names[i]);
        normalise(L, names[i]);
        lua_getfield(L, -1, "default");
        lua_setfield(L, values, names[i]);
        lua_rawseti(L, list, i + 1);
        lua_settop(L, values);
    }
    for (int i = 0; i < count; i++) {
        lua_pushstring(L, names[i]);
        lua_pushnil(L);
        lua_rawset(L, declared);
    }
    lua_pushvalue(L, values);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &values_key);
    lua_pushvalue(L, list);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &list_key);
    make_view(L, declared);
    lua_settop(L, top);
}

void mr_settings_push(lua_State *L)
{
    if (!mr_settings_push_list(L)) {
        lua_pop(L, 1);
        lua_newtable(L);
        return;
    }
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, i);
        lua_getfield(L, -1, "name");
        mr_settings_push_values(L);
        lua_pushvalue(L, -2);
        lua_rawget(L, -2);
        lua_setfield(L, -4, "value");
        lua_pop(L, 3);
    }
}

/* New values for settings: checked against what is declared, all of them before one is set. */
#include "script/draw/color.h"
#include "script/engine/settings.h"
#include "script/engine/settings_private.h"
#include "script/lua/json_lib.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One value that is to be checked. */
struct change {
    const char *name; /* a declared one */
    json_t *value;
    int declared; /* stack index of the declaration */
    struct mr_error *error;
};

/* ---- messages ---- */

/* At most `most` bytes of a UTF-8 text, whole characters only. */
static int cut(const char *text, size_t size, size_t most)
{
    if (size <= most)
        return (int)size;
    while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80)
        most--;
    return (int)most;
}

/* A value as a message shows it. return: text */
static const char *show(json_t *value, char *text, size_t size)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_NULL:
        return "null";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_STRING:
        snprintf(text, size, "'%.*s'",
                 cut(json_string_value(value), json_string_length(value), size - 3),
                 json_string_value(value));
        return text;
    case JSON_INTEGER:
        snprintf(text, size, "%lld", (long long)json_integer_value(value));
        return text;
    case JSON_REAL:
        snprintf(text, size, "%.15g", json_real_value(value));
        return text;
    }
    return "?";
}

/* "settings.opacity: 3 is above the maximum 1": the name, the value, what the format says */
static int refuse(const struct change *change, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int refuse(const struct change *change, const char *format, ...)
{
    char value[64], why[512];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof(why), format, args);
    va_end(args);
    return mr_error_set(change->error, -EINVAL, "settings.%s: %s %s", change->name,
                        show(change->value, value, sizeof(value)), why);
}

/* ---- one value: each pushes it for Lua, or something else on error ---- */

static int check_number(lua_State *L, const struct change *change)
{
    if (!json_is_number(change->value))
        return refuse(change, "is no number");
    double value = json_number_value(change->value);
    if (lua_getfield(L, change->declared, "min") == LUA_TNUMBER && value < lua_tonumber(L, -1))
        return refuse(change, "is below the minimum %.15g", lua_tonumber(L, -1));
    if (lua_getfield(L, change->declared, "max") == LUA_TNUMBER && value > lua_tonumber(L, -1))
        return refuse(change, "is above the maximum %.15g", lua_tonumber(L, -1));
    if (json_is_integer(change->value))
        lua_pushinteger(L, json_integer_value(change->value));
    else
        lua_pushnumber(L, value);
    return 0;
}

static int check_boolean(lua_State *L, const struct change *change)
{
    if (!json_is_boolean(change->value))
        return refuse(change, "is neither true nor false");
    lua_pushboolean(L, json_is_true(change->value));
    return 0;
}

/* jansson lets well-formed UTF-8 through only. */
static int check_text(lua_State *L, const struct change *change)
{
    if (!json_is_string(change->value))
        return refuse(change, "is no text");
    const char *text = json_string_value(change->value);
    size_t size = json_string_length(change->value);
    if (size > MR_SETTINGS_MAX_BYTES)
        return mr_error_set(change->error, -EINVAL,
                            "settings.%s: %zu bytes are above the maximum %d", change->name, size,
                            MR_SETTINGS_MAX_BYTES);
    if (strlen(text) != size)
        return refuse(change, "is followed by a NUL character, which no text may contain");
    lua_pushlstring(L, text, size);
    return 0;
}

static int check_choice(lua_State *L, const struct change *change)
{
    lua_getfield(L, change->declared, "choices");
    int choices = lua_gettop(L);
    lua_Integer count = (lua_Integer)lua_rawlen(L, choices);
    if (json_is_string(change->value)) {
        lua_pushlstring(L, json_string_value(change->value), json_string_length(change->value));
        for (lua_Integer i = 1; i <= count; i++, lua_pop(L, 1)) {
            lua_rawgeti(L, choices, i);
            if (lua_rawequal(L, -1, -2))
                return 0;
        }
    }
    luaL_Buffer list;
    luaL_buffinit(L, &list);
    for (lua_Integer i = 1; i <= count; i++) {
        if (i > 1)
            luaL_addstring(&list, ", ");
        lua_rawgeti(L, choices, i);
        luaL_addvalue(&list);
    }
    luaL_pushresult(&list);
    return refuse(change, "is none of: %s", lua_tostring(L, -1));
}

static int check_color(lua_State *L, const struct change *change)
{
    struct mr_color color;
    int result = check_text(L, change);
    if (result == 0 && !mr_color_parse(lua_tostring(L, -1), &color))
        return refuse(change, "is no colour such as '#ff8800' or 'orange'");
    return result;
}

static int check_button(lua_State *L, const struct change *change)
{
    if (!json_is_true(change->value))
        return refuse(change, "does not press a button; true does");
    lua_pushboolean(L, true);
    return 0;
}

static int check_value(lua_State *L, const struct change *change)
{
    static const struct {
        const char *type;
        int (*check)(lua_State *L, const struct change *change);
    } checks[] = {
        { "number", check_number }, { "boolean", check_boolean }, { "text", check_text },
        { "choice", check_choice }, { "color", check_color },     { "button", check_button },
    };
    size_t i = 0;
    lua_getfield(L, change->declared, "type");
    while (strcmp(lua_tostring(L, -1), checks[i].type) != 0)
        i++; /* declarations have one of these */
    return checks[i].check(L, change);
}

/* Check one value and note it in the table at index `changed`. The stack stays as it is. */
static int note(lua_State *L, const struct change *change, int changed)
{
    int top = lua_gettop(L);
    int result = check_value(L, change);
    if (result == 0)
        lua_setfield(L, changed, change->name);
    lua_settop(L, top);
    return result;
}

/* ---- all of them ---- */

/* Push the declaration with that name. return: whether there is one; else nothing is pushed */
static bool push_declaration(lua_State *L, int list, const char *name)
{
    if (lua_isnil(L, list))
        return false;
    lua_Integer count = (lua_Integer)lua_rawlen(L, list);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, list, i);
        lua_getfield(L, -1, "name");
        bool found = strcmp(lua_tostring(L, -1), name) == 0;
        lua_pop(L, found ? 1 : 2);
        if (found)
            return true;
    }
    return false;
}

static int refuse_undeclared(lua_State *L, int list, const char *name, struct mr_error *error)
{
    int shown = cut(name, strlen(name), 64);
    if (lua_isnil(L, list) || lua_rawlen(L, list) == 0)
        return mr_error_set(error, -EINVAL, "there is no setting '%.*s'; the script declares none",
                            shown, name);
    mr_settings_push_names(L, list);
    return mr_error_set(error, -EINVAL, "there is no setting '%.*s'; there are: %s", shown, name,
                        lua_tostring(L, -1));
}

int mr_settings_change_check(lua_State *L, const char *text, size_t size, struct mr_error *error)
{
    json_error_t wrong;
    json_t *json = mr_json_lib_parse(L, text, size, JSON_REJECT_DUPLICATES, &wrong);
    if (json == NULL)
        return mr_error_set(error, -EINVAL, "settings: line %d, column %d: %s", wrong.line,
                            wrong.column, wrong.text);
    if (!json_is_object(json))
        return mr_error_set(error, -EINVAL,
                            "settings: an object expected, such as {\"label\":\"Yard\"}");
    mr_settings_push_list(L);
    int list = lua_gettop(L);
    lua_newtable(L);

    const char *name;
    json_t *value;
    json_object_foreach(json, name, value)
    {
        if (!push_declaration(L, list, name))
            return refuse_undeclared(L, list, name, error);
        const struct change change = { name, value, list + 2, error };
        if (note(L, &change, list + 1) < 0)
            return -EINVAL;
        lua_settop(L, list + 1);
    }
    return 0;
}

int mr_settings_change_choose(lua_State *L, const char *text, size_t size, struct mr_error *error)
{
    json_error_t wrong;
    json_t *json = mr_json_lib_parse(L, text, size, 0, &wrong);
    if (json_is_object(json))
        return mr_settings_change_check(L, text, size, error);
    if (json == NULL || !json_is_array(json))
        return mr_error_set(error, -EINVAL, "settings: not in the form they are handed over");
    mr_settings_push_list(L);
    int list = lua_gettop(L);
    lua_newtable(L);

    size_t i;
    json_t *entry;
    json_array_foreach(json, i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "name"));
        const char *type = json_string_value(json_object_get(entry, "type"));
        json_t *value = json_object_get(entry, "value");
        if (name == NULL || type == NULL || value == NULL || strcmp(type, "button") == 0 ||
            json_equal(value, json_object_get(entry, "default")) ||
            !push_declaration(L, list, name))
            continue;
        const struct change change = { name, value, list + 2, NULL };
        lua_getfield(L, change.declared, "type");
        if (strcmp(lua_tostring(L, -1), type) == 0)
            note(L, &change, list + 1); /* what is not allowed here is left out */
        lua_settop(L, list + 1);
    }
    return 0;
}

/* The names are in the table of the values already: setting them allocates nothing. */
void mr_settings_change_apply(lua_State *L)
{
    int changed = lua_gettop(L);
    if (mr_settings_push_list(L)) {
        mr_settings_push_values(L);
        lua_Integer count = (lua_Integer)lua_rawlen(L, changed + 1);
        for (lua_Integer i = 1; i <= count; i++) {
            lua_rawgeti(L, changed + 1, i);
            lua_getfield(L, -1, "type");
            bool button = strcmp(lua_tostring(L, -1), "button") == 0;
            lua_getfield(L, -2, "name");
            lua_pushvalue(L, -1);
            if (lua_rawget(L, changed) != LUA_TNIL && !button)
                lua_rawset(L, changed + 2);
            lua_settop(L, changed + 2);
        }
    }
    lua_settop(L, changed);
}

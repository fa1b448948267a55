/* json.encode, json.decode, json.object, json.array, json.null for scripts. */
#include "script/lua/json_lib.h"

#include "script/lua/binding.h"

#include <lauxlib.h>

#define MAX_DECODE_DEPTH 100

static const char tree_key = 0; /* of the metatable in the registry, by address */

static int json_encode(lua_State *L)
{
    luaL_checkany(L, 1);
    struct mr_json_writer *writer = &mr_binding_of(L)->json;
    if (!mr_json_write(writer, L, 1, "value"))
        return luaL_error(L, "json.encode: %s", writer->error);
    lua_pushlstring(L, (const char *)writer->out.data, writer->out.size);
    return 1;
}

/* ---- decode ---- */

static bool push_json(lua_State *L, json_t *json, int depth);

static bool push_object(lua_State *L, json_t *json, int depth)
{
    const char *name;
    size_t size;
    json_t *value;
    lua_createtable(L, 0, (int)json_object_size(json));
    json_object_keylen_foreach(json, name, size, value)
    {
        if (json_is_null(value))
            continue;
        lua_pushlstring(L, name, size);
        if (!push_json(L, value, depth + 1))
            return false;
        lua_rawset(L, -3);
    }
    lua_rawgetp(L, LUA_REGISTRYINDEX, &mr_json_object_mark);
    lua_setmetatable(L, -2);
    return true;
}

static bool push_array(lua_State *L, json_t *json, int depth)
{
    size_t index;
    json_t *value;
    lua_createtable(L, (int)json_array_size(json), 0);
    json_array_foreach(json, index, value)
    {
        if (json_is_null(value))
            lua_pushlightuserdata(L, NULL);
        else if (!push_json(L, value, depth + 1))
            return false;
        lua_rawseti(L, -2, (lua_Integer)index + 1);
    }
    return true;
}

/* return: false when it is nested too deep; something may have been pushed */
static bool push_json(lua_State *L, json_t *json, int depth)
{
    if (depth > MAX_DECODE_DEPTH)
        return false;
    luaL_checkstack(L, 8, "JSON");
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return push_object(L, json, depth);
    case JSON_ARRAY:
        return push_array(L, json, depth);
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(json));
        break;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(json));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        lua_pushboolean(L, json_is_true(json));
        break;
    case JSON_NULL:
        lua_pushnil(L);
        break;
    }
    return true;
}

/* jansson's tree hangs on a userdata, so that an error raised while it is pushed does not leak it
 */
static int json_collect(lua_State *L)
{
    json_t **box = lua_touserdata(L, 1);
    json_decref(*box);
    *box = NULL;
    return 0;
}

json_t *mr_json_lib_parse(lua_State *L, const char *text, size_t size, size_t flags,
                          json_error_t *error)
{
    json_t **box = lua_newuserdatauv(L, sizeof(*box), 0);
    *box = NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &tree_key);
    lua_setmetatable(L, -2);
    lua_toclose(L, -1);
    *box = json_loadb(text, size, JSON_DECODE_ANY | JSON_ALLOW_NUL | flags, error);
    return *box;
}

void mr_json_lib_decode(lua_State *L, const char *text, size_t size, const char *what)
{
    json_error_t error;
    json_t *json = mr_json_lib_parse(L, text, size, 0, &error);
    int tree = lua_gettop(L);
    if (json == NULL)
        luaL_error(L, "%s: line %d, column %d: %s", what, error.line, error.column, error.text);
    if (!push_json(L, json, 0))
        luaL_error(L, "%s: nested more than %d deep", what, MAX_DECODE_DEPTH);
    lua_closeslot(L, tree);
    lua_remove(L, tree);
}

static int json_decode_text(lua_State *L)
{
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size);
    if (size > MR_JSON_MAX_BYTES)
        return luaL_error(L, "json.decode: the text is longer than 1 MiB");
    mr_json_lib_decode(L, text, size, "json.decode");
    return 1;
}

/* ---- marks ---- */

static int mark_table(lua_State *L, const char *mark)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, mark);
    lua_setmetatable(L, 1);
    return 1;
}

static int json_object_mark(lua_State *L)
{
    return mark_table(L, &mr_json_object_mark);
}

static int json_array_mark(lua_State *L)
{
    return mark_table(L, &mr_json_array_mark);
}

static void make_mark(lua_State *L, const char *mark)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, mark);
}

void mr_json_lib_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "encode", json_encode },
        { "decode", json_decode_text },
        { "object", json_object_mark },
        { "array", json_array_mark },
        { NULL, NULL },
    };
    static const luaL_Reg tree_metamethods[] = {
        { "__gc", json_collect },
        { "__close", json_collect },
        { NULL, NULL },
    };
    make_mark(L, &mr_json_object_mark);
    make_mark(L, &mr_json_array_mark);

    luaL_newlib(L, tree_metamethods);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &tree_key);

    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    lua_setglobal(L, "json");
}

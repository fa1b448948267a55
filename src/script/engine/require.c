/* require(name): siblings of the script only. "a.b" is a/b.lua or a/b/init.lua in the script's
 * folder or below; their texts come from the bundle. */
#include "script/engine/libraries.h"
#include "script/lua/binding.h"
#include "script/lua/load_text.h"

#include <ctype.h>
#include <errno.h>
#include <lauxlib.h>
#include <string.h>

#define MAX_NAME 120

/* While a module is being run a light userdata, NULL, stands for it in package.loaded. */
static bool is_loading_mark(lua_State *L, int index)
{
    return lua_type(L, index) == LUA_TLIGHTUSERDATA;
}

/* Parts of letters, digits and "_", with single dots between. */
static bool is_module_name(const char *name, size_t size)
{
    bool part = false;
    if (size != strlen(name) || size > MAX_NAME)
        return false;
    for (const char *c = name; *c != '\0'; c++) {
        bool word = isalnum((unsigned char)*c) || *c == '_';
        if (!word && (*c != '.' || !part))
            return false;
        part = word;
    }
    return part;
}

/* Find the module's text; the two file names tried are left on the stack. */
static const struct mr_bundle_text *find_text(lua_State *L, const char *name)
{
    static const char *const suffixes[] = { ".lua", "/init.lua" };
    struct mr_bundle *bundle = mr_binding_of(L)->bundle;
    const struct mr_bundle_text *text;
    for (int i = 0; i < 2; i++) {
        const char *file = lua_pushfstring(L, "%s%s", luaL_gsub(L, name, ".", "/"), suffixes[i]);
        lua_remove(L, -2);
        struct mr_error error = { 0 };
        int result = mr_bundle_get(bundle, file, &text, &error);
        if (result == 0)
            return text;
        if (result != -ENOENT)
            luaL_error(L, "module '%s': %s", name, error.text);
    }
    luaL_error(L, "module '%s' not found: there is neither %s nor %s in the script's folder", name,
               lua_tostring(L, -2), lua_tostring(L, -1));
    return NULL;
}

static void run_module(lua_State *L, const char *name)
{
    const struct mr_bundle_text *text = find_text(L, name);
    const char *chunk = lua_pushfstring(L, "@%s", text->name);
    if (mr_load_text(L, text->data, text->size, chunk) != LUA_OK)
        luaL_error(L, "module '%s': %s", name, lua_tostring(L, -1));
    lua_pushvalue(L, 1);
    lua_pushstring(L, text->name);
    lua_call(L, 2, 1);
}

/* __close of the note that a module is being run: { its name }. upvalue: package.loaded */
static int stop_loading(lua_State *L)
{
    lua_rawgeti(L, 1, 1);
    lua_pushvalue(L, -1);
    lua_rawget(L, lua_upvalueindex(1));
    if (is_loading_mark(L, -1)) {
        lua_pop(L, 1);
        lua_pushnil(L);
        lua_rawset(L, lua_upvalueindex(1));
    }
    return 0;
}

/* Note that it is being run until this function returns or raises an error. */
static void start_loading(lua_State *L)
{
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, NULL);
    lua_rawset(L, lua_upvalueindex(1));
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, 1);
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_setmetatable(L, -2);
    lua_toclose(L, -1);
}

/* upvalues: package.loaded, the metatable of notes */
static int require(lua_State *L)
{
    size_t size;
    const char *name = luaL_checklstring(L, 1, &size);
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    int type = lua_rawget(L, lua_upvalueindex(1));
    if (is_loading_mark(L, -1))
        return luaL_error(L, "module '%s' requires itself", name);
    if (type != LUA_TNIL)
        return 1;
    if (!is_module_name(name, size))
        return luaL_error(L,
                          "module '%s' not found: names are letters, digits and '_', with dots for "
                          "folders below the script's",
                          name);

    start_loading(L);
    run_module(L, name);
    if (lua_isnil(L, -1)) {
        lua_pushboolean(L, true);
        lua_replace(L, -2);
    }
    lua_pushvalue(L, 1);
    lua_rawget(L, lua_upvalueindex(1));
    bool set_itself = !is_loading_mark(L, -1) && !lua_isnil(L, -1);
    if (set_itself)
        return 1;
    lua_pop(L, 1);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, lua_upvalueindex(1));
    return 1;
}

void mr_require_open(lua_State *L)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "loaded");
    lua_setglobal(L, "package");
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, stop_loading, 1);
    lua_setfield(L, -2, "__close");
    lua_pushcclosure(L, require, 2);
    lua_setglobal(L, "require");
}

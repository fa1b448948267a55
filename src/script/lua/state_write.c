#include "script/lua/path.h"
#include "script/lua/state.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

struct writer {
    struct mr_buffer *out;
    size_t start;
    struct mr_error *error;
    struct mr_path path;
    int seen; /* stack index of a table: table -> its number */
    lua_Integer tables;
};

static void put_value(struct writer *writer, lua_State *L, int index);

static void put_item(struct writer *writer, char tag, const void *bytes, size_t size)
{
    mr_buffer_append(writer->out, &tag, 1);
    mr_buffer_append(writer->out, bytes, size);
}

static bool is_full(const struct writer *writer)
{
    return writer->out->failed || writer->out->size - writer->start > MR_STATE_MAX_BYTES;
}

static void report(struct writer *writer, bool inner, const char *what)
{
    char where[256];
    if (writer->error->code != 0)
        return;
    mr_path_format(&writer->path, inner, where, sizeof(where));
    mr_error_set(writer->error, -EINVAL, "%s %s", where, what);
}

static bool is_plain(lua_State *L, int index)
{
    int type = lua_type(L, index);
    return type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TTABLE;
}

static void name_entry(struct writer *writer, lua_State *L, int key)
{
    if (lua_isinteger(L, key))
        mr_path_index(&writer->path, lua_tointeger(L, key));
    else if (lua_type(L, key) == LUA_TSTRING)
        mr_path_name(&writer->path, lua_tostring(L, key));
    else
        mr_path_name(&writer->path, luaL_typename(L, key));
}

/* Write the table's number if it was written before. */
static bool write_reference(struct writer *writer, lua_State *L, int table)
{
    lua_pushvalue(L, table);
    bool known = lua_rawget(L, writer->seen) == LUA_TNUMBER;
    uint32_t number = known ? (uint32_t)lua_tointeger(L, -1) : 0;
    lua_pop(L, 1);
    if (known)
        put_item(writer, 'r', &number, sizeof(number));
    return known;
}

static bool is_on_path(const struct writer *writer, const void *table)
{
    for (int i = 0; i < writer->path.depth; i++)
        if (writer->path.step[i].table == table)
            return true;
    return false;
}

/* Whether key and value on top of the stack can be written; if not, say which. */
static bool is_entry_plain(struct writer *writer, lua_State *L)
{
    char what[64];
    if (!is_plain(L, -2) || lua_istable(L, -2)) {
        snprintf(what, sizeof(what), "has a key of type %s", luaL_typename(L, -2));
        report(writer, false, what);
        return false;
    }
    if (!is_plain(L, -1)) {
        snprintf(what, sizeof(what), "is a %s", luaL_typename(L, -1));
        report(writer, true, what);
        return false;
    }
    if (!lua_istable(L, -1))
        return true;
    if (is_on_path(writer, lua_topointer(L, -1))) {
        report(writer, true, "contains itself");
        return false;
    }
    if (writer->path.depth == MR_PATH_MAX_DEPTH) {
        report(writer, true, "is nested more than 100 deep");
        return false;
    }
    return true;
}

static void put_table(struct writer *writer, lua_State *L, int table)
{
    if (write_reference(writer, L, table))
        return;
    luaL_checkstack(L, 8, "state");
    lua_pushvalue(L, table);
    lua_pushinteger(L, writer->tables++);
    lua_rawset(L, writer->seen);

    mr_path_enter(&writer->path, lua_topointer(L, table));
    put_item(writer, '{', NULL, 0);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        name_entry(writer, L, -2);
        if (is_entry_plain(writer, L)) {
            put_value(writer, L, lua_gettop(L) - 1);
            put_value(writer, L, lua_gettop(L));
        }
        lua_pop(L, 1);
        if (is_full(writer)) {
            lua_pop(L, 1);
            break;
        }
    }
    put_item(writer, '}', NULL, 0);
    mr_path_leave(&writer->path);
}

static void put_number(struct writer *writer, lua_State *L, int index)
{
    if (lua_isinteger(L, index)) {
        int64_t integer = lua_tointeger(L, index);
        put_item(writer, 'i', &integer, sizeof(integer));
    } else {
        double number = lua_tonumber(L, index);
        put_item(writer, 'd', &number, sizeof(number));
    }
}

static void put_string(struct writer *writer, lua_State *L, int index)
{
    size_t size;
    const char *text = lua_tolstring(L, index, &size);
    uint32_t length = (uint32_t)size;
    put_item(writer, 's', &length, sizeof(length));
    if (size > MR_STATE_MAX_BYTES) /* too long altogether: the caller finds out by the size */
        size = MR_STATE_MAX_BYTES;
    mr_buffer_append(writer->out, text, size);
}

static void put_value(struct writer *writer, lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        put_item(writer, lua_toboolean(L, index) ? 't' : 'f', NULL, 0);
        break;
    case LUA_TNUMBER:
        put_number(writer, L, index);
        break;
    case LUA_TSTRING:
        put_string(writer, L, index);
        break;
    case LUA_TTABLE:
        put_table(writer, L, index);
        break;
    default:
        put_item(writer, 'n', NULL, 0);
        break;
    }
}

int mr_state_write(lua_State *L, int index, struct mr_buffer *out, struct mr_error *error)
{
    int value = lua_absindex(L, index);
    lua_newtable(L);
    struct writer writer = {
        .out = out,
        .start = out->size,
        .error = error,
        .path = { .root = "state" },
        .seen = lua_gettop(L),
    };
    mr_buffer_append(out, "MRS1", 4);
    put_value(&writer, L, value);
    lua_pop(L, 1);
    if (out->failed)
        return mr_error_set(error, -ENOMEM, "state: out of memory");
    if (is_full(&writer))
        return mr_error_set(error, -EFBIG, "state is longer than 1 MiB");
    return 0;
}

#include "script/lua/path.h"
#include "script/lua/state.h"

#include <errno.h>
#include <lauxlib.h>
#include <string.h>

struct reader {
    const uint8_t *at, *end;
    int opened; /* stack index of a list of the tables so far */
    lua_Integer tables;
    int depth;
};

static bool read_value(struct reader *reader, lua_State *L);

static bool take(struct reader *reader, void *bytes, size_t size)
{
    if ((size_t)(reader->end - reader->at) < size)
        return false;
    memcpy(bytes, reader->at, size);
    reader->at += size;
    return true;
}

static bool is_key(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        return lua_type(L, index) == LUA_TSTRING || lua_type(L, index) == LUA_TBOOLEAN;
    return lua_isinteger(L, index) || lua_rawequal(L, index, index); /* NaN is no key */
}

static bool read_entries(struct reader *reader, lua_State *L)
{
    while (reader->at < reader->end && *reader->at != '}') {
        if (!read_value(reader, L) || !is_key(L, -1) || !read_value(reader, L))
            return false;
        lua_rawset(L, -3);
    }
    char close;
    return take(reader, &close, 1);
}

static bool read_table(struct reader *reader, lua_State *L)
{
    if (reader->depth == MR_PATH_MAX_DEPTH)
        return false;
    luaL_checkstack(L, 8, "state");
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, reader->opened, ++reader->tables);
    reader->depth++;
    bool done = read_entries(reader, L);
    reader->depth--;
    return done;
}

static bool read_reference(struct reader *reader, lua_State *L)
{
    uint32_t number;
    if (!take(reader, &number, sizeof(number)) || number >= reader->tables)
        return false;
    lua_rawgeti(L, reader->opened, (lua_Integer)number + 1);
    return true;
}

static bool read_string(struct reader *reader, lua_State *L)
{
    uint32_t size;
    if (!take(reader, &size, sizeof(size)) || (size_t)(reader->end - reader->at) < size)
        return false;
    lua_pushlstring(L, (const char *)reader->at, size);
    reader->at += size;
    return true;
}

static bool read_number(struct reader *reader, lua_State *L, char tag)
{
    int64_t integer;
    double number;
    if (tag == 'i' && take(reader, &integer, sizeof(integer)))
        lua_pushinteger(L, integer);
    else if (tag == 'd' && take(reader, &number, sizeof(number)))
        lua_pushnumber(L, number);
    else
        return false;
    return true;
}

static bool read_value(struct reader *reader, lua_State *L)
{
    char tag;
    if (!take(reader, &tag, 1))
        return false;
    switch (tag) {
    case 'n':
        lua_pushnil(L);
        return true;
    case 't':
    case 'f':
        lua_pushboolean(L, tag == 't');
        return true;
    case 'i':
    case 'd':
        return read_number(reader, L, tag);
    case 's':
        return read_string(reader, L);
    case '{':
        return read_table(reader, L);
    case 'r':
        return read_reference(reader, L);
    default:
        return false;
    }
}

int mr_state_read(lua_State *L, const void *bytes, size_t size, struct mr_error *error)
{
    int top = lua_gettop(L);
    lua_newtable(L);
    struct reader reader = {
        .at = bytes,
        .end = (const uint8_t *)bytes + size,
        .opened = top + 1,
    };
    char magic[4];
    if (!take(&reader, magic, sizeof(magic)) || memcmp(magic, "MRS1", 4) != 0 ||
        !read_value(&reader, L) || reader.at != reader.end) {
        lua_settop(L, top);
        return mr_error_set(error, -EINVAL, "state: not in the form it is kept in");
    }
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
    return 0;
}

#include "script/lua/json_write.h"

#include "script/lua/json_string.h"

#include <lauxlib.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char mr_json_object_mark = 0, mr_json_array_mark = 0;

static bool write_value(struct mr_json_writer *writer, lua_State *L, int index);

static bool fail(struct mr_json_writer *writer, bool inner, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* writer->error: the path and what is wrong there */
static bool fail(struct mr_json_writer *writer, bool inner, const char *format, ...)
{
    char where[256];
    mr_path_format(&writer->path, inner, where, sizeof(where));
    int used = snprintf(writer->error, sizeof(writer->error), "%s ", where);
    va_list args;
    va_start(args, format);
    vsnprintf(writer->error + used, sizeof(writer->error) - (size_t)used, format, args);
    va_end(args);
    return false;
}

static bool check_size(struct mr_json_writer *writer, size_t more)
{
    if (!writer->out.failed && writer->out.size + more <= MR_JSON_MAX_BYTES)
        return true;
    snprintf(writer->error, sizeof(writer->error), "%s is longer than 1 MiB as JSON",
             writer->path.root);
    return false;
}

/* ---- numbers ---- */

static void write_integer(struct mr_buffer *out, lua_Integer value)
{
    char digits[24];
    char *at = digits + sizeof(digits);
    unsigned long long left =
        value < 0 ? 0ull - (unsigned long long)value : (unsigned long long)value;
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0)
        *--at = '-';
    mr_buffer_append(out, at, (size_t)(digits + sizeof(digits) - at));
}

/* The shortest of 15, 16 and 17 digits that reads back as the same number. */
static void write_float(struct mr_buffer *out, double value)
{
    char digits[40];
    int size = 0;
    for (int precision = 15; precision <= 17; precision++) {
        size = snprintf(digits, sizeof(digits), "%.*g", precision, value);
        if (strtod(digits, NULL) == value)
            break;
    }
    char *comma = memchr(digits, ',', (size_t)size); /* some locales' decimal point */
    if (comma != NULL)
        *comma = '.';
    mr_buffer_append(out, digits, (size_t)size);
}

static bool write_number(struct mr_json_writer *writer, lua_State *L, int index)
{
    if (lua_isinteger(L, index)) {
        write_integer(&writer->out, lua_tointeger(L, index));
        return true;
    }
    double value = lua_tonumber(L, index);
    if (!isfinite(value))
        return fail(writer, true, "is %s; JSON has no such number",
                    isnan(value) ? "NaN"
                    : value > 0  ? "infinite"
                                 : "minus infinite");
    if (value == floor(value) && fabs(value) < 1e15 && !(value == 0 && signbit(value)))
        write_integer(&writer->out, (lua_Integer)value);
    else
        write_float(&writer->out, value);
    return true;
}

/* ---- tables ---- */

static bool write_array(struct mr_json_writer *writer, lua_State *L, int table, lua_Integer size)
{
    mr_buffer_append(&writer->out, "[", 1);
    for (lua_Integer i = 1; i <= size; i++) {
        if (i > 1)
            mr_buffer_append(&writer->out, ",", 1);
        mr_path_index(&writer->path, i);
        lua_rawgeti(L, table, i);
        if (!write_value(writer, L, lua_gettop(L)))
            return false;
        lua_pop(L, 1);
    }
    mr_buffer_append(&writer->out, "]", 1);
    return true;
}

static bool push_name(struct mr_json_writer *writer, lua_State *L)
{
    if (writer->names_used == writer->names_capacity) {
        size_t capacity = writer->names_capacity * 2 + 32;
        void *names = realloc(writer->names, capacity * sizeof(*writer->names));
        if (names == NULL)
            return fail(writer, false, "is too large: out of memory");
        writer->names = names;
        writer->names_capacity = capacity;
    }
    struct mr_json_name *name = &writer->names[writer->names_used++];
    name->text = lua_tolstring(L, -2, &name->size);
    return true;
}

static int compare_names(const void *left, const void *right)
{
    const struct mr_json_name *a = left, *b = right;
    int order = memcmp(a->text, b->text, a->size < b->size ? a->size : b->size);
    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static bool write_object(struct mr_json_writer *writer, lua_State *L, int table, size_t first)
{
    size_t end = writer->names_used;
    if (end - first > 1)
        qsort(writer->names + first, end - first, sizeof(*writer->names), compare_names);
    mr_buffer_append(&writer->out, "{", 1);
    for (size_t i = first; i < end; i++) {
        struct mr_json_name name = writer->names[i]; /* nested objects may move the array */
        if (i > first)
            mr_buffer_append(&writer->out, ",", 1);
        mr_path_name(&writer->path, name.text);
        if (!check_size(writer, name.size))
            return false;
        mr_json_string_append(&writer->out, name.text, name.size);
        mr_buffer_append(&writer->out, ":", 1);
        lua_pushlstring(L, name.text, name.size);
        lua_rawget(L, table);
        if (!write_value(writer, L, lua_gettop(L)))
            return false;
        lua_pop(L, 1);
    }
    writer->names_used = first;
    mr_buffer_append(&writer->out, "}", 1);
    return true;
}

static bool is_marked(lua_State *L, int table, const char *mark)
{
    if (!lua_getmetatable(L, table))
        return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, mark);
    bool marked = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return marked;
}

/* Read all keys: *size counts those of an array, the names go on the writer's stack. */
static bool read_keys(struct mr_json_writer *writer, lua_State *L, int table, lua_Integer *size)
{
    lua_Integer count = 0, length = (lua_Integer)lua_rawlen(L, table);
    size_t first = writer->names_used;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            if (!push_name(writer, L))
                return false;
        } else if (lua_isinteger(L, -2)) {
            lua_Integer key = lua_tointeger(L, -2);
            if (key < 1 || key > length)
                return fail(writer, false,
                            "has the key %lld, which is no position of a list of %lld; use "
                            "tostring(key) for names",
                            (long long)key, (long long)length);
            count++;
        } else {
            return fail(writer, false, "has a key of type %s; JSON knows names and positions",
                        lua_isnumber(L, -2) ? "float" : luaL_typename(L, -2));
        }
    }
    if (count > 0 && writer->names_used > first)
        return fail(writer, false, "mixes names (\"%.64s\") and positions; JSON has either",
                    writer->names[first].text);
    if (count != length) {
        lua_Integer hole = 1;
        for (; lua_rawgeti(L, table, hole) != LUA_TNIL; hole++)
            lua_pop(L, 1);
        return fail(writer, false, "has nothing at position %lld of %lld; JSON lists have no holes",
                    (long long)hole, (long long)length);
    }
    *size = count;
    return true;
}

static bool write_table(struct mr_json_writer *writer, lua_State *L, int table)
{
    size_t first = writer->names_used;
    lua_Integer size = 0;
    luaL_checkstack(L, 8, "too deeply nested for JSON");
    const char *refused = mr_path_enter(&writer->path, lua_topointer(L, table));
    if (refused != NULL)
        return fail(writer, true, "%s", refused);
    if (!read_keys(writer, L, table, &size))
        return false;

    bool named = writer->names_used > first;
    bool marked = is_marked(L, table, &mr_json_object_mark);
    bool object = named || marked;
    if (marked && size > 0)
        return fail(writer, false, "is marked json.object but has positions");
    if (named && is_marked(L, table, &mr_json_array_mark))
        return fail(writer, false, "is marked json.array but has the name \"%.64s\"",
                    writer->names[first].text);
    bool done =
        object ? write_object(writer, L, table, first) : write_array(writer, L, table, size);
    mr_path_leave(&writer->path);
    return done;
}

/* ---- any value ---- */

static bool write_string(struct mr_json_writer *writer, lua_State *L, int index)
{
    size_t size;
    const char *text = lua_tolstring(L, index, &size);
    if (!check_size(writer, size))
        return false;
    mr_json_string_append(&writer->out, text, size);
    return true;
}

static bool write_plain(struct mr_json_writer *writer, lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        mr_buffer_append(&writer->out, "null", 4);
        return true;
    case LUA_TBOOLEAN:
        mr_buffer_append_text(&writer->out, lua_toboolean(L, index) ? "true" : "false");
        return true;
    case LUA_TNUMBER:
        return write_number(writer, L, index);
    case LUA_TSTRING:
        return write_string(writer, L, index);
    case LUA_TLIGHTUSERDATA: /* json.null is the only one there is */
        mr_buffer_append(&writer->out, "null", 4);
        return true;
    default:
        return fail(writer, true, "is a %s; JSON has no such thing", luaL_typename(L, index));
    }
}

static bool write_value(struct mr_json_writer *writer, lua_State *L, int index)
{
    bool written =
        lua_istable(L, index) ? write_table(writer, L, index) : write_plain(writer, L, index);
    return written && check_size(writer, 0);
}

bool mr_json_write(struct mr_json_writer *writer, lua_State *L, int index, const char *root)
{
    mr_buffer_clear(&writer->out);
    writer->path.root = root;
    writer->path.depth = 0;
    writer->names_used = 0;
    writer->error[0] = '\0';
    int top = lua_gettop(L);
    bool written = write_value(writer, L, lua_absindex(L, index));
    lua_settop(L, top);
    return written;
}

void mr_json_write_finish(struct mr_json_writer *writer)
{
    mr_buffer_finish(&writer->out);
    free(writer->names);
    writer->names = NULL;
    writer->names_used = writer->names_capacity = 0;
}

/* t.equal, t.near, t.pixel: what a test expects. A message tells where, what there is and what was
 * expected. */
#include "script/trial/trial_expect.h"

#include "script/draw/color.h"
#include "script/draw/frame.h"
#include "script/lua/argument.h"
#include "script/lua/json_string.h"
#include "script/lua/path.h"
#include "script/trial/trial_bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES   80 /* of a string */
#define SHOWN_ENTRIES 12 /* of a table */
#define SHOWN_DEPTH   3

/* ---- values as text ---- */

static void describe(lua_State *L, struct mr_buffer *text, int index, int depth);

static void describe_string(lua_State *L, struct mr_buffer *text, int index)
{
    size_t size;
    const char *string = lua_tolstring(L, index, &size);
    mr_json_string_append(text, string, size > SHOWN_BYTES ? SHOWN_BYTES : size);
    if (size > SHOWN_BYTES)
        mr_buffer_printf(text, "... (%zu bytes)", size);
}

/* The key below the value on top of the stack; positions in their order have none. */
static void describe_key(lua_State *L, struct mr_buffer *text, lua_Integer position)
{
    if (lua_isinteger(L, -2) && lua_tointeger(L, -2) == position)
        return;
    if (lua_type(L, -2) == LUA_TSTRING) {
        mr_buffer_printf(text, "%.*s = ", SHOWN_BYTES, lua_tostring(L, -2));
        return;
    }
    mr_buffer_append_text(text, "[");
    describe(L, text, lua_gettop(L) - 1, SHOWN_DEPTH);
    mr_buffer_append_text(text, "] = ");
}

static void describe_table(lua_State *L, struct mr_buffer *text, int index, int depth)
{
    int entries = 0;
    luaL_checkstack(L, 8, "too deep");
    mr_buffer_append_text(text, "{");
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        mr_buffer_append_text(text, entries > 0 ? ", " : "");
        if (entries == SHOWN_ENTRIES || depth >= SHOWN_DEPTH) {
            mr_buffer_append_text(text, "...");
            lua_pop(L, 2);
            break;
        }
        describe_key(L, text, ++entries);
        describe(L, text, lua_gettop(L), depth + 1);
    }
    mr_buffer_append_text(text, "}");
}

static void describe(lua_State *L, struct mr_buffer *text, int index, int depth)
{
    switch (lua_type(L, index)) {
    case LUA_TSTRING:
        describe_string(L, text, index);
        break;
    case LUA_TTABLE:
        describe_table(L, text, index, depth);
        break;
    case LUA_TLIGHTUSERDATA:
        mr_buffer_append_text(text, "json.null");
        break;
    default:
        mr_buffer_append_text(text, luaL_tolstring(L, index, NULL));
        lua_pop(L, 1);
    }
}

/* Raise the error whose text is the bench's, at the line of the test. */
static int fail(lua_State *L, struct mr_trial_bench *bench)
{
    if (bench->text.failed)
        return luaL_error(L, "expectation failed; out of memory for its message");
    luaL_where(L, 1);
    lua_pushlstring(L, (const char *)bench->text.data, bench->text.size);
    lua_concat(L, 2);
    return lua_error(L);
}

/* ---- t.equal(actual, expected[, what]) ---- */

struct comparison {
    struct mr_trial_bench *bench;
    struct mr_path path;
};

static bool is_nan(lua_State *L, int index)
{
    return lua_type(L, index) == LUA_TNUMBER && isnan(lua_tonumber(L, index));
}

static void differ(lua_State *L, struct comparison *comparison, int actual, int expected)
{
    char where[256];
    struct mr_buffer *text = &comparison->bench->text;
    mr_path_format(&comparison->path, true, where, sizeof(where));
    mr_buffer_clear(text);
    mr_buffer_printf(text, "%s is ", where);
    describe(L, text, actual, 0);
    mr_buffer_append_text(text, ", expected ");
    describe(L, text, expected, 0);
    fail(L, comparison->bench);
}

static void compare(lua_State *L, struct comparison *comparison, int actual, int expected);

/* Compare the entries of both tables that have the keys of `keys`; the key stays on the stack while
 * the path refers to it. */
static void compare_entries(lua_State *L, struct comparison *comparison, int keys, int actual,
                            int expected)
{
    for (lua_pushnil(L); lua_next(L, keys); lua_pop(L, 1)) {
        int key = lua_gettop(L) - 1;
        if (lua_isinteger(L, key))
            mr_path_index(&comparison->path, lua_tointeger(L, key));
        else
            mr_path_name(&comparison->path, lua_type(L, key) == LUA_TSTRING
                                                ? lua_tostring(L, key)
                                                : luaL_typename(L, key));
        lua_pushvalue(L, key);
        lua_rawget(L, actual);
        lua_pushvalue(L, key);
        lua_rawget(L, expected);
        compare(L, comparison, key + 2, key + 3);
        lua_pop(L, 2);
    }
}

static void compare_tables(lua_State *L, struct comparison *comparison, int actual, int expected)
{
    luaL_checkstack(L, 12, "too deep");
    const char *trouble = mr_path_enter(&comparison->path, lua_topointer(L, actual));
    if (trouble != NULL) {
        char where[256];
        mr_path_format(&comparison->path, true, where, sizeof(where));
        luaL_error(L, "equal: %s %s", where, trouble);
    }
    compare_entries(L, comparison, expected, actual, expected);
    compare_entries(L, comparison, actual, actual, expected);
    mr_path_leave(&comparison->path);
}

static void compare(lua_State *L, struct comparison *comparison, int actual, int expected)
{
    if (lua_rawequal(L, actual, expected) || (is_nan(L, actual) && is_nan(L, expected)))
        return;
    if (lua_istable(L, actual) && lua_istable(L, expected))
        compare_tables(L, comparison, actual, expected);
    else
        differ(L, comparison, actual, expected);
}

static int expect_equal(lua_State *L)
{
    struct comparison comparison = { .bench = mr_trial_bench_of(L) };
    comparison.path.root = luaL_optstring(L, 3, "value");
    lua_settop(L, 3);
    compare(L, &comparison, 1, 2);
    return 0;
}

/* ---- t.near(actual, expected, tolerance[, what]) ---- */

static int expect_near(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_of(L);
    double expected = mr_argument_number(L, 2, "expected");
    double tolerance = mr_argument_number(L, 3, "tolerance");
    const char *what = luaL_optstring(L, 4, "value");
    luaL_argcheck(L, tolerance >= 0, 3, "tolerance: number of at least 0 expected");
    if (lua_type(L, 1) == LUA_TNUMBER && fabs(lua_tonumber(L, 1) - expected) <= tolerance)
        return 0;
    mr_buffer_clear(&bench->text);
    mr_buffer_printf(&bench->text, "%s is ", what);
    describe(L, &bench->text, 1, 0);
    mr_buffer_printf(&bench->text, ", expected %.14g within %.14g", expected, tolerance);
    return fail(L, bench);
}

/* ---- t.pixel(frame, x, y[, color[, tolerance]]) ---- */

static int level(double channel)
{
    return (int)lround(channel * 255);
}

/* blue, green, red */
static void read_pixel(lua_State *L, int x, int y, int levels[3])
{
    const struct mr_picture *picture = mr_frame_read(L, mr_frame_argument(L, 1, "frame"), NULL);
    if (x < 0 || x >= picture->width || y < 0 || y >= picture->height)
        luaL_error(L, "pixel: (%d, %d) is not in the frame of %dx%d pixels", x, y, picture->width,
                   picture->height);
    const uint8_t *pixel = picture->plane[0] + (ptrdiff_t)y * picture->stride_bytes[0] + 4 * x;
    for (int i = 0; i < 3; i++)
        levels[i] = pixel[i];
}

static int expect_pixel(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_of(L);
    int x = mr_argument_pixel(L, 2, "x"), y = mr_argument_pixel(L, 3, "y"), got[3];
    read_pixel(L, x, y, got);
    if (lua_isnoneornil(L, 4)) {
        for (int i = 2; i >= 0; i--)
            lua_pushinteger(L, got[i]);
        return 3;
    }
    struct mr_color color;
    mr_color_read(L, 4, "pixel: color", &color);
    if (color.alpha < 1)
        return luaL_error(L, "pixel: color: opaque colour expected; pixels of frames are");
    double tolerance = lua_isnoneornil(L, 5) ? 0 : mr_argument_number(L, 5, "tolerance");
    const int expected[3] = { level(color.blue), level(color.green), level(color.red) };
    bool near = true;
    for (int i = 0; i < 3; i++)
        near = near && abs(got[i] - expected[i]) <= tolerance;
    if (near)
        return 0;
    mr_buffer_clear(&bench->text);
    mr_buffer_printf(&bench->text, "pixel (%d, %d) is #%02x%02x%02x, expected #%02x%02x%02x", x, y,
                     got[2], got[1], got[0], expected[2], expected[1], expected[0]);
    if (tolerance > 0)
        mr_buffer_printf(&bench->text, " within %.14g", tolerance);
    return fail(L, bench);
}

const luaL_Reg mr_trial_expect_functions[] = {
    { "equal", expect_equal },
    { "near", expect_near },
    { "pixel", expect_pixel },
    { NULL, NULL },
};

/* frame:lut(table or function[, channel]): every value of every pixel looked up. */
#include "media/pixels/region.h"

#include "script/draw/frame.h"
#include "script/draw/methods.h"
#include "script/lua/argument.h"

#include <lauxlib.h>
#include <math.h>

static const char *const channel_words[] = { "b", "g", "r", NULL };

/* The value on top of the stack, which is taken. */
static uint8_t take_value(lua_State *L, int position)
{
    lua_Number value = lua_tonumber(L, -1);
    if (lua_type(L, -1) != LUA_TNUMBER || value != value)
        luaL_argerror(L, 2,
                      lua_pushfstring(L, "lut: number expected for %d, got %s", position,
                                      luaL_tolstring(L, -1, NULL)));
    lua_pop(L, 1);
    return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)lround(value);
}

/* A table from 0 to 255, or a list from 1 to 256. */
static void read_steps(lua_State *L, uint8_t values[256])
{
    int first = lua_rawgeti(L, 2, 0) == LUA_TNIL ? 1 : 0;
    lua_pop(L, 1);
    for (int i = 0; i < 256; i++) {
        lua_rawgeti(L, 2, i + first);
        values[i] = take_value(L, i + first);
    }
}

static void call_function(lua_State *L, uint8_t values[256])
{
    for (int i = 0; i < 256; i++) {
        lua_pushvalue(L, 2);
        lua_pushinteger(L, i);
        lua_call(L, 1, 1);
        values[i] = take_value(L, i);
    }
}

static int frame_lut(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    uint8_t values[256], tables[3][256];
    int type = lua_type(L, 2);
    if (type != LUA_TTABLE && type != LUA_TFUNCTION)
        luaL_argerror(L, 2,
                      lua_pushfstring(L, "lut: table or function expected, got %s",
                                      lua_isnone(L, 2) ? "nothing" : luaL_typename(L, 2)));
    int channel = lua_isnoneornil(L, 3) ? -1 : mr_argument_word(L, 3, "channel", channel_words);
    if (type == LUA_TTABLE)
        read_steps(L, values);
    else
        call_function(L, values);

    for (int i = 0; i < 3; i++)
        for (int value = 0; value < 256; value++)
            tables[i][value] = channel < 0 || channel == i ? values[value] : (uint8_t)value;
    struct mr_picture *picture = mr_frame_write(L, frame, NULL);
    const struct mr_area all = { 0, 0, picture->width, picture->height };
    struct mr_region region = mr_region_of(picture, &all);
    mr_region_lut(&region, tables, frame->alpha);
    return 0;
}

const luaL_Reg mr_lut_methods[] = {
    { "lut", frame_lut },
    { NULL, NULL },
};

#include "script/lua/argument.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

double mr_argument_number(lua_State *L, int index, const char *name)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        luaL_argerror(L, index,
                      lua_pushfstring(L, "%s: number expected, got %s", name,
                                      lua_isnone(L, index) ? "nothing" : luaL_typename(L, index)));
    double value = lua_tonumber(L, index);
    if (isnan(value))
        luaL_argerror(L, index, lua_pushfstring(L, "%s: number expected, got NaN", name));
    return value;
}

double mr_argument_coordinate(lua_State *L, int index, const char *name)
{
    double value = mr_argument_number(L, index, name);
    return value < -MR_COORDINATE_MAX  ? -MR_COORDINATE_MAX
           : value > MR_COORDINATE_MAX ? MR_COORDINATE_MAX
                                       : value;
}

int mr_argument_pixel(lua_State *L, int index, const char *name)
{
    int exact;
    lua_Integer integer = lua_tointegerx(L, index, &exact);
    if (exact)
        return integer < -MR_COORDINATE_MAX  ? -MR_COORDINATE_MAX
               : integer > MR_COORDINATE_MAX ? MR_COORDINATE_MAX
                                             : (int)integer;
    return (int)floor(mr_argument_coordinate(L, index, name));
}

int mr_argument_channel(lua_State *L, int index, const char *name)
{
    int exact;
    lua_Integer integer = lua_tointegerx(L, index, &exact);
    if (exact)
        return integer < 0 ? 0 : integer > 255 ? 255 : (int)integer;
    double value = mr_argument_number(L, index, name);
    return value <= 0 ? 0 : value >= 255 ? 255 : (int)(value + 0.5);
}

int mr_argument_side(lua_State *L, int index, const char *name)
{
    double value = mr_argument_number(L, index, name);
    if (!(value >= 1 && value < MR_PICTURE_MAX_SIDE + 1))
        luaL_argerror(L, index,
                      lua_pushfstring(L, "%s: 1 to %d pixels expected, got %s", name,
                                      MR_PICTURE_MAX_SIDE, luaL_tolstring(L, index, NULL)));
    return (int)value;
}

static int clip(double value, int limit)
{
    return value < 0 ? 0 : value > limit ? limit : (int)value;
}

struct mr_area mr_argument_area(lua_State *L, int index, const struct mr_picture *picture)
{
    double x = mr_argument_pixel(L, index, "x"), y = mr_argument_pixel(L, index + 1, "y");
    double width = mr_argument_pixel(L, index + 2, "w"),
           height = mr_argument_pixel(L, index + 3, "h");
    return (struct mr_area){
        .left = clip(x, picture->width),
        .top = clip(y, picture->height),
        .right = clip(x + fmax(width, 0), picture->width),
        .bottom = clip(y + fmax(height, 0), picture->height),
    };
}

struct mr_area mr_argument_optional_area(lua_State *L, int index, const struct mr_picture *picture)
{
    if (lua_isnoneornil(L, index))
        return (struct mr_area){ 0, 0, picture->width, picture->height };
    return mr_argument_area(L, index, picture);
}

int mr_argument_word(lua_State *L, int index, const char *name, const char *const *words)
{
    const char *word = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : "";
    luaL_Buffer list;
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    const char *got = luaL_tolstring(L, index, NULL);
    luaL_buffinit(L, &list);
    for (int i = 0; words[i] != NULL; i++) {
        luaL_addchar(&list, ' ');
        luaL_addstring(&list, words[i]);
    }
    luaL_pushresult(&list);
    return luaL_argerror(
        L, index, lua_pushfstring(L, "%s: '%s' is none of:%s", name, got, lua_tostring(L, -1)));
}

#include "script/binding.h"

#include <lauxlib.h>
#include <math.h>

double mr_arg_number(lua_State *L, int index, const char *name)
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

double mr_arg_coordinate(lua_State *L, int index, const char *name)
{
    double value = mr_arg_number(L, index, name);
    return value < -MR_COORDINATE_MAX  ? -MR_COORDINATE_MAX
           : value > MR_COORDINATE_MAX ? MR_COORDINATE_MAX
                                       : value;
}

int mr_arg_pixel(lua_State *L, int index, const char *name)
{
    int exact;
    lua_Integer integer = lua_tointegerx(L, index, &exact);
    if (exact)
        return integer < -MR_COORDINATE_MAX  ? -MR_COORDINATE_MAX
               : integer > MR_COORDINATE_MAX ? MR_COORDINATE_MAX
                                             : (int)integer;
    return (int)floor(mr_arg_coordinate(L, index, name));
}

int mr_arg_channel(lua_State *L, int index, const char *name)
{
    int exact;
    lua_Integer integer = lua_tointegerx(L, index, &exact);
    if (exact)
        return integer < 0 ? 0 : integer > 255 ? 255 : (int)integer;
    double value = mr_arg_number(L, index, name);
    return value <= 0 ? 0 : value >= 255 ? 255 : (int)(value + 0.5);
}

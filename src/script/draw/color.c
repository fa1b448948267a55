#include "script/draw/color.h"

#include "script/draw/color_names.h"

#include <ctype.h>
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool parse_hex(const char *digits, struct mr_color *color)
{
    int value[8];
    size_t count = strlen(digits);
    if (count != 3 && count != 4 && count != 6 && count != 8)
        return false;
    for (size_t i = 0; i < count; i++) {
        value[i] = hex_digit(digits[i]);
        if (value[i] < 0)
            return false;
    }
    double channel[4] = { 0, 0, 0, 1 };
    for (size_t i = 0; i < (count <= 4 ? count : count / 2); i++)
        channel[i] = (count <= 4 ? value[i] * 17 : value[2 * i] * 16 + value[2 * i + 1]) / 255.0;
    *color = (struct mr_color){ channel[0], channel[1], channel[2], channel[3] };
    return true;
}

static int compare_name(const void *key, const void *entry)
{
    return strcasecmp(key, ((const struct mr_color_name *)entry)->name);
}

bool mr_color_parse(const char *text, struct mr_color *color)
{
    if (text[0] == '#')
        return parse_hex(text + 1, color);
    if (strcasecmp(text, "transparent") == 0) {
        *color = (struct mr_color){ 0 };
        return true;
    }
    const struct mr_color_name *found =
        bsearch(text, mr_color_names, mr_color_name_count, sizeof(*mr_color_names), compare_name);
    if (found == NULL)
        return false;
    *color =
        (struct mr_color){ (double)(found->rgb >> 16) / 255, (double)(found->rgb >> 8 & 255) / 255,
                           (double)(found->rgb & 255) / 255, 1 };
    return true;
}

static bool read_table(lua_State *L, int index, struct mr_color *color)
{
    double channel[4] = { 0, 0, 0, 255 };
    lua_Unsigned count = lua_rawlen(L, index);
    if (count != 3 && count != 4)
        return false;
    for (lua_Unsigned i = 0; i < count; i++) {
        bool number = lua_rawgeti(L, index, (lua_Integer)i + 1) == LUA_TNUMBER;
        double value = lua_tonumber(L, -1);
        lua_pop(L, 1);
        if (!number || isnan(value))
            return false;
        channel[i] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
    *color =
        (struct mr_color){ channel[0] / 255, channel[1] / 255, channel[2] / 255, channel[3] / 255 };
    return true;
}

void mr_color_read(lua_State *L, int index, const char *what, struct mr_color *color)
{
    bool read = false;
    index = lua_absindex(L, index);
    if (lua_type(L, index) == LUA_TSTRING)
        read = mr_color_parse(lua_tostring(L, index), color);
    else if (lua_istable(L, index))
        read = read_table(L, index, color);
    if (read)
        return;
    const char *got = lua_type(L, index) == LUA_TSTRING
                          ? lua_pushfstring(L, "'%s'", lua_tostring(L, index))
                          : luaL_typename(L, index);
    luaL_error(L,
               "%s: %s is no colour; write \"#rgb\", \"#rgba\", \"#rrggbb\", \"#rrggbbaa\", a CSS "
               "name or {r, g, b[, a]} with 0 to 255",
               what, got);
}

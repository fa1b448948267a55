/* frame:text(s, x, y, options) → width, height */
#include "script/draw/draw_options.h"
#include "script/draw/frame.h"
#include "script/draw/methods.h"
#include "script/draw/text.h"
#include "script/lua/argument.h"
#include "script/lua/binding.h"

#include <lauxlib.h>

#define BIT(name) MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_##name)

static struct mr_text *get_text(lua_State *L)
{
    struct mr_binding *binding = mr_binding_of(L);
    if (binding->text == NULL)
        binding->text = mr_text_create();
    if (binding->text == NULL)
        luaL_error(L, "text: out of memory");
    return binding->text;
}

static const char *string_argument(lua_State *L, int index, size_t *size)
{
    int type = lua_type(L, index);
    if (type != LUA_TSTRING && type != LUA_TNUMBER)
        luaL_argerror(L, index,
                      lua_pushfstring(L, "s: string expected, got %s", luaL_typename(L, index)));
    const char *string = lua_tolstring(L, index, size);
    if (*size > MR_TEXT_MAX_BYTES)
        luaL_argerror(L, index,
                      lua_pushfstring(L, "s: at most %d bytes expected, got %I", MR_TEXT_MAX_BYTES,
                                      (LUAI_UACINT)*size));
    return string;
}

static int frame_text(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    size_t size;
    const char *string = string_argument(L, 2, &size);
    double x = mr_argument_coordinate(L, 3, "x"), y = mr_argument_coordinate(L, 4, "y");
    struct mr_draw_options options;
    mr_draw_options_read(L, 5, "text",
                         BIT(SIZE) | BIT(FONT) | BIT(WEIGHT) | BIT(COLOR) | BIT(BACKGROUND) |
                             BIT(RADIUS) | BIT(PADDING) | BIT(ALIGN) | BIT(ANCHOR) | BIT(WIDTH) |
                             BIT(OUTLINE) | BIT(LINE_WIDTH) | BIT(OPACITY),
                         &options);
    int width, height;
    mr_text_draw(get_text(L), frame, mr_frame_draw(L, frame), string, size, x, y, &options, &width,
                 &height);
    lua_pushinteger(L, width);
    lua_pushinteger(L, height);
    return 2;
}

const luaL_Reg mr_text_methods[] = {
    { "text", frame_text },
    { NULL, NULL },
};

/* frame:get set row set_row map: single pixels. BGRX in memory, red green blue for scripts. What is
 * written is opaque, should the picture be an image with transparency. */
#include "script/draw/frame.h"
#include "script/draw/methods.h"
#include "script/lua/argument.h"

#include <lauxlib.h>

static uint8_t *pixel_at(const struct mr_picture *picture, int x, int y)
{
    return picture->plane[0] + (size_t)y * (size_t)picture->stride_bytes[0] + (size_t)x * 4;
}

static bool is_inside(const struct mr_picture *picture, int x, int y)
{
    return x >= 0 && y >= 0 && x < picture->width && y < picture->height;
}

static struct mr_area area_of(int x, int y, int width)
{
    return (struct mr_area){ x, y, x + width, y + 1 };
}

/* Pixels are asked for one by one: most lie where the one before did.
 * return: whether the canvas is as it should be there, tiles being those that it has or that are
 *         to be sent */
static bool is_ready(const struct mr_frame *frame, const struct mr_tiles *tiles, int x, int y)
{
    return frame->canvas != NULL && !frame->cairo_drew && !frame->owner &&
           mr_tiles_have(tiles, x, y);
}

static const uint8_t *pixel_to_read(lua_State *L, struct mr_frame *frame, int x, int y)
{
    const struct mr_area area = area_of(x, y, 1);
    const struct mr_picture *picture = frame->canvas;
    if (!is_ready(frame, &frame->fetched, x, y))
        picture = mr_frame_read(L, frame, &area);
    return pixel_at(picture, x, y);
}

static uint8_t *pixel_to_write(lua_State *L, struct mr_frame *frame, int x, int y)
{
    const struct mr_area area = area_of(x, y, 1);
    struct mr_picture *picture = frame->canvas;
    if (is_ready(frame, &frame->drawn, x, y))
        frame->pixels_set = true;
    else
        picture = mr_frame_write(L, frame, &area);
    return pixel_at(picture, x, y);
}

static int frame_get(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    int x = mr_argument_pixel(L, 2, "x"), y = mr_argument_pixel(L, 3, "y");
    if (!is_inside(frame->picture, x, y))
        return 0;
    const uint8_t *pixel = pixel_to_read(L, frame, x, y);
    lua_pushinteger(L, pixel[2]);
    lua_pushinteger(L, pixel[1]);
    lua_pushinteger(L, pixel[0]);
    return 3;
}

static int frame_set(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    int x = mr_argument_pixel(L, 2, "x"), y = mr_argument_pixel(L, 3, "y");
    int red = mr_argument_channel(L, 4, "r"), green = mr_argument_channel(L, 5, "g"),
        blue = mr_argument_channel(L, 6, "b");
    if (!is_inside(frame->picture, x, y))
        return 0;
    uint8_t *pixel = pixel_to_write(L, frame, x, y);
    pixel[0] = (uint8_t)blue;
    pixel[1] = (uint8_t)green;
    pixel[2] = (uint8_t)red;
    pixel[3] = 255;
    return 0;
}

static int frame_row(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    int y = mr_argument_pixel(L, 2, "y");
    if (!is_inside(frame->picture, 0, y))
        return 0;
    const struct mr_area area = area_of(0, y, frame->picture->width);
    const struct mr_picture *picture = mr_frame_read(L, frame, &area);
    const uint8_t *pixel = pixel_at(picture, 0, y);
    size_t size = (size_t)picture->width * 3;
    luaL_Buffer row;
    char *out = luaL_buffinitsize(L, &row, size);
    for (int x = 0; x < picture->width; x++, pixel += 4, out += 3) {
        out[0] = (char)pixel[2];
        out[1] = (char)pixel[1];
        out[2] = (char)pixel[0];
    }
    luaL_pushresultsize(&row, size);
    return 1;
}

static int frame_set_row(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    int y = mr_argument_pixel(L, 2, "y");
    size_t size, wanted = (size_t)frame->picture->width * 3;
    luaL_checktype(L, 3, LUA_TSTRING);
    const uint8_t *in = (const uint8_t *)lua_tolstring(L, 3, &size);
    if (size != wanted)
        luaL_argerror(L, 3,
                      lua_pushfstring(L, "%d bytes expected (3 for each pixel), got %I",
                                      (int)wanted, (LUAI_UACINT)size));
    if (!is_inside(frame->picture, 0, y))
        return 0;
    const struct mr_area area = area_of(0, y, frame->picture->width);
    struct mr_picture *picture = mr_frame_write(L, frame, &area);
    uint8_t *pixel = pixel_at(picture, 0, y);
    for (int x = 0; x < picture->width; x++, pixel += 4, in += 3) {
        pixel[0] = in[2];
        pixel[1] = in[1];
        pixel[2] = in[0];
        pixel[3] = 255;
    }
    return 0;
}

/* ---- map ---- */

/* A result that is no whole number. */
static int round_result(lua_State *L, int index)
{
    double number = lua_tonumber(L, index);
    if (lua_type(L, index) != LUA_TNUMBER || number != number)
        return luaL_error(L, "map: the function must return r, g, b or nil; %s is %s",
                          index == -3   ? "r"
                          : index == -2 ? "g"
                                        : "b",
                          luaL_tolstring(L, index, NULL));
    return number <= 0 ? 0 : number >= 255 ? 255 : (int)(number + 0.5);
}

static uint8_t channel_result(lua_State *L, int index)
{
    int exact;
    lua_Integer value = lua_tointegerx(L, index, &exact);
    if (!exact)
        value = round_result(L, index);
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* Call the function for one pixel. Nil as its first result leaves the pixel as it is. */
static void map_pixel(lua_State *L, uint8_t *pixel, int x, int y)
{
    lua_pushvalue(L, 2);
    lua_pushinteger(L, pixel[2]);
    lua_pushinteger(L, pixel[1]);
    lua_pushinteger(L, pixel[0]);
    lua_pushinteger(L, x);
    lua_pushinteger(L, y);
    lua_call(L, 5, 3);
    if (!lua_isnil(L, -3)) {
        pixel[2] = channel_result(L, -3);
        pixel[1] = channel_result(L, -2);
        pixel[0] = channel_result(L, -1);
        pixel[3] = 255;
    }
    lua_pop(L, 3);
}

static int frame_map(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    struct mr_area area = mr_argument_optional_area(L, 3, frame->picture);
    for (int y = area.top; y < area.bottom; y++) {
        for (int x = area.left; x < area.right; x++) {
            map_pixel(L, pixel_to_write(L, frame, x, y), x, y); /* the function may draw, too */
        }
    }
    return 0;
}

const luaL_Reg mr_pixel_methods[] = {
    { "get", frame_get },         { "set", frame_set }, { "row", frame_row },
    { "set_row", frame_set_row }, { "map", frame_map }, { NULL, NULL },
};

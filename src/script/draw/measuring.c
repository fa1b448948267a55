/* frame:mean luma histogram difference: what a frame looks like in numbers. It counts as looked at
 * only; as long as it is untouched its planes are measured, and no copy is made. */
#include "media/pixels/measure.h"

#include "script/draw/frame.h"
#include "script/draw/methods.h"
#include "script/lua/argument.h"
#include "script/lua/binding.h"
#include "script/lua/watchdog.h"

#include <lauxlib.h>
#include <math.h>

static int frame_mean(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    struct mr_area area = mr_argument_optional_area(L, 2, frame->picture);
    double rgb[3];
    if (area.left >= area.right || area.top >= area.bottom)
        return 0;
    mr_measure_mean(mr_frame_look(frame), &area, rgb);
    for (int i = 0; i < 3; i++)
        lua_pushnumber(L, rgb[i]);
    return 3;
}

static int count_argument(lua_State *L, int index, const char *name, int limit, const char *side)
{
    double value = mr_argument_number(L, index, name);
    if (!(value >= 1 && value <= limit) || floor(value) != value)
        luaL_argerror(L, index,
                      lua_pushfstring(L, "%s: whole number from 1 to %d (the %s) expected, got %s",
                                      name, limit, side, luaL_tolstring(L, index, NULL)));
    return (int)value;
}

static int frame_luma(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    const struct mr_picture *picture = mr_frame_look(frame);
    int columns = count_argument(L, 2, "columns", picture->width, "width");
    int rows = count_argument(L, 3, "rows", picture->height, "height");
    size_t count = (size_t)columns * (size_t)rows;
    double *luma = lua_newuserdatauv(L, count * sizeof(*luma), 0);
    if (mr_measure_luma(picture, columns, rows, luma) < 0)
        return luaL_error(L, "luma: out of memory");
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushnumber(L, luma[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
        if (i % 65536 == 0)
            mr_watchdog_check(&mr_binding_of(L)->watch, L);
    }
    return 1;
}

static int frame_histogram(lua_State *L)
{
    static const char *const words[] = { "b", "g", "r", "luma", NULL };
    struct mr_frame *frame = mr_frame_check(L);
    int channel = lua_isnoneornil(L, 2) ? 3 : mr_argument_word(L, 2, "channel", words);
    uint32_t counts[256];
    if (channel == 3)
        mr_measure_luma_histogram(mr_frame_look(frame), counts);
    else
        mr_measure_byte_histogram(mr_frame_read(L, frame, NULL), channel, counts);
    lua_createtable(L, 255, 1);
    for (int i = 0; i < 256; i++) {
        lua_pushinteger(L, counts[i]);
        lua_rawseti(L, -2, i);
    }
    return 1;
}

static int frame_difference(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    struct mr_frame *other = mr_frame_argument(L, 2, "other");
    const struct mr_picture *a = mr_frame_look(frame), *b = mr_frame_look(other);
    if (a->width != b->width || a->height != b->height)
        luaL_argerror(L, 2,
                      lua_pushfstring(L, "other: %dx%d pixels expected, got %dx%d", a->width,
                                      a->height, b->width, b->height));
    if (a->format != b->format) { /* or they would differ by how they were converted */
        a = mr_frame_read(L, frame, NULL);
        b = mr_frame_read(L, other, NULL);
    }
    lua_pushnumber(L, mr_measure_difference(a, b));
    return 1;
}

const luaL_Reg mr_measure_methods[] = {
    { "mean", frame_mean },
    { "luma", frame_luma },
    { "histogram", frame_histogram },
    { "difference", frame_difference },
    { NULL, NULL },
};

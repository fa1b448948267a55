/* frame:polyline polygon: through many points, given as {{x, y}, …} or flat as {x1, y1, x2, y2, …}.
 *
 * A polyline goes from pixel to pixel as a line does; a polygon lies between the edges of pixels as
 * other areas do, its outline half inside. */
#include "script/draw/draw.h"
#include "script/draw/draw_options.h"
#include "script/draw/methods.h"
#include "script/lua/argument.h"

#include <lauxlib.h>
#include <math.h>

#define BIT(name) MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_##name)

/* Drawing cannot be interrupted, and what it takes grows with the rows that lines cross: a third of a
 * second at 1280x720 when each of so many goes from top to bottom. */
#define MAX_POINTS 1024

/* Sharp corners down to 60 degrees; what is more acute is cut off and does not stick out. */
#define MITER_LIMIT 2

struct points {
    const double *xy; /* on the stack, as a userdata */
    int count;
};

/* The value on top of the stack, which is taken, as a coordinate. */
static double take_coordinate(lua_State *L, const char *format, int point, int coordinate)
{
    double value = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : NAN;
    if (isnan(value)) {
        const char *got = lua_type(L, -1) == LUA_TNUMBER ? "NaN" : luaL_typename(L, -1);
        const char *what = lua_pushfstring(L, format, point, coordinate);
        luaL_argerror(L, 2, lua_pushfstring(L, "%s: number expected, got %s", what, got));
    }
    lua_pop(L, 1);
    return fmax(fmin(value, MR_COORDINATE_MAX), -MR_COORDINATE_MAX);
}

static void read_pairs(lua_State *L, double *xy, int count)
{
    for (int i = 1; i <= count; i++) {
        if (lua_rawgeti(L, 2, i) != LUA_TTABLE)
            luaL_argerror(
                L, 2,
                lua_pushfstring(L, "points[%d]: {x, y} expected, got %s", i, luaL_typename(L, -1)));
        for (int side = 1; side <= 2; side++) {
            lua_rawgeti(L, -1, side);
            *xy++ = take_coordinate(L, "points[%d][%d]", i, side);
        }
        lua_pop(L, 1);
    }
}

static void read_flat(lua_State *L, double *xy, int count)
{
    for (int i = 1; i <= count * 2; i++) {
        lua_rawgeti(L, 2, i);
        *xy++ = take_coordinate(L, "points[%d]", i, 0);
    }
}

/* Argument 2. */
static struct points read_points(lua_State *L)
{
    if (!lua_istable(L, 2))
        luaL_argerror(L, 2,
                      lua_pushfstring(L, "points: table of points expected, got %s",
                                      lua_isnone(L, 2) ? "nothing" : luaL_typename(L, 2)));
    lua_Unsigned size = lua_rawlen(L, 2);
    bool pairs = lua_rawgeti(L, 2, 1) == LUA_TTABLE;
    lua_pop(L, 1);
    if (!pairs && size % 2 != 0)
        luaL_argerror(L, 2,
                      lua_pushfstring(L, "points: as many x as y expected, got %I numbers",
                                      (LUAI_UACINT)size));
    lua_Unsigned count = pairs ? size : size / 2;
    if (count > MAX_POINTS)
        luaL_argerror(L, 2,
                      lua_pushfstring(L, "points: at most %d points expected, got %I", MAX_POINTS,
                                      (LUAI_UACINT)count));
    double *xy = lua_newuserdatauv(L, (size_t)count * 2 * sizeof(*xy), 0);
    if (pairs)
        read_pairs(L, xy, (int)count);
    else
        read_flat(L, xy, (int)count);
    return (struct points){ xy, (int)count };
}

static void set_path(cairo_t *cairo, const struct points *points, double shift)
{
    cairo_new_path(cairo);
    for (int i = 0; i < points->count; i++)
        cairo_line_to(cairo, points->xy[i * 2] + shift, points->xy[i * 2 + 1] + shift);
}

static void stroke(struct mr_frame *frame, cairo_t *cairo, const struct mr_draw_options *options)
{
    mr_draw_set_color(cairo, mr_draw_options_stroke(options), options->opacity);
    cairo_set_line_width(cairo, options->line_width);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_SQUARE);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_MITER);
    cairo_set_miter_limit(cairo, MITER_LIMIT);
    mr_draw_stroke(frame, cairo);
}

static void draw_dot(struct mr_frame *frame, cairo_t *cairo, double x, double y,
                     const struct mr_draw_options *options)
{
    double width = options->line_width;
    cairo_new_path(cairo);
    cairo_rectangle(cairo, x - width / 2, y - width / 2, width, width);
    mr_draw_set_color(cairo, mr_draw_options_stroke(options), options->opacity);
    mr_draw_fill(frame, cairo);
}

static int frame_polyline(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    struct mr_draw_options options;
    mr_draw_options_read(L, 3, "polyline", MR_DRAW_STROKE_OPTIONS, &options);
    struct points points = read_points(L);
    if (points.count == 0 || options.line_width <= 0)
        return 0;
    cairo_t *cairo = mr_frame_draw(L, frame);
    double shift = mr_draw_line_shift(options.line_width);
    if (points.count == 1) { /* cairo does not know which way such a line goes */
        draw_dot(frame, cairo, points.xy[0] + shift, points.xy[1] + shift, &options);
        return 0;
    }
    set_path(cairo, &points, shift);
    stroke(frame, cairo, &options);
    return 0;
}

static int frame_polygon(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    struct mr_draw_options options;
    mr_draw_options_read(L, 3, "polygon", MR_DRAW_AREA_OPTIONS, &options);
    struct points points = read_points(L);
    if (points.count == 0)
        return 0;
    cairo_t *cairo = mr_frame_draw(L, frame);
    set_path(cairo, &points, 0);
    cairo_close_path(cairo);
    if (mr_draw_option_given(&options, MR_DRAW_OPTION_FILL)) {
        mr_draw_set_color(cairo, &options.fill, options.opacity);
        mr_draw_fill_preserve(frame, cairo);
    }
    if (mr_draw_options_outlined(&options))
        stroke(frame, cairo, &options);
    cairo_new_path(cairo);
    return 0;
}

const luaL_Reg mr_path_methods[] = {
    { "polyline", frame_polyline },
    { "polygon", frame_polygon },
    { NULL, NULL },
};

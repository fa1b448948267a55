/* frame:rectangle line circle fill, on cairo.
 *
 * Areas are given by their edges, which lie between pixels: rectangle(0, 0, 1, 1) is the first
 * pixel. Their outline is drawn inside. Lines go from pixel to pixel: line(0, 0, 9, 0) covers the
 * first ten, in one row at a line_width of 1. */
#include "script/binding.h"
#include "script/draw.h"
#include "script/draw_options.h"

#include <lauxlib.h>
#include <math.h>

#define BIT(name) MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_##name)

#define STROKE_OPTIONS (BIT(STROKE) | BIT(COLOR) | BIT(LINE_WIDTH) | BIT(OPACITY))
#define AREA_OPTIONS   (STROKE_OPTIONS | BIT(FILL))

/* The colour of outlines and lines: `stroke`, or `color`, or white. */
static const struct mr_color *stroke_color(const struct mr_draw_options *options)
{
    return mr_draw_option_given(options, MR_DRAW_OPTION_STROKE) ? &options->stroke
                                                                : &options->color;
}

/* An area is outlined if it says so, or if it would not be seen otherwise. */
static bool has_outline(const struct mr_draw_options *options)
{
    return options->line_width > 0 && (options->given & (BIT(STROKE) | BIT(COLOR)) ||
                                       !mr_draw_option_given(options, MR_DRAW_OPTION_FILL));
}

static int frame_rectangle(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    double x = mr_arg_coordinate(L, 2, "x"), y = mr_arg_coordinate(L, 3, "y");
    double width = mr_arg_coordinate(L, 4, "w"), height = mr_arg_coordinate(L, 5, "h");
    struct mr_draw_options options;
    mr_draw_options_read(L, 6, "rectangle", AREA_OPTIONS | BIT(RADIUS), &options);
    if (width <= 0 || height <= 0)
        return 0;

    cairo_t *cairo = mr_frame_draw(L, frame);
    if (mr_draw_option_given(&options, MR_DRAW_OPTION_FILL)) {
        mr_draw_rectangle_path(cairo, x, y, width, height, options.radius);
        mr_draw_set_color(cairo, &options.fill, options.opacity);
        cairo_fill(cairo);
    }
    if (has_outline(&options)) {
        double line = fmin(options.line_width, fmin(width, height));
        mr_draw_rectangle_path(cairo, x + line / 2, y + line / 2, width - line, height - line,
                               options.radius - line / 2);
        mr_draw_set_color(cairo, stroke_color(&options), options.opacity);
        cairo_set_line_width(cairo, line);
        cairo_set_line_join(cairo, CAIRO_LINE_JOIN_MITER);
        cairo_stroke(cairo);
    }
    return 0;
}

static int frame_circle(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    double x = mr_arg_coordinate(L, 2, "x"), y = mr_arg_coordinate(L, 3, "y");
    double radius = mr_arg_coordinate(L, 4, "r");
    struct mr_draw_options options;
    mr_draw_options_read(L, 5, "circle", AREA_OPTIONS, &options);
    if (radius <= 0)
        return 0;

    cairo_t *cairo = mr_frame_draw(L, frame);
    cairo_new_path(cairo);
    if (mr_draw_option_given(&options, MR_DRAW_OPTION_FILL)) {
        cairo_arc(cairo, x, y, radius, 0, 2 * M_PI);
        mr_draw_set_color(cairo, &options.fill, options.opacity);
        cairo_fill(cairo);
    }
    if (has_outline(&options)) {
        double line = fmin(options.line_width, radius);
        cairo_arc(cairo, x, y, radius - line / 2, 0, 2 * M_PI);
        cairo_close_path(cairo);
        mr_draw_set_color(cairo, stroke_color(&options), options.opacity);
        cairo_set_line_width(cairo, line);
        cairo_stroke(cairo);
    }
    return 0;
}

static int frame_line(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    double x1 = mr_arg_coordinate(L, 2, "x1"), y1 = mr_arg_coordinate(L, 3, "y1");
    double x2 = mr_arg_coordinate(L, 4, "x2"), y2 = mr_arg_coordinate(L, 5, "y2");
    struct mr_draw_options options;
    mr_draw_options_read(L, 6, "line", STROKE_OPTIONS, &options);
    if (options.line_width <= 0)
        return 0;

    /* Odd widths are centred on pixels, even ones on the edge before: straight lines are sharp. */
    double middle = lround(options.line_width) % 2 != 0 ? 0.5 : 0;
    cairo_t *cairo = mr_frame_draw(L, frame);
    cairo_new_path(cairo);
    cairo_move_to(cairo, x1 + middle, y1 + middle);
    cairo_line_to(cairo, x2 + middle, y2 + middle);
    mr_draw_set_color(cairo, stroke_color(&options), options.opacity);
    cairo_set_line_width(cairo, options.line_width);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_SQUARE);
    cairo_stroke(cairo);
    return 0;
}

static int frame_fill(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    struct mr_color color;
    mr_color_read(L, 2, "fill: color", &color);
    cairo_t *cairo = mr_frame_draw(L, frame);
    mr_draw_set_color(cairo, &color, 1);
    cairo_paint(cairo);
    return 0;
}

const luaL_Reg mr_shape_methods[] = {
    { "rectangle", frame_rectangle },
    { "circle", frame_circle },
    { "line", frame_line },
    { "fill", frame_fill },
    { NULL, NULL },
};

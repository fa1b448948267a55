/* frame:rectangle line circle ellipse arc fill, on cairo.
 *
 * Areas are given by their edges, which lie between pixels: rectangle(0, 0, 1, 1) is the first
 * pixel. Their outline is drawn inside. Lines go from pixel to pixel: line(0, 0, 9, 0) covers the
 * first ten, in one row at a line_width of 1. */
#include "script/draw/draw.h"
#include "script/draw/draw_options.h"
#include "script/draw/methods.h"
#include "script/lua/argument.h"

#include <lauxlib.h>
#include <math.h>

#define BIT(name) MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_##name)

static int frame_rectangle(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    double x = mr_argument_coordinate(L, 2, "x"), y = mr_argument_coordinate(L, 3, "y");
    double width = mr_argument_coordinate(L, 4, "w"), height = mr_argument_coordinate(L, 5, "h");
    struct mr_draw_options options;
    mr_draw_options_read(L, 6, "rectangle", MR_DRAW_AREA_OPTIONS | BIT(RADIUS), &options);
    if (width <= 0 || height <= 0)
        return 0;

    cairo_t *cairo = mr_frame_draw(L, frame);
    if (mr_draw_option_given(&options, MR_DRAW_OPTION_FILL)) {
        mr_draw_rectangle_path(cairo, x, y, width, height, options.radius);
        mr_draw_set_color(cairo, &options.fill, options.opacity);
        mr_draw_fill(frame, cairo);
    }
    if (mr_draw_options_outlined(&options)) {
        double line = fmin(options.line_width, fmin(width, height));
        mr_draw_rectangle_path(cairo, x + line / 2, y + line / 2, width - line, height - line,
                               options.radius - line / 2);
        mr_draw_set_color(cairo, mr_draw_options_stroke(&options), options.opacity);
        cairo_set_line_width(cairo, line);
        cairo_set_line_join(cairo, CAIRO_LINE_JOIN_MITER);
        cairo_set_miter_limit(cairo, 2); /* its corners are right angles: 1.4 */
        mr_draw_stroke(frame, cairo);
    }
    return 0;
}

static int frame_circle(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    double x = mr_argument_coordinate(L, 2, "x"), y = mr_argument_coordinate(L, 3, "y");
    double radius = mr_argument_coordinate(L, 4, "r");
    struct mr_draw_options options;
    mr_draw_options_read(L, 5, "circle", MR_DRAW_AREA_OPTIONS, &options);
    if (radius <= 0)
        return 0;

    cairo_t *cairo = mr_frame_draw(L, frame);
    cairo_new_path(cairo);
    if (mr_draw_option_given(&options, MR_DRAW_OPTION_FILL)) {
        cairo_arc(cairo, x, y, radius, 0, 2 * M_PI);
        mr_draw_set_color(cairo, &options.fill, options.opacity);
        mr_draw_fill(frame, cairo);
    }
    if (mr_draw_options_outlined(&options)) {
        double line = fmin(options.line_width, radius);
        cairo_arc(cairo, x, y, radius - line / 2, 0, 2 * M_PI);
        cairo_close_path(cairo);
        mr_draw_set_color(cairo, mr_draw_options_stroke(&options), options.opacity);
        cairo_set_line_width(cairo, line);
        mr_draw_stroke(frame, cairo);
    }
    return 0;
}

/* cairo's own ellipse is a scaled circle. */
static void set_ellipse(cairo_t *cairo, double x, double y, double rx, double ry)
{
    cairo_matrix_t before;
    cairo_get_matrix(cairo, &before);
    cairo_new_path(cairo);
    cairo_translate(cairo, x, y);
    cairo_scale(cairo, rx, ry);
    cairo_arc(cairo, 0, 0, 1, 0, 2 * M_PI);
    cairo_close_path(cairo);
    cairo_set_matrix(cairo, &before);
}

static int frame_ellipse(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    double x = mr_argument_coordinate(L, 2, "x"), y = mr_argument_coordinate(L, 3, "y");
    double rx = mr_argument_coordinate(L, 4, "rx"), ry = mr_argument_coordinate(L, 5, "ry");
    struct mr_draw_options options;
    mr_draw_options_read(L, 6, "ellipse", MR_DRAW_AREA_OPTIONS, &options);
    if (rx < 0.01 || ry < 0.01) /* nothing to be seen, and cairo refuses to scale so far */
        return 0;

    cairo_t *cairo = mr_frame_draw(L, frame);
    if (mr_draw_option_given(&options, MR_DRAW_OPTION_FILL)) {
        set_ellipse(cairo, x, y, rx, ry);
        mr_draw_set_color(cairo, &options.fill, options.opacity);
        mr_draw_fill(frame, cairo);
    }
    if (mr_draw_options_outlined(&options)) {
        double line = fmin(options.line_width, fmin(rx, ry));
        set_ellipse(cairo, x, y, rx - line / 2, ry - line / 2);
        mr_draw_set_color(cairo, mr_draw_options_stroke(&options), options.opacity);
        cairo_set_line_width(cairo, line);
        mr_draw_stroke(frame, cairo);
    }
    return 0;
}

/* From one angle clockwise to another; a whole turn or more is the whole circle. */
static void set_arc(cairo_t *cairo, double x, double y, double radius, double from, double to)
{
    double sweep = to - from;
    if (fabs(sweep) > 2 * M_PI)
        sweep = 2 * M_PI;
    else if (sweep < 0)
        sweep += 2 * M_PI;
    from = fmod(from, 2 * M_PI);
    cairo_arc(cairo, x, y, radius, from, from + sweep);
}

static int frame_arc(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    double x = mr_argument_coordinate(L, 2, "x"), y = mr_argument_coordinate(L, 3, "y");
    double radius = mr_argument_coordinate(L, 4, "r");
    double from = mr_argument_coordinate(L, 5, "a1"), to = mr_argument_coordinate(L, 6, "a2");
    struct mr_draw_options options;
    mr_draw_options_read(L, 7, "arc", MR_DRAW_AREA_OPTIONS, &options);
    if (radius <= 0)
        return 0;

    cairo_t *cairo = mr_frame_draw(L, frame);
    cairo_new_path(cairo);
    if (mr_draw_option_given(&options, MR_DRAW_OPTION_FILL)) {
        cairo_move_to(cairo, x, y);
        set_arc(cairo, x, y, radius, from, to);
        mr_draw_set_color(cairo, &options.fill, options.opacity);
        mr_draw_fill(frame, cairo);
    }
    if (mr_draw_options_outlined(&options)) {
        double line = fmin(options.line_width, radius);
        set_arc(cairo, x, y, radius - line / 2, from, to);
        mr_draw_set_color(cairo, mr_draw_options_stroke(&options), options.opacity);
        cairo_set_line_width(cairo, line);
        cairo_set_line_cap(cairo, CAIRO_LINE_CAP_BUTT);
        mr_draw_stroke(frame, cairo);
    }
    return 0;
}

static int frame_line(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    double x1 = mr_argument_coordinate(L, 2, "x1"), y1 = mr_argument_coordinate(L, 3, "y1");
    double x2 = mr_argument_coordinate(L, 4, "x2"), y2 = mr_argument_coordinate(L, 5, "y2");
    struct mr_draw_options options;
    mr_draw_options_read(L, 6, "line", MR_DRAW_STROKE_OPTIONS, &options);
    if (options.line_width <= 0)
        return 0;

    double middle = mr_draw_line_shift(options.line_width);
    cairo_t *cairo = mr_frame_draw(L, frame);
    cairo_new_path(cairo);
    cairo_move_to(cairo, x1 + middle, y1 + middle);
    cairo_line_to(cairo, x2 + middle, y2 + middle);
    mr_draw_set_color(cairo, mr_draw_options_stroke(&options), options.opacity);
    cairo_set_line_width(cairo, options.line_width);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_SQUARE);
    mr_draw_stroke(frame, cairo);
    return 0;
}

static int frame_fill(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    struct mr_color color;
    mr_color_read(L, 2, "fill: color", &color);
    cairo_t *cairo = mr_frame_draw(L, frame);
    const struct mr_area all = { 0, 0, frame->picture->width, frame->picture->height };
    if (color.alpha >= 1)
        mr_frame_touch_blindly(frame);
    else
        mr_frame_touch(frame, &all);
    mr_draw_set_color(cairo, &color, 1);
    if (frame->alpha) /* or an image could not be cleared again */
        cairo_set_operator(cairo, CAIRO_OPERATOR_SOURCE);
    cairo_paint(cairo);
    cairo_set_operator(cairo, CAIRO_OPERATOR_OVER);
    return 0;
}

const luaL_Reg mr_shape_methods[] = {
    { "rectangle", frame_rectangle },
    { "circle", frame_circle },
    { "ellipse", frame_ellipse },
    { "arc", frame_arc },
    { "line", frame_line },
    { "fill", frame_fill },
    { NULL, NULL },
};

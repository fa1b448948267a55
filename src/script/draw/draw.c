#include "script/draw/draw.h"

#include <math.h>

void mr_draw_set_color(cairo_t *cairo, const struct mr_color *color, double opacity)
{
    cairo_set_source_rgba(cairo, color->red, color->green, color->blue, color->alpha * opacity);
}

double mr_draw_line_shift(double line_width)
{
    return lround(line_width) % 2 != 0 ? 0.5 : 0;
}

void mr_draw_rectangle_path(cairo_t *cairo, double x, double y, double width, double height,
                            double radius)
{
    radius = fmin(radius, fmin(width, height) / 2);
    cairo_new_path(cairo);
    if (radius <= 0) {
        cairo_rectangle(cairo, x, y, width, height);
        return;
    }
    cairo_arc(cairo, x + width - radius, y + radius, radius, -M_PI / 2, 0);
    cairo_arc(cairo, x + width - radius, y + height - radius, radius, 0, M_PI / 2);
    cairo_arc(cairo, x + radius, y + height - radius, radius, M_PI / 2, M_PI);
    cairo_arc(cairo, x + radius, y + radius, radius, M_PI, M_PI * 3 / 2);
    cairo_close_path(cairo);
}

/* ---- painting on frames ---- */

/* Whole pixels around a box; what is far outside of every frame comes no nearer. */
static struct mr_area around(double left, double top, double right, double bottom, double more)
{
    const double far = 1 << 20;
    return (struct mr_area){ (int)fmax(floor(left - more), -far),
                             (int)fmax(floor(top - more), -far), (int)fmin(ceil(right + more), far),
                             (int)fmin(ceil(bottom + more), far) };
}

static void touch_path(struct mr_frame *frame, cairo_t *cairo, double more)
{
    double left, top, right, bottom;
    cairo_path_extents(cairo, &left, &top, &right, &bottom);
    const struct mr_area area = around(left, top, right, bottom, more + 1);
    mr_frame_touch(frame, &area);
}

void mr_draw_fill(struct mr_frame *frame, cairo_t *cairo)
{
    touch_path(frame, cairo, 0);
    cairo_fill(cairo);
}

void mr_draw_fill_preserve(struct mr_frame *frame, cairo_t *cairo)
{
    touch_path(frame, cairo, 0);
    cairo_fill_preserve(cairo);
}

/* Half a line lies beyond the path; at a corner, or a square end, so many times that. */
void mr_draw_stroke(struct mr_frame *frame, cairo_t *cairo)
{
    bool miter = cairo_get_line_join(cairo) == CAIRO_LINE_JOIN_MITER;
    double corner = miter ? fmax(cairo_get_miter_limit(cairo), M_SQRT2) : M_SQRT2;
    touch_path(frame, cairo, cairo_get_line_width(cairo) / 2 * corner);
    cairo_stroke(cairo);
}

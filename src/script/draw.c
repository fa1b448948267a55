#include "script/draw.h"

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

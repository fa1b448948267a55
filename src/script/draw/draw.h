/* Small pieces of drawing shared by shapes, text and the blank picture. */
#ifndef MR_SCRIPT_DRAW_H
#define MR_SCRIPT_DRAW_H

#include "script/draw/color.h"
#include "script/draw/frame.h"

#include <cairo.h>

/* Draw with this colour from now on, its alpha multiplied by `opacity`, 0 … 1. */
void mr_draw_set_color(cairo_t *cairo, const struct mr_color *color, double opacity);

/* Straight lines are sharp when odd widths are centred on pixels, and even ones on the edge before.
 * return: the offset, in pixels, that whole coordinates need for that: 0 or 0.5 */
double mr_draw_line_shift(double line_width);

/* Begin a new path: a rectangle, its corners rounded with `radius` as far as they have room. */
void mr_draw_rectangle_path(cairo_t *cairo, double x, double y, double width, double height,
                            double radius);

/* Fill or stroke the path with what is set, as cairo_fill and cairo_stroke do, on a frame that
 * `cairo` is from. */
void mr_draw_fill(struct mr_frame *frame, cairo_t *cairo);
void mr_draw_fill_preserve(struct mr_frame *frame, cairo_t *cairo);
void mr_draw_stroke(struct mr_frame *frame, cairo_t *cairo);

#endif

/* Text on a cairo surface, laid out by Pango. Laying out and rendering cost most of what a label
 * costs, so what was rendered is kept: the same text with the same options is a copy of pixels the
 * next time.
 *
 * Used by one thread at a time; fonts are its own. */
#ifndef MR_SCRIPT_TEXT_H
#define MR_SCRIPT_TEXT_H

#include "script/draw/draw_options.h"
#include "script/draw/frame.h"

#include <cairo.h>
#include <stddef.h>

#define MR_TEXT_MAX_BYTES   2048              /* of one text */
#define MR_TEXT_CACHE_COUNT 64                /* rendered texts kept … */
#define MR_TEXT_CACHE_BYTES (8 * 1024 * 1024) /* … and how large they may be together */

struct mr_text;

/* return: the cache of rendered texts, empty; NULL when out of memory */
struct mr_text *mr_text_create(void);
void mr_text_destroy(struct mr_text *text); /* takes NULL */

/* Draw on `cairo`, which is `frame`'s (NULL: of a picture that is none), `string`, UTF-8 (what is not becomes U+FFFD), the anchor of its box at x, y, rounded to
 * whole pixels.
 * in:     size ≤ MR_TEXT_MAX_BYTES; options: size font weight color background radius padding
 *         align anchor width outline line_width opacity
 * out:    *width, *height of the box with its padding */
void mr_text_draw(struct mr_text *text, struct mr_frame *frame, cairo_t *cairo, const char *string,
                  size_t size, double x, double y, const struct mr_draw_options *options,
                  int *width, int *height);

/* return: how many texts were rendered so far; all others came from the cache */
unsigned mr_text_rendered(const struct mr_text *text);

#endif

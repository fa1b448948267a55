/* Pango for text.c: one layout that is set, measured and drawn. One thread at a time. */
#ifndef MR_SCRIPT_TEXT_LAYOUT_H
#define MR_SCRIPT_TEXT_LAYOUT_H

#include "script/draw/draw_options.h"

#include <cairo.h>
#include <stddef.h>

/* The box of a text: padding included, outline and overhanging glyphs (the margin around) not. */
struct mr_text_box {
    int width, height, margin; /* pixels */
    double text_x, text_y;     /* where the text proper begins in it */
};

struct mr_text_layout;

/* return: an empty layout; NULL when out of memory */
struct mr_text_layout *mr_text_layout_create(void);
void mr_text_layout_destroy(struct mr_text_layout *layout); /* takes NULL */

/* Lay `string` out; what is no UTF-8 in it becomes U+FFFD. */
void mr_text_layout_set(struct mr_text_layout *layout, const char *string, size_t size,
                        const struct mr_draw_options *options, struct mr_text_box *box);

/* Draw what was set, the box at the origin. */
void mr_text_layout_draw(const struct mr_text_layout *layout, cairo_t *cairo,
                         const struct mr_text_box *box, const struct mr_draw_options *options);

#endif

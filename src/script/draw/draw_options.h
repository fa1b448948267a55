/* The options table of the drawing calls, one for all of them: { fill = "red", line_width = 3 }.
 *
 * A call says which options it knows; an unknown one, a wrong type, a NaN and a value out of range
 * are Lua errors at the caller's line that name call, option and what is expected. */
#ifndef MR_SCRIPT_DRAW_OPTIONS_H
#define MR_SCRIPT_DRAW_OPTIONS_H

#include "script/draw/color.h"

#include <lua.h>
#include <stdbool.h>

enum mr_draw_option {
    MR_DRAW_OPTION_FILL,
    MR_DRAW_OPTION_STROKE,
    MR_DRAW_OPTION_COLOR,
    MR_DRAW_OPTION_LINE_WIDTH,
    MR_DRAW_OPTION_RADIUS,
    MR_DRAW_OPTION_OPACITY,
    MR_DRAW_OPTION_SIZE,
    MR_DRAW_OPTION_FONT,
    MR_DRAW_OPTION_WEIGHT,
    MR_DRAW_OPTION_OUTLINE,
    MR_DRAW_OPTION_BACKGROUND,
    MR_DRAW_OPTION_PADDING,
    MR_DRAW_OPTION_ALIGN,
    MR_DRAW_OPTION_ANCHOR,
    MR_DRAW_OPTION_WIDTH,
    MR_DRAW_OPTION_HEIGHT,
    MR_DRAW_OPTIONS,
};

#define MR_DRAW_OPTION_BIT(option) (1u << (option))

enum mr_align {
    MR_ALIGN_LEFT,
    MR_ALIGN_CENTER,
    MR_ALIGN_RIGHT,
};

struct mr_draw_options {
    unsigned given; /* which were, as MR_DRAW_OPTION_BITs; the others have their defaults */
    struct mr_color fill, stroke, color, outline, background;
    double line_width; /* pixels */
    double radius;     /* of corners, pixels */
    double opacity;    /* 0 … 1 */
    double size;       /* of the font, pixels */
    double weight;     /* of the font, 100 … 1000 */
    double padding;    /* pixels */
    double width;      /* where text is wrapped, or of an image, pixels */
    double height;     /* of an image, pixels */
    int align;         /* enum mr_align */
    int anchor;        /* which point of the box is meant: column + 3 * row of a 3x3 grid */
    const char *font;  /* family; lives as long as the options table */
};

/* Read the table at `index`, which may be absent or nil.
 * in:     call: what messages call it; known: MR_DRAW_OPTION_BITs of what it understands */
void mr_draw_options_read(lua_State *L, int index, const char *call, unsigned known,
                          struct mr_draw_options *options);

/* The options of lines, and of areas. */
#define MR_DRAW_STROKE_OPTIONS                                                                     \
    (MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_STROKE) | MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_COLOR) |        \
     MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_LINE_WIDTH) | MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_OPACITY))
#define MR_DRAW_AREA_OPTIONS (MR_DRAW_STROKE_OPTIONS | MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_FILL))

/* return: the colour of outlines and lines: `stroke`, or `color`, or white */
const struct mr_color *mr_draw_options_stroke(const struct mr_draw_options *options);

/* return: whether an area gets an outline: if the options say so, or if nobody would see the area otherwise */
bool mr_draw_options_outlined(const struct mr_draw_options *options);

static inline bool mr_draw_option_given(const struct mr_draw_options *options,
                                        enum mr_draw_option option)
{
    return (options->given & MR_DRAW_OPTION_BIT(option)) != 0;
}

#endif

/* Colours as scripts write them: "#rgb" "#rgba" "#rrggbb" "#rrggbbaa", the names of CSS,
 * "transparent", and {r, g, b[, a]} with 0–255 each. */
#ifndef MR_SCRIPT_COLOR_H
#define MR_SCRIPT_COLOR_H

#include <lua.h>
#include <stdbool.h>

struct mr_color {
    double red, green, blue, alpha; /* 0 … 1, not premultiplied */
};

/* Text to colour. return: whether it is one */
bool mr_color_parse(const char *text, struct mr_color *color);

/* The colour at `index`, a string or a table; a Lua error that begins with `what` if it is none. */
void mr_color_read(lua_State *L, int index, const char *what, struct mr_color *color);

#endif

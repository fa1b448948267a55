/* Arguments of functions that scripts call. Called by Lua on the thread that runs the script; errors are Lua errors. */
#ifndef MR_SCRIPT_ARGUMENT_H
#define MR_SCRIPT_ARGUMENT_H

#include "media/pixels/region.h"

#include <lua.h>

#define MR_COORDINATE_MAX 1000000 /* pixels; cairo's numbers end at 8 million */

/* Arguments. Messages call the argument `name`: "bad argument #1 to 'circle' (x: …)".
 * return: its value; a Lua error for any other type or range */
double mr_argument_number(lua_State *L, int index, const char *name); /* no NaN */
double mr_argument_coordinate(lua_State *L, int index,
                              const char *name); /* within ±MR_COORDINATE_MAX */
int mr_argument_pixel(lua_State *L, int index,
                      const char *name); /* rounded down, within the same */
int mr_argument_channel(lua_State *L, int index, const char *name); /* rounded, within 0 … 255 */

/* return: a width or height for an image, rounded down: 1 … MR_PICTURE_MAX_SIDE; a Lua error beyond */
int mr_argument_side(lua_State *L, int index, const char *name);

/* Read x, y, w, h from `index` on. The optional ones may be absent altogether: the whole picture.
 * return: the area, clipped to the picture; empty when it lies outside */
struct mr_area mr_argument_area(lua_State *L, int index, const struct mr_picture *picture);
struct mr_area mr_argument_optional_area(lua_State *L, int index, const struct mr_picture *picture);

/* A word out of a list that ends with NULL. return: its position */
int mr_argument_word(lua_State *L, int index, const char *name, const char *const *words);

#endif

/* The frame that a script is given: the I420 picture as it came, and once the script touches
 * pixels a BGRX canvas with the same content. A frame that is only looked at goes on as it came.
 *
 * `frame` in Lua is a userdata that refers to a struct mr_frame by address and serial; when the
 * call is over the serial moves on, and whoever kept the userdata gets an error. */
#ifndef MR_SCRIPT_FRAME_H
#define MR_SCRIPT_FRAME_H

#include "media/picture.h"

#include <cairo.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

struct mr_frame {
    uint64_t serial;            /* odd while a script may use it */
    struct mr_picture *picture; /* as it came, borrowed */
    struct mr_picture *canvas;  /* a reference, or NULL while untouched */
    cairo_t *cairo;             /* on the canvas, or NULL */
    bool cairo_drew;            /* and has to be flushed before pixels are read */
    bool pixels_set;            /* and cairo has to be told before it draws */
    bool changed;               /* the canvas is what is to be sent */
    bool skip;
    int quality;
    unsigned viewers;
};

/* Before and after a call. `end` hands over the picture to send: a reference, the caller's. */
void mr_frame_begin(struct mr_frame *frame, struct mr_picture *picture, unsigned viewers,
                    int quality);
struct mr_picture *mr_frame_end(struct mr_frame *frame);

/* Push a userdata for it. */
void mr_frame_push(lua_State *L, struct mr_frame *frame);

/* The frame that is argument 1; a Lua error when it is none or its time is over. */
struct mr_frame *mr_frame_check(lua_State *L);

/* Its pixels to be read, or to be written, or something to draw on them with; a Lua error when
 * there is no memory. */
const struct mr_picture *mr_frame_read(lua_State *L, struct mr_frame *frame);
struct mr_picture *mr_frame_write(lua_State *L, struct mr_frame *frame);
cairo_t *mr_frame_draw(lua_State *L, struct mr_frame *frame);

/* Methods by the file that has them; each list ends with { NULL, NULL }. */
extern const luaL_Reg mr_pixel_methods[]; /* pixels.c */
extern const luaL_Reg mr_shape_methods[]; /* shapes.c */
extern const luaL_Reg mr_text_methods[];  /* draw_text.c */

#endif

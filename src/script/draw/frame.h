/* The frame that a script is given: the I420 picture as it came, and once the script touches
 * pixels a BGRX canvas with the same content. A frame that is only looked at goes on as it came.
 * A script's own images are frames, too, which nobody sends (image.h).
 *
 * `frame` in Lua is a userdata that refers to a struct mr_frame by address and serial; when the
 * call is over the serial moves on, and whoever kept the userdata gets an error. */
#ifndef MR_SCRIPT_FRAME_H
#define MR_SCRIPT_FRAME_H

#include "media/picture/picture.h"

#include <cairo.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

struct mr_frame;

/* The functions of an image for what a frame of the host does with the host's memory. */
struct mr_frame_owner {
    /* Make its BGRX canvas. return: borrowed; a Lua error when there is no memory */
    struct mr_picture *(*make_canvas)(lua_State *L, struct mr_frame *frame);
    /* Let the script's memory account for what cairo holds for drawing on it. */
    void (*weigh)(lua_State *L, struct mr_frame *frame);
};

struct mr_frame {
    uint64_t serial;            /* odd while a script may use it */
    struct mr_picture *picture; /* as it came, borrowed */
    struct mr_picture *canvas;  /* a reference, or NULL while untouched */
    struct mr_tiles fetched;    /* the canvas has the pixels of these, */
    struct mr_tiles drawn;      /* and these are what is to be sent of it */
    cairo_t *cairo;             /* on the canvas, or NULL */
    bool cairo_drew;            /* and has to be flushed before pixels are read */
    bool pixels_set;            /* and cairo has to be told before it draws */
    bool changed;               /* the canvas is what is to be sent */
    const struct mr_frame_owner
        *owner; /* an image, whose memory is Lua's; NULL: a frame of the host */
    bool alpha; /* an image whose canvas is premultiplied BGRA */
    bool skip;
    int quality;
    bool quality_set;
    unsigned viewers;
};

/* The userdata by which Lua holds a frame; an image's userdata begins with it. */
struct mr_frame_handle {
    const char *type; /* &mr_frame_type */
    struct mr_frame *frame;
    uint64_t serial;
};

extern const char mr_frame_type; /* also, by address, the frames' metatable in the registry */

/* Before and after a call. `end` hands over the picture to send: a reference, the caller's. */
void mr_frame_begin(struct mr_frame *frame, struct mr_picture *picture, unsigned viewers,
                    int quality);

/* The call that the frame was made for is over; whoever kept its userdata gets an error from now on.
 * return: the picture to encode, one reference, the caller's: the one that was given, or the canvas over it */
struct mr_picture *mr_frame_end(struct mr_frame *frame);

/* Push a userdata for it. */
void mr_frame_push(lua_State *L, struct mr_frame *frame);

/* return: the frame that is argument 1; a Lua error when it is none, or when its call is over */
struct mr_frame *mr_frame_check(lua_State *L);

/* return: the frame or image that is argument `index`; a Lua error, which calls it `name`, when it is none */
struct mr_frame *mr_frame_argument(lua_State *L, int index, const char *name);

/* return: the pixels to measure, borrowed: the planes as long as nothing was drawn on the frame, else the canvas */
const struct mr_picture *mr_frame_look(struct mr_frame *frame);

/* Make the pixels of an area (NULL: all) ready to be read, or to be written.
 * return: the canvas, borrowed; outside of the areas that were asked for, its content is undefined, since
 *         only those are converted. A Lua error when there is no memory */
const struct mr_picture *mr_frame_read(lua_State *L, struct mr_frame *frame,
                                       const struct mr_area *area);
struct mr_picture *mr_frame_write(lua_State *L, struct mr_frame *frame, const struct mr_area *area);

/* return: a cairo context on the frame's canvas, borrowed; a Lua error when there is no memory. Before
 *         anything is drawn, mr_frame_touch says in which area. */
cairo_t *mr_frame_draw(lua_State *L, struct mr_frame *frame);
void mr_frame_touch(struct mr_frame *frame, const struct mr_area *area);

/* The whole frame is going to be written over, whatever it was. */
void mr_frame_touch_blindly(struct mr_frame *frame);

/* Make the type of frames, and push the metatable of images, which mr_image_open takes.
 * in:     frame_only: methods that images have not; lists: the other methods, ends with NULL. Each list ends with
 *         { NULL, NULL } */
void mr_frame_open(lua_State *L, const luaL_Reg *frame_only, const luaL_Reg *const lists[]);

#endif

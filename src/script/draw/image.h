/* Images: frames that are a script's own, made by it or loaded, never sent. All that frames can be
 * drawn on, measured and changed with works on them.
 *
 * An image is one userdata with its pixels in it, so that Lua's collector and the script's memory
 * limit know what it takes; it lives as long as the script keeps it. Its pixels are BGRX,
 * premultiplied BGRA if it is transparent in parts, or I420 as long as it is but an untouched copy
 * of a frame. All on the script's thread; failures are Lua errors. */
#ifndef MR_SCRIPT_IMAGE_H
#define MR_SCRIPT_IMAGE_H

#include "script/draw/frame.h"

/* Push an image, its pixels undefined.
 * in:     1 ≤ width, height; what is more than MR_PICTURE_MAX_SIDE or than a script may hold is a
 *         Lua error
 * return: the frame inside, valid as long as the userdata */
struct mr_frame *mr_image_push(lua_State *L, enum mr_picture_format format, int width, int height);

/* Push an image with the content of `frame` as it is now.
 * return: the frame inside, valid as long as the userdata */
struct mr_frame *mr_image_push_copy(lua_State *L, struct mr_frame *frame);

/* frame.new(w, h[, color])
 * return: 1: it leaves the image for Lua */
int mr_image_new(lua_State *L);

/* With the images' metatable on top of the stack, which is taken: the type and the global `frame`.
 */
void mr_image_open(lua_State *L);

#endif

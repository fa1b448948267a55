/* image(path): pictures beside the script as images. By the thread that runs the script. */
#ifndef MR_SCRIPT_IMAGE_LOAD_H
#define MR_SCRIPT_IMAGE_LOAD_H

#include <lua.h>

void mr_image_load_open(lua_State *L); /* the global `image`; in protected mode */

#endif

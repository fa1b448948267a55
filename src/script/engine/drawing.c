/* The types of frames and images, put together of the methods that the files of script/draw and script/kernel have. */
#include "script/draw/frame.h"
#include "script/draw/image.h"
#include "script/draw/image_load.h"
#include "script/draw/methods.h"
#include "script/engine/libraries.h"
#include "script/kernel/kernel.h"

static const luaL_Reg frame_only[] = {
    { "new", mr_image_new }, /* the argument `frame` hides the global table */
    { NULL, NULL },
};

void mr_drawing_open(lua_State *L)
{
    const luaL_Reg *const methods[] = {
        mr_pixel_methods,  mr_shape_methods,   mr_path_methods, mr_text_methods, mr_kernel_methods,
        mr_region_methods, mr_measure_methods, mr_lut_methods,  mr_copy_methods, NULL,
    };
    mr_frame_open(L, frame_only, methods);
    mr_image_open(L);
    mr_image_load_open(L);
}

/* The methods of frames and images, by the file that has them; each list ends with { NULL, NULL }. */
#ifndef MR_SCRIPT_METHODS_H
#define MR_SCRIPT_METHODS_H

#include <lauxlib.h>

extern const luaL_Reg mr_pixel_methods[];   /* pixels.c */
extern const luaL_Reg mr_shape_methods[];   /* shapes.c */
extern const luaL_Reg mr_text_methods[];    /* draw_text.c */
extern const luaL_Reg mr_path_methods[];    /* draw_path.c */
extern const luaL_Reg mr_region_methods[];  /* regions.c */
extern const luaL_Reg mr_lut_methods[];     /* lut.c */
extern const luaL_Reg mr_measure_methods[]; /* measuring.c */
extern const luaL_Reg mr_copy_methods[];    /* frames.c */

#endif

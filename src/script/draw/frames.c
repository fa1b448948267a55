/* frame:copy crop resize: images made of a frame or of another image. An untouched frame is copied
 * and resized in its planes: such an image costs less, and is compared with later frames as they
 * come. */
#include "media/pixels/scale.h"
#include "script/draw/image.h"
#include "script/draw/methods.h"
#include "script/lua/argument.h"

#include <lauxlib.h>

static int frame_copy(lua_State *L)
{
    mr_image_push_copy(L, mr_frame_check(L));
    return 1;
}

/* Chroma is at half size: begin at even pixels, and leave out what was too much. */
static void crop_planes(lua_State *L, const struct mr_picture *from, struct mr_area area)
{
    int left = area.left % 2, top = area.top % 2;
    area.left -= left;
    area.top -= top;
    struct mr_frame *image =
        mr_image_push(L, MR_PICTURE_BGRX, area.right - area.left, area.bottom - area.top);
    struct mr_picture *to = image->picture;
    mr_scale_part_to_bgrx(from, &area, to->plane[0], to->stride_bytes[0]);
    to->plane[0] += (ptrdiff_t)top * to->stride_bytes[0] + left * 4;
    to->width -= left;
    to->height -= top;
}

static void crop_pixels(lua_State *L, struct mr_frame *frame, const struct mr_picture *from,
                        const struct mr_area *area)
{
    struct mr_region source = mr_region_of(from, area);
    struct mr_frame *image = mr_image_push(L, MR_PICTURE_BGRX, source.width, source.height);
    const struct mr_area all = { 0, 0, source.width, source.height };
    struct mr_region target = mr_region_of(image->picture, &all);
    image->alpha = frame->alpha;
    mr_region_blit(&target, &source, false, 256);
}

static int frame_crop(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    const struct mr_picture *picture = mr_frame_look(frame);
    struct mr_area area = mr_argument_area(L, 2, picture);
    if (area.left >= area.right || area.top >= area.bottom)
        return 0;
    if (picture->format == MR_PICTURE_I420)
        crop_planes(L, picture, area);
    else
        crop_pixels(L, frame, picture, &area);
    return 1;
}

static int frame_resize(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    int width = mr_argument_side(L, 2, "w"), height = mr_argument_side(L, 3, "h");
    const struct mr_picture *picture = mr_frame_look(frame);
    struct mr_frame *image = mr_image_push(L, picture->format, width, height);
    image->alpha = frame->alpha;
    if (mr_scale_picture(picture, image->picture) < 0)
        return luaL_error(L, "resize: out of memory");
    return 1;
}

const luaL_Reg mr_copy_methods[] = {
    { "copy", frame_copy },
    { "crop", frame_crop },
    { "resize", frame_resize },
    { NULL, NULL },
};

/* frame:blur pixelate blit image: rectangles of pixels, and other frames and images laid over. */
#include "media/pixels/region.h"

#include "media/pixels/scale.h"
#include "script/draw/draw_options.h"
#include "script/draw/image.h"
#include "script/draw/methods.h"
#include "script/lua/argument.h"

#include <lauxlib.h>
#include <math.h>

#define BIT(name) MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_##name)

static bool is_empty(const struct mr_area *area)
{
    return area->left >= area->right || area->top >= area->bottom;
}

static int frame_blur(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    struct mr_area area = mr_argument_area(L, 2, frame->picture);
    double radius = mr_argument_number(L, 6, "radius");
    if (radius < 0)
        luaL_argerror(
            L, 6,
            lua_pushfstring(L, "radius: 0 or more expected, got %s", luaL_tolstring(L, 6, NULL)));
    if (radius == 0 || is_empty(&area))
        return 0;
    struct mr_region region = mr_region_of(mr_frame_write(L, frame, &area), &area);
    if (mr_blur_region(&region, radius) < 0)
        return luaL_error(L, "blur: out of memory");
    return 0;
}

static int frame_pixelate(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    struct mr_area area = mr_argument_area(L, 2, frame->picture);
    int block = mr_argument_pixel(L, 6, "block");
    if (block < 1)
        luaL_argerror(
            L, 6,
            lua_pushfstring(L, "block: 1 or more expected, got %s", luaL_tolstring(L, 6, NULL)));
    if (is_empty(&area))
        return 0;
    struct mr_region region = mr_region_of(mr_frame_write(L, frame, &area), &area);
    if (mr_region_pixelate(&region, block) < 0)
        return luaL_error(L, "pixelate: out of memory");
    return 0;
}

/* ---- laying over ---- */

/* The picture that is laid over another one: a frame onto itself is copied before. Leaves a value on the stack or none. */
static struct mr_frame *source_argument(lua_State *L, const struct mr_frame *frame,
                                        const char *name)
{
    struct mr_frame *source = mr_frame_argument(L, 2, name);
    return source == frame ? mr_image_push_copy(L, source) : source;
}

/* Lay the part of `source` that falls into the frame over it, its top left corner at x, y. */
static void lay_over(lua_State *L, struct mr_frame *frame, struct mr_frame *source, int x, int y,
                     double opacity)
{
    const struct mr_picture *size = source->picture;
    int width = frame->picture->width, height = frame->picture->height;
    struct mr_area area = { .left = x > 0 ? x : 0, .top = y > 0 ? y : 0 };
    area.right = x + size->width < width ? x + size->width : width;
    area.bottom = y + size->height < height ? y + size->height : height;
    if (is_empty(&area))
        return;

    const struct mr_area part = { area.left - x, area.top - y, area.right - x, area.bottom - y };
    struct mr_region over = mr_region_of(mr_frame_read(L, source, &part), &part);
    struct mr_region under = mr_region_of(mr_frame_write(L, frame, &area), &area);
    if (frame->alpha && !source->alpha)
        mr_region_make_opaque(&over);
    mr_region_blit(&under, &over, source->alpha, (int)lround(opacity * 256));
}

static int frame_blit(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    mr_frame_argument(L, 2, "other");
    int x = mr_argument_pixel(L, 3, "x"), y = mr_argument_pixel(L, 4, "y");
    struct mr_draw_options options;
    mr_draw_options_read(L, 5, "blit", BIT(OPACITY), &options);
    lay_over(L, frame, source_argument(L, frame, "other"), x, y, options.opacity);
    return 0;
}

/* Shrinking is faster, and looks better, than what cairo does. */
static void lay_over_shrunk(lua_State *L, struct mr_frame *frame, struct mr_frame *source, int x,
                            int y, int width, int height, double opacity)
{
    const struct mr_picture *from = mr_frame_look(source);
    struct mr_frame *small = mr_image_push(L, from->format, width, height);
    small->alpha = source->alpha;
    if (mr_scale_picture(from, small->picture) < 0)
        luaL_error(L, "image: out of memory");
    lay_over(L, frame, small, x, y, opacity);
}

/* At another size, smoothly; what is outside the frame costs nothing. */
static void draw_scaled(lua_State *L, struct mr_frame *frame, struct mr_frame *source, double x,
                        double y, double width, double height, double opacity)
{
    const struct mr_picture *from = mr_frame_read(L, source, NULL);
    const struct mr_area area = { (int)fmax(x, 0), (int)fmax(y, 0),
                                  (int)fmin(x + width, frame->picture->width),
                                  (int)fmin(y + height, frame->picture->height) };
    cairo_t *cairo = mr_frame_draw(L, frame);
    mr_frame_touch(frame, &area);
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        from->plane[0], source->alpha ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, from->width,
        from->height, from->stride_bytes[0]);
    cairo_save(cairo);
    cairo_rectangle(cairo, x, y, width, height);
    cairo_clip(cairo);
    cairo_translate(cairo, x, y);
    cairo_scale(cairo, width / from->width, height / from->height);
    cairo_set_source_surface(cairo, surface, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_BILINEAR);
    cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
    cairo_paint_with_alpha(cairo, opacity);
    cairo_restore(cairo);
    cairo_set_source_rgb(cairo, 0, 0, 0); /* lets go of the surface */
    cairo_surface_finish(surface);
    cairo_surface_destroy(surface);
}

/* Fill in the sides that the options do not give: the image's own, or in proportion. */
static void choose_size(const struct mr_draw_options *options, const struct mr_picture *picture,
                        double *width, double *height)
{
    bool wide = mr_draw_option_given(options, MR_DRAW_OPTION_WIDTH);
    bool high = mr_draw_option_given(options, MR_DRAW_OPTION_HEIGHT);
    *width = wide ? options->width : picture->width;
    *height = high ? options->height : picture->height;
    if (wide && !high)
        *height = *width * picture->height / picture->width;
    else if (high && !wide)
        *width = *height * picture->width / picture->height;
    *width = fmax(round(*width), 1);
    *height = fmax(round(*height), 1);
}

static int frame_image(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    const struct mr_picture *picture = mr_frame_argument(L, 2, "img")->picture;
    double x = mr_argument_coordinate(L, 3, "x"), y = mr_argument_coordinate(L, 4, "y"), width,
           height;
    struct mr_draw_options options;
    mr_draw_options_read(L, 5, "image", BIT(WIDTH) | BIT(HEIGHT) | BIT(OPACITY) | BIT(ANCHOR),
                         &options);
    choose_size(&options, picture, &width, &height);
    int column = options.anchor % 3, row = options.anchor / 3;
    x = round(x - width * column / 2);
    y = round(y - height * row / 2);
    if (x >= frame->picture->width || y >= frame->picture->height || x + width <= 0 ||
        y + height <= 0)
        return 0;

    struct mr_frame *source = source_argument(L, frame, "img");
    if (width == picture->width && height == picture->height)
        lay_over(L, frame, source, (int)x, (int)y, options.opacity);
    else if (width <= picture->width && height <= picture->height)
        lay_over_shrunk(L, frame, source, (int)x, (int)y, (int)width, (int)height, options.opacity);
    else
        draw_scaled(L, frame, source, x, y, width, height, options.opacity);
    return 0;
}

const luaL_Reg mr_region_methods[] = {
    { "blur", frame_blur }, { "pixelate", frame_pixelate },
    { "blit", frame_blit }, { "image", frame_image },
    { NULL, NULL },
};

#include "script/draw/image.h"

#include "media/convert/converter.h"
#include "script/draw/color.h"
#include "script/lua/argument.h"
#include "script/lua/binding.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Bytes that a cairo context and its surface take, rounded up. */
#define CAIRO_BYTES 4096

/* User values of an image. */
#define VALUE_CANVAS 1
#define VALUE_CAIRO  2
#define VALUES       2

static const char image_key = 0; /* the images' metatable in the registry, by address */

struct image {
    struct mr_frame_handle handle; /* first */
    struct mr_frame frame;
    struct mr_picture picture, canvas;
};

static const struct mr_frame_owner image_owner;

static size_t round_up(size_t value)
{
    return (value + MR_PICTURE_ALIGNMENT - 1) / MR_PICTURE_ALIGNMENT * MR_PICTURE_ALIGNMENT;
}

/* Lay a picture's planes out. return: the bytes they need, from an aligned address on */
static size_t plan(struct mr_picture *picture)
{
    size_t width = (size_t)picture->width, height = (size_t)picture->height;
    size_t half_width = (width + 1) / 2, half_height = (height + 1) / 2;
    if (picture->format == MR_PICTURE_BGRX) {
        picture->stride_bytes[0] = (int)round_up(width * 4);
        return (size_t)picture->stride_bytes[0] * height;
    }
    picture->stride_bytes[0] = (int)round_up(half_width * 2);
    picture->stride_bytes[1] = picture->stride_bytes[2] = (int)round_up(half_width);
    return (size_t)picture->stride_bytes[0] * half_height * 2 +
           (size_t)picture->stride_bytes[1] * half_height * 2;
}

static void place(struct mr_picture *picture, void *memory)
{
    size_t half_height = ((size_t)picture->height + 1) / 2;
    picture->plane[0] = (uint8_t *)round_up((uintptr_t)memory);
    if (picture->format == MR_PICTURE_BGRX)
        return;
    picture->plane[1] = picture->plane[0] + (size_t)picture->stride_bytes[0] * half_height * 2;
    picture->plane[2] = picture->plane[1] + (size_t)picture->stride_bytes[1] * half_height;
}

static void check_size(lua_State *L, int width, int height, size_t bytes)
{
    const struct mr_memory *memory = &mr_binding_of(L)->memory;
    if (width > MR_PICTURE_MAX_SIDE || height > MR_PICTURE_MAX_SIDE)
        luaL_error(L, "an image of %dx%d pixels is too large; there are at most %d a side", width,
                   height, MR_PICTURE_MAX_SIDE);
    if (bytes > memory->limit_bytes)
        luaL_error(L, "an image of %dx%d pixels takes %d MiB; a script has at most %d", width,
                   height, (int)(bytes >> 20), (int)(memory->limit_bytes >> 20));
}

struct mr_frame *mr_image_push(lua_State *L, enum mr_picture_format format, int width, int height)
{
    struct mr_picture picture = { .format = format, .width = width, .height = height };
    size_t bytes = plan(&picture) + MR_PICTURE_ALIGNMENT;
    check_size(L, width, height, bytes);
    struct image *image = lua_newuserdatauv(L, sizeof(*image) + bytes, VALUES);
    *image = (struct image){
        .handle = { &mr_frame_type, &image->frame, 0 },
        .frame = { .owner = &image_owner, .picture = &image->picture },
        .picture = picture,
    };
    place(&image->picture, image + 1);
    if (format == MR_PICTURE_BGRX) {
        image->frame.canvas = &image->picture;
        image->frame.changed = true;
    }
    lua_rawgetp(L, LUA_REGISTRYINDEX, &image_key);
    lua_setmetatable(L, -2);
    return &image->frame;
}

static void copy_plane(const struct mr_picture *from, struct mr_picture *to, int plane,
                       size_t width_bytes, int rows)
{
    for (int y = 0; y < rows; y++)
        memcpy(to->plane[plane] + (ptrdiff_t)y * to->stride_bytes[plane],
               from->plane[plane] + (ptrdiff_t)y * from->stride_bytes[plane], width_bytes);
}

struct mr_frame *mr_image_push_copy(lua_State *L, struct mr_frame *frame)
{
    const struct mr_picture *from = mr_frame_look(frame);
    struct mr_frame *copy = mr_image_push(L, from->format, from->width, from->height);
    struct mr_picture *to = copy->picture;
    copy->alpha = frame->alpha;
    if (from->format == MR_PICTURE_BGRX) {
        copy_plane(from, to, 0, (size_t)from->width * 4, from->height);
        return copy;
    }
    copy_plane(from, to, 0, (size_t)from->width, from->height);
    for (int plane = 1; plane < 3; plane++)
        copy_plane(from, to, plane, ((size_t)from->width + 1) / 2, (from->height + 1) / 2);
    return copy;
}

/* ---- what frame.c needs ---- */

/* Set the value on top of the stack as one of the image's user values. */
static void keep(lua_State *L, struct mr_frame *frame, int value)
{
    for (int i = lua_gettop(L) - 1; i >= 1; i--) {
        const struct image *image = lua_touserdata(L, i);
        if (image != NULL && image->handle.type == &mr_frame_type && image->handle.frame == frame) {
            lua_setiuservalue(L, i, value);
            return;
        }
    }
    assert(false && "the image is on the stack");
}

static struct mr_picture *make_image_canvas(lua_State *L, struct mr_frame *frame)
{
    struct image *image = (struct image *)((char *)frame - offsetof(struct image, frame));
    struct mr_picture canvas = {
        .format = MR_PICTURE_BGRX,
        .width = frame->picture->width,
        .height = frame->picture->height,
    };
    size_t bytes = plan(&canvas) + MR_PICTURE_ALIGNMENT;
    check_size(L, canvas.width, canvas.height, bytes);
    place(&canvas, lua_newuserdatauv(L, bytes, 0));
    keep(L, frame, VALUE_CANVAS);
    image->canvas = canvas;
    mr_bgrx_from_picture(frame->picture, &image->canvas);
    return &image->canvas;
}

static void weigh(lua_State *L, struct mr_frame *frame)
{
    lua_newuserdatauv(L, CAIRO_BYTES, 0);
    keep(L, frame, VALUE_CAIRO);
}

static const struct mr_frame_owner image_owner = { .make_canvas = make_image_canvas,
                                                   .weigh = weigh };

/* The serial moves on: another object's __gc may still hold the image. */
static int collect(lua_State *L)
{
    struct image *image = lua_touserdata(L, 1);
    struct mr_frame *frame = &image->frame;
    frame->serial++;
    if (frame->cairo != NULL) {
        cairo_surface_finish(cairo_get_target(frame->cairo));
        cairo_destroy(frame->cairo);
        frame->cairo = NULL;
    }
    return 0;
}

/* ---- frame.new ---- */

static uint8_t premultiplied(double channel, double alpha)
{
    return (uint8_t)lround(channel * alpha * 255);
}

int mr_image_new(lua_State *L)
{
    int width = mr_argument_side(L, 1, "w"), height = mr_argument_side(L, 2, "h");
    struct mr_color color = { 0, 0, 0, 1 };
    if (!lua_isnoneornil(L, 3))
        mr_color_read(L, 3, "new: color", &color);
    struct mr_frame *frame = mr_image_push(L, MR_PICTURE_BGRX, width, height);
    frame->alpha = color.alpha < 1;
    const uint8_t pixel[4] = {
        premultiplied(color.blue, color.alpha),
        premultiplied(color.green, color.alpha),
        premultiplied(color.red, color.alpha),
        premultiplied(1, color.alpha),
    };
    uint8_t *first = frame->canvas->plane[0];
    for (int x = 0; x < width; x++)
        memcpy(first + (ptrdiff_t)x * 4, pixel, sizeof(pixel));
    for (int y = 1; y < height; y++)
        memcpy(first + (ptrdiff_t)y * frame->canvas->stride_bytes[0], first, (size_t)width * 4);
    return 1;
}

void mr_image_open(lua_State *L)
{
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &image_key);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, mr_image_new);
    lua_setfield(L, -2, "new");
    lua_setglobal(L, "frame");
}

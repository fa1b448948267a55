/* image(path): a PNG or JPEG file in the script's folder or below as an image. What the header says
 * is believed only after it was compared with what a script may hold, and nothing is decoded
 * before. */
#include "script/draw/image_load.h"
#include "base/buffer.h"
#include "media/jpeg/jpeg_decode.h"

#include "script/draw/image.h"
#include "script/lua/binding.h"

#include <errno.h>
#include <lauxlib.h>
#include <string.h>

#define MAX_FILE_BYTES (64 * 1024 * 1024)
#define MAX_PATH_BYTES 200

struct header {
    bool png;
    int width, height;
};

/* ---- PNG ---- */

static int64_t big_endian(const uint8_t *bytes)
{
    return (int64_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static int read_png_header(const struct mr_buffer *file, struct header *header,
                           struct mr_error *error)
{
    const uint8_t *chunk = file->data + 8;
    if (file->size < 33 || memcmp(chunk + 4, "IHDR", 4) != 0)
        return mr_error_set(error, -EINVAL, "damaged PNG: no header");
    int64_t width = big_endian(chunk + 8), height = big_endian(chunk + 12);
    if (width < 1 || height < 1 || width > INT32_MAX || height > INT32_MAX)
        return mr_error_set(error, -EINVAL, "damaged PNG: impossible size");
    *header = (struct header){ true, (int)width, (int)height };
    return 0;
}

struct reader {
    const struct mr_buffer *file;
    size_t at;
};

static cairo_status_t read_bytes(void *opaque, unsigned char *to, unsigned count)
{
    struct reader *reader = opaque;
    if (count > reader->file->size - reader->at)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(to, reader->file->data + reader->at, count);
    reader->at += count;
    return CAIRO_STATUS_SUCCESS;
}

/* cairo decodes into a surface of its own, which is painted over as it is. */
static cairo_status_t copy_surface(cairo_surface_t *surface, struct mr_frame *image)
{
    struct mr_picture *picture = image->picture;
    cairo_surface_t *target =
        cairo_image_surface_create_for_data(picture->plane[0], CAIRO_FORMAT_ARGB32, picture->width,
                                            picture->height, picture->stride_bytes[0]);
    cairo_t *cairo = cairo_create(target);
    cairo_set_operator(cairo, CAIRO_OPERATOR_SOURCE);
    cairo_set_source_surface(cairo, surface, 0, 0);
    cairo_paint(cairo);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    cairo_surface_finish(target);
    cairo_surface_destroy(target);
    return status;
}

static int decode_png(const struct mr_buffer *file, struct mr_frame *image, struct mr_error *error)
{
    struct reader reader = { file, 0 };
    cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(read_bytes, &reader);
    cairo_status_t status = cairo_surface_status(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = copy_surface(surface, image);
    if (status == CAIRO_STATUS_SUCCESS)
        image->alpha = cairo_surface_get_content(surface) != CAIRO_CONTENT_COLOR;
    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return 0;
    if (reader.at == 0)
        return mr_error_set(error, -ENOMEM, "out of memory");
    return mr_error_set(error, -EINVAL, "damaged or truncated PNG");
}

/* ---- files ---- */

static int read_header(const struct mr_buffer *file, struct header *header, struct mr_error *error)
{
    static const uint8_t png[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n' };
    static const uint8_t jpeg[3] = { 0xFF, 0xD8, 0xFF };
    header->png = file->size >= sizeof(png) && memcmp(file->data, png, sizeof(png)) == 0;
    if (header->png)
        return read_png_header(file, header, error);
    if (file->size >= sizeof(jpeg) && memcmp(file->data, jpeg, sizeof(jpeg)) == 0)
        return mr_jpeg_decode_size(file->data, file->size, &header->width, &header->height, error);
    return mr_error_set(error, -EINVAL, "neither PNG nor JPEG");
}

static int decode_image(const struct mr_buffer *file, const struct header *header,
                        struct mr_frame *image, struct mr_error *error)
{
    struct mr_picture *picture = image->picture;
    if (header->png)
        return decode_png(file, image, error);
    return mr_jpeg_decode(file->data, file->size, picture->plane[0], picture->width,
                          picture->height, picture->stride_bytes[0], error);
}

/* __gc and __close of the file's content; upvalue of neither */
static int release_file(lua_State *L)
{
    mr_buffer_finish(lua_touserdata(L, 1));
    return 0;
}

/* Push the buffer for a file, freed when the function returns or raises an error.
 * upvalue 1: its metatable */
static struct mr_buffer *push_file(lua_State *L)
{
    struct mr_buffer *file = lua_newuserdatauv(L, sizeof(*file), 0);
    *file = (struct mr_buffer){ 0 };
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_setmetatable(L, -2);
    lua_toclose(L, -1);
    return file;
}

static int load_image(lua_State *L)
{
    size_t size;
    struct header header = { 0 };
    struct mr_error error = { 0 };
    if (lua_type(L, 1) != LUA_TSTRING)
        luaL_argerror(L, 1,
                      lua_pushfstring(L, "path: string expected, got %s",
                                      lua_isnone(L, 1) ? "nothing" : luaL_typename(L, 1)));
    const char *path = lua_tolstring(L, 1, &size);
    if (size != strlen(path))
        luaL_argerror(L, 1, "path: no zero bytes expected");
    if (size > MAX_PATH_BYTES)
        luaL_argerror(L, 1, lua_pushfstring(L, "path: at most %d bytes expected", MAX_PATH_BYTES));

    struct mr_buffer *file = push_file(L);
    int result = mr_bundle_read(mr_binding_of(L)->bundle, path, MAX_FILE_BYTES, file, &error);
    if (result == 0)
        result = read_header(file, &header, &error);
    if (result < 0)
        return luaL_error(L, "image '%s': %s", path, error.text);
    if (header.width > MR_PICTURE_MAX_SIDE || header.height > MR_PICTURE_MAX_SIDE)
        return luaL_error(L, "image '%s': %dx%d pixels; at most %d a side", path, header.width,
                          header.height, MR_PICTURE_MAX_SIDE);
    struct mr_frame *image = mr_image_push(L, MR_PICTURE_BGRX, header.width, header.height);
    if (decode_image(file, &header, image, &error) < 0)
        return luaL_error(L, "image '%s': %s", path, error.text);
    return 1;
}

void mr_image_load_open(lua_State *L)
{
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, release_file);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, release_file);
    lua_setfield(L, -2, "__close");
    lua_pushcclosure(L, load_image, 1);
    lua_setglobal(L, "image");
}

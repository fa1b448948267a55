#include "script/draw/frame.h"

#include "media/picture/picture.h"
#include "media/pixels/layers.h"
#include "script/draw/canvas.h"
#include "script/draw/recorded.h"
#include "script/lua/binding.h"

#include <string.h>

const char mr_frame_type = 0;

/* ---- the host's side ---- */

void mr_frame_begin(struct mr_frame *frame, struct mr_picture *picture, unsigned viewers,
                    int quality)
{
    uint64_t serial = frame->serial + 1;
    *frame = (struct mr_frame){
        .serial = serial,
        .picture = picture,
        .viewers = viewers,
        .quality = quality,
    };
}

/* The canvas goes over the frame as it came, unless all of it was drawn on. */
static void lay_canvas_over(struct mr_frame *frame)
{
    struct mr_picture *canvas = frame->canvas;
    canvas->seq = frame->picture->seq;
    canvas->pts_us = frame->picture->pts_us;
    canvas->captured_us = frame->picture->captured_us;
    canvas->drawn = frame->drawn;
    if (!mr_tiles_are_all(&frame->drawn))
        canvas->under = mr_picture_ref(frame->picture);
}

struct mr_picture *mr_frame_end(struct mr_frame *frame)
{
    frame->serial++;
    if (frame->cairo != NULL) {
        cairo_surface_t *surface = cairo_get_target(frame->cairo);
        cairo_surface_flush(surface);
        cairo_surface_finish(surface); /* nobody may go on drawing on the picture's memory */
        cairo_destroy(frame->cairo);
        frame->cairo = NULL;
    }
    if (frame->changed)
        lay_canvas_over(frame);
    else
        mr_picture_unref(&frame->canvas);
    struct mr_picture *picture = frame->changed ? frame->canvas : mr_picture_ref(frame->picture);
    frame->canvas = NULL;
    frame->picture = NULL;
    return picture;
}

/* ---- its pixels ---- */

static void make_canvas(lua_State *L, struct mr_frame *frame)
{
    const struct mr_picture *picture = frame->picture;
    if (frame->canvas != NULL)
        return;
    frame->canvas = frame->owner != NULL ? frame->owner->make_canvas(L, frame)
                                         : mr_canvases_take(mr_binding_of(L)->canvases,
                                                            picture->width, picture->height);
    if (frame->canvas == NULL)
        luaL_error(L, "no memory for the frame's pixels");
    mr_tiles_init(&frame->fetched, picture->width, picture->height);
    mr_tiles_init(&frame->drawn, picture->width, picture->height);
}

/* Convert what the canvas lacks in an area. Images have all that they have. */
static void fetch(struct mr_frame *frame, const struct mr_area *area)
{
    if (frame->owner || !mr_tiles_lack(&frame->fetched, area))
        return;
    struct mr_tiles lacking;
    mr_tiles_init(&lacking, frame->fetched.width, frame->fetched.height);
    mr_tiles_add(&lacking, area);
    for (int row = 0; row < MR_TILES_MAX; row++)
        lacking.row[row] &= ~frame->fetched.row[row];
    mr_layers_fetch(frame->picture, frame->canvas, &lacking);
    mr_tiles_add(&frame->fetched, area);
    frame->pixels_set = true; /* cairo is to be told */
}

static void flush_cairo(struct mr_frame *frame)
{
    if (frame->cairo_drew)
        cairo_surface_flush(cairo_get_target(frame->cairo));
    frame->cairo_drew = false;
}

static struct mr_area all_of(const struct mr_frame *frame)
{
    return (struct mr_area){ 0, 0, frame->picture->width, frame->picture->height };
}

const struct mr_picture *mr_frame_look(struct mr_frame *frame)
{
    if (!frame->changed) {
        mr_picture_need(frame->picture);
        return frame->picture;
    }
    flush_cairo(frame);
    const struct mr_area all = all_of(frame);
    fetch(frame, &all);
    return frame->canvas;
}

const struct mr_picture *mr_frame_read(lua_State *L, struct mr_frame *frame,
                                       const struct mr_area *area)
{
    const struct mr_area all = all_of(frame);
    make_canvas(L, frame);
    flush_cairo(frame);
    fetch(frame, area != NULL ? area : &all);
    return frame->canvas;
}

struct mr_picture *mr_frame_write(lua_State *L, struct mr_frame *frame, const struct mr_area *area)
{
    const struct mr_area all = all_of(frame);
    mr_frame_read(L, frame, area);
    frame->pixels_set = true;
    frame->changed = true;
    if (!frame->owner)
        mr_tiles_add(&frame->drawn, area != NULL ? area : &all);
    return frame->canvas;
}

void mr_frame_touch(struct mr_frame *frame, const struct mr_area *area)
{
    fetch(frame, area);
    if (!frame->owner)
        mr_tiles_add(&frame->drawn, area);
    if (frame->pixels_set)
        cairo_surface_mark_dirty(cairo_get_target(frame->cairo));
    frame->pixels_set = false;
    frame->cairo_drew = true;
    frame->changed = true;
}

void mr_frame_touch_blindly(struct mr_frame *frame)
{
    const struct mr_area all = all_of(frame);
    if (!frame->owner)
        mr_tiles_add_all(&frame->fetched);
    mr_frame_touch(frame, &all);
}

static void make_cairo(lua_State *L, struct mr_frame *frame)
{
    struct mr_picture *canvas = frame->canvas;
    if (frame->owner)
        frame->owner->weigh(L, frame);
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        canvas->plane[0], frame->alpha ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, canvas->width,
        canvas->height, canvas->stride_bytes[0]);
    cairo_t *cairo = cairo_create(surface);
    cairo_surface_destroy(surface); /* the context holds it */
    if (cairo_status(cairo) != CAIRO_STATUS_SUCCESS) {
        const char *reason = cairo_status_to_string(cairo_status(cairo));
        cairo_destroy(cairo);
        luaL_error(L, "the frame cannot be drawn on: %s", reason);
    }
    frame->cairo = cairo;
}

cairo_t *mr_frame_draw(lua_State *L, struct mr_frame *frame)
{
    make_canvas(L, frame);
    if (frame->cairo == NULL)
        make_cairo(L, frame);
    return frame->cairo;
}

/* ---- the script's side ---- */

static struct mr_frame_handle *to_handle(lua_State *L, int index)
{
    struct mr_frame_handle *handle = lua_touserdata(L, index); /* NULL for json.null, too */
    return handle != NULL && handle->type == &mr_frame_type ? handle : NULL;
}

static bool is_over(const struct mr_frame_handle *handle)
{
    return handle->serial != handle->frame->serial;
}

struct mr_frame *mr_frame_check(lua_State *L)
{
    struct mr_frame_handle *handle = to_handle(L, 1);
    if (handle == NULL)
        luaL_error(L, "frame expected, got %s; methods are called with a colon: frame:get(x, y)",
                   luaL_typename(L, 1));
    if (is_over(handle))
        luaL_error(L, handle->frame->owner ? "image used after it was collected"
                                           : "frame used after process returned");
    return handle->frame;
}

struct mr_frame *mr_frame_argument(lua_State *L, int index, const char *name)
{
    struct mr_frame_handle *handle = to_handle(L, index);
    if (handle == NULL)
        luaL_argerror(L, index,
                      lua_pushfstring(L, "%s: frame or image expected, got %s", name,
                                      lua_isnone(L, index) ? "nothing" : luaL_typename(L, index)));
    if (is_over(handle))
        luaL_argerror(L, index, lua_pushfstring(L, "%s: its time is over", name));
    return handle->frame;
}

void mr_frame_push(lua_State *L, struct mr_frame *frame)
{
    struct mr_frame_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 1);
    *handle = (struct mr_frame_handle){ &mr_frame_type, frame, frame->serial };
    lua_rawgetp(L, LUA_REGISTRYINDEX, &mr_frame_type);
    lua_setmetatable(L, -2);
}

enum field {
    FIELD_WIDTH,
    FIELD_HEIGHT,
    IMAGE_FIELDS, /* images have those before */
    FIELD_INDEX = IMAGE_FIELDS,
    FIELD_PTS,
    FIELD_TIME,
    FIELD_STREAM,
    FIELD_VIEWERS,
    FIELD_QUALITY,
    FIELD_RECORDED,
    FIELDS,
};

static const char *const field_names[FIELDS] = { "width",  "height",  "index",   "pts",     "time",
                                                 "stream", "viewers", "quality", "recorded" };

/* Fields of the frame that is argument 1. */
static int push_field(lua_State *L, const struct mr_frame *frame, enum field field)
{
    switch (field) {
    case FIELD_WIDTH:
        lua_pushinteger(L, frame->picture->width);
        return 1;
    case FIELD_HEIGHT:
        lua_pushinteger(L, frame->picture->height);
        return 1;
    case FIELD_INDEX:
        lua_pushinteger(L, (lua_Integer)frame->picture->seq);
        return 1;
    case FIELD_PTS:
        lua_pushnumber(L, (double)frame->picture->pts_us / 1e6);
        return 1;
    case FIELD_TIME:
        lua_pushnumber(L, (double)frame->picture->captured_us / 1e6);
        return 1;
    case FIELD_STREAM:
        lua_pushstring(L, mr_binding_of(L)->stream);
        return 1;
    case FIELD_VIEWERS:
        lua_pushinteger(L, frame->viewers);
        return 1;
    case FIELD_RECORDED:
        mr_recorded_push(L, frame->picture->recorded);
        return 1;
    case FIELD_QUALITY:
    case FIELDS:
        break;
    }
    lua_pushinteger(L, frame->quality);
    return 1;
}

static const char *push_field_names(lua_State *L, int fields)
{
    lua_pushliteral(L, "");
    for (int i = 0; i < fields; i++) {
        lua_pushfstring(L, " %s", field_names[i]);
        lua_concat(L, 2);
    }
    return lua_tostring(L, -1);
}

static enum field find_field(lua_State *L, const struct mr_frame *frame, int index)
{
    int fields = frame->owner ? IMAGE_FIELDS : FIELDS, field = fields;
    if (lua_type(L, index) == LUA_TSTRING) {
        const char *name = lua_tostring(L, index);
        for (field = 0; field < fields && strcmp(field_names[field], name) != 0; field++)
            ;
    }
    if (field == fields)
        luaL_error(L, "%s has no '%s'; there are%s", frame->owner ? "an image" : "a frame",
                   luaL_tolstring(L, index, NULL), push_field_names(L, fields));
    return (enum field)field;
}

/* upvalue: the table of methods */
static int frame_index(lua_State *L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    const struct mr_frame *frame = mr_frame_check(L);
    return push_field(L, frame, find_field(L, frame, 2));
}

static int frame_newindex(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    if (find_field(L, frame, 2) != FIELD_QUALITY)
        return luaL_error(L, "%s.%s is read-only", frame->owner ? "image" : "frame",
                          lua_tostring(L, 2));
    int exact;
    lua_Integer quality = lua_tointegerx(L, 3, &exact);
    if (!exact || lua_type(L, 3) != LUA_TNUMBER || quality < 1 || quality > 100)
        return luaL_error(L, "frame.quality: whole number from 1 to 100 expected, got %s",
                          luaL_tolstring(L, 3, NULL));
    frame->quality = (int)quality;
    frame->quality_set = true;
    return 0;
}

static int frame_to_string(lua_State *L)
{
    const struct mr_frame_handle *handle = to_handle(L, 1);
    if (handle == NULL || is_over(handle))
        lua_pushliteral(L, "frame (over)");
    else if (handle->frame->owner)
        lua_pushfstring(L, "image (%dx%d)", handle->frame->picture->width,
                        handle->frame->picture->height);
    else
        lua_pushfstring(L, "frame %I (%dx%d)", (LUAI_UACINT)handle->frame->picture->seq,
                        handle->frame->picture->width, handle->frame->picture->height);
    return 1;
}

static int frame_skip(lua_State *L)
{
    mr_frame_check(L)->skip = true;
    return 0;
}

static const luaL_Reg delivery_methods[] = { { "skip", frame_skip }, { NULL, NULL } };

static const luaL_Reg no_methods[] = { { NULL, NULL } };

/* Push a metatable. */
static void push_type(lua_State *L, const char *name, const luaL_Reg *first, const luaL_Reg *second,
                      const luaL_Reg *const lists[])
{
    lua_createtable(L, 0, 6);
    lua_newtable(L);
    luaL_setfuncs(L, first, 0);
    luaL_setfuncs(L, second, 0);
    for (size_t i = 0; lists[i] != NULL; i++)
        luaL_setfuncs(L, lists[i], 0);
    lua_pushcclosure(L, frame_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, frame_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, frame_to_string);
    lua_setfield(L, -2, "__tostring");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__metatable");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
}

void mr_frame_open(lua_State *L, const luaL_Reg *frame_only, const luaL_Reg *const lists[])
{
    push_type(L, "frame", delivery_methods, frame_only, lists);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &mr_frame_type);
    push_type(L, "image", no_methods, no_methods, lists);
}

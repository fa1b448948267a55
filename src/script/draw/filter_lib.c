#include "script/draw/filter_lib.h"

#include "media/filter/filter.h"
#include "script/draw/frame.h"
#include "script/lua/argument.h"
#include "script/lua/binding.h"

#include <errno.h>
#include <lauxlib.h>
#include <malloc.h>
#include <string.h>

static const char filter_key = 0; /* of the metatable in the registry, by address */

/* The memory that a script's filters take together. It is a userdata that the registry holds, so that it
 * outlives them. */
struct account {
    int objects;
    int64_t pixels; /* times filters */
    int64_t
        bytes; /* by which runs of filters made the heap grow; stays 0 where others use the heap, too */
};

static const char account_key = 0;

/* The userdata that Lua holds. */
struct handle {
    const char *type; /* &filter_key */
    struct mr_filter *filter;
    struct account *account;
    int64_t pixels; /* its part of the account's */
    int64_t bytes;  /* likewise */
};

bool mr_filter_lib_is(lua_State *L, int index)
{
    const struct handle *handle = lua_touserdata(L, index); /* NULL for json.null, too */
    return handle != NULL && handle->type == &filter_key;
}

/* ---- making ---- */

static struct account *account_of(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &account_key);
    struct account *account = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return account;
}

static struct handle *push_handle(lua_State *L)
{
    struct account *account = account_of(L);
    if (account->objects >= MR_FILTER_MAX_OBJECTS)
        lua_gc(L, LUA_GCCOLLECT);
    if (account->objects >= MR_FILTER_MAX_OBJECTS)
        luaL_error(L, "filter: more than %d filters; make them once, outside of process",
                   MR_FILTER_MAX_OBJECTS);
    struct handle *handle = lua_newuserdatauv(L, sizeof(*handle), 0);
    *handle = (struct handle){ .type = &filter_key, .account = account };
    account->objects++;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &filter_key);
    lua_setmetatable(L, -2);
    return handle;
}

/* filter(text) */
static int make_filter(lua_State *L)
{
    size_t size;
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *text = lua_tolstring(L, 1, &size);
    if (strlen(text) != size)
        return luaL_error(L, "filter: a zero byte in the text");
    struct mr_error error;
    struct handle *handle = push_handle(L);
    if (mr_filter_create(text, &handle->filter, &error) < 0)
        return luaL_error(L, "filter: %s", error.text);
    return 1;
}

static int filter_collect(lua_State *L)
{
    struct handle *handle = lua_touserdata(L, 1);
    mr_filter_destroy(handle->filter);
    handle->filter = NULL;
    handle->account->objects--;
    handle->account->pixels -= handle->pixels;
    handle->account->bytes -= handle->bytes;
    return 0;
}

static int filter_to_string(lua_State *L)
{
    const struct handle *handle = lua_touserdata(L, 1);
    lua_pushfstring(L, "filter (%s)",
                    handle->filter != NULL ? mr_filter_text(handle->filter) : "collected");
    return 1;
}

/* ---- applying ---- */

/* Count what the graph takes for a size, until another size or the end of the object. */
static void reserve(lua_State *L, struct handle *handle, const struct mr_area *area)
{
    struct account *account = handle->account;
    int64_t width = area->right - area->left, height = area->bottom - area->top;
    int64_t more = width * height * mr_filter_steps(handle->filter) - handle->pixels;
    if (account->pixels + more > MR_FILTER_MAX_PIXELS)
        lua_gc(L, LUA_GCCOLLECT);
    if (account->pixels + more > MR_FILTER_MAX_PIXELS)
        luaL_error(L, "apply: the script's filters take too much memory together for %dx%d pixels",
                   (int)width, (int)height);
    account->pixels += more;
    handle->pixels += more;
}

/* return: the bytes that the process's heap holds */
static int64_t heap_bytes(void)
{
    struct mallinfo2 heap = mallinfo2();
    return (int64_t)(heap.uordblks + heap.hblkhd);
}

static bool has_room(const struct mr_binding *binding, const struct account *account)
{
    const struct mr_memory *memory = &binding->memory;
    return (int64_t)memory->used_bytes + account->bytes <= (int64_t)memory->limit_bytes;
}

/* A filter that would exceed the script's memory is emptied. It begins anew if the script applies it again. */
static int refuse_memory(lua_State *L, struct handle *handle)
{
    struct mr_binding *binding = mr_binding_of(L);
    int held_mib = (int)(handle->bytes >> 20);
    mr_filter_forget(handle->filter);
    handle->account->bytes -= handle->bytes;
    handle->bytes = 0;
    return luaL_error(
        L,
        "apply: not enough memory: filter (%s) holds %d MiB; all that a script holds is limited to "
        "%d MiB (--memory)",
        mr_filter_text(handle->filter), held_mib, (int)(binding->memory.limit_bytes >> 20));
}

static void run(lua_State *L, struct handle *handle, struct mr_picture *picture,
                const struct mr_area *area)
{
    const struct mr_binding *binding = mr_binding_of(L);
    struct mr_error error;
    int64_t before = binding->owns_heap ? heap_bytes() : 0;
    int result = mr_filter_run(handle->filter, picture, area, &error);
    int64_t grown = binding->owns_heap ? heap_bytes() - before : 0;
    handle->bytes += grown;
    handle->account->bytes += grown;
    if (!has_room(binding, handle->account))
        lua_gc(L, LUA_GCCOLLECT);
    if (result == -ENOMEM || !has_room(binding, handle->account))
        refuse_memory(L, handle);
    if (result < 0)
        luaL_error(L, "apply: filter (%s): %s", mr_filter_text(handle->filter), error.text);
}

int mr_filter_lib_apply(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    struct handle *handle = lua_touserdata(L, 2);
    int type = lua_type(L, 3);
    if (type != LUA_TNUMBER && type > LUA_TNIL)
        return luaL_error(L, "apply: a filter has no parameters; nil expected, got %s",
                          luaL_typename(L, 3));
    if (handle->filter == NULL) /* by another object's __gc */
        return luaL_error(L, "apply: this filter has been collected");
    struct mr_area area = mr_argument_optional_area(L, type == LUA_TNUMBER ? 3 : 4, frame->picture);
    if (area.left >= area.right || area.top >= area.bottom)
        return 0;
    reserve(L, handle, &area);
    run(L, handle, mr_frame_write(L, frame, &area), &area);
    return 0;
}

void mr_filter_lib_open(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        { "__gc", filter_collect },
        { "__tostring", filter_to_string },
        { NULL, NULL },
    };
    struct account *account = lua_newuserdatauv(L, sizeof(*account), 0);
    *account = (struct account){ 0 };
    lua_rawsetp(L, LUA_REGISTRYINDEX, &account_key);

    luaL_newlib(L, metamethods);
    lua_pushliteral(L, "filter");
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "filter");
    lua_setfield(L, -2, "__name");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &filter_key);
    lua_register(L, "filter", make_filter);
}

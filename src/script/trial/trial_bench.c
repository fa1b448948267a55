#include "script/trial/trial_bench.h"
#include "media/pixels/layers.h"

#include "script/draw/canvas.h"
#include "script/draw/image.h"
#include "script/engine/call.h"
#include "script/engine/calls.h"
#include "script/lua/binding.h"
#include "script/lua/json_write.h"
#include "script/lua/state.h"

#include <errno.h>
#include <string.h>

static const char decode_key = 0; /* json.decode in the registry, by address */

/* ---- the `t` ---- */

struct mr_trial_bench *mr_trial_bench_of(lua_State *L)
{
    struct mr_trial_bench *bench = lua_touserdata(L, lua_upvalueindex(1));
    if (lua_tointeger(L, lua_upvalueindex(2)) != bench->serial)
        luaL_error(L, "t is used after its test was over");
    if (lua_rawequal(L, 1, lua_upvalueindex(3)))
        luaL_error(L, "functions of t are called with a dot: t.process(frame)");
    return bench;
}

struct mr_trial_bench *mr_trial_bench_loaded(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_of(L);
    if (bench->engine == NULL)
        luaL_error(L, "there is no script yet; t.load(\"process.lua\") comes first");
    return bench;
}

void mr_trial_bench_open(lua_State *L)
{
    lua_getglobal(L, "json");
    lua_getfield(L, -1, "decode");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &decode_key);
    lua_pop(L, 1);
}

static void shut_down(lua_State *L, struct mr_trial_bench *bench)
{
    struct mr_error error;
    if (bench->engine == NULL)
        return;
    int result = mr_calls_shutdown(bench->engine, "stop", &error);
    mr_trial_bench_clear(bench);
    if (result < 0)
        luaL_error(L, "%s", error.text);
}

void mr_trial_bench_end(lua_State *L, struct mr_trial_bench *bench)
{
    shut_down(L, bench);
}

void mr_trial_bench_clear(struct mr_trial_bench *bench)
{
    mr_engine_destroy(bench->engine);
    bench->engine = NULL;
    bench->frames = 0;
    bench->viewers = 0;
    bench->now_us = MR_TRIAL_CLOCK_US;
    bench->sent_too_much = false;
    mr_buffer_clear(&bench->sent);
}

void mr_trial_bench_finish(struct mr_trial_bench *bench)
{
    mr_trial_bench_clear(bench);
    mr_buffer_finish(&bench->payload);
    mr_buffer_finish(&bench->text);
    mr_buffer_finish(&bench->sent);
}

/* ---- t.load(path) ---- */

/* upvalue: the bench */
static int made_up_now(lua_State *L)
{
    const struct mr_trial_bench *bench = lua_touserdata(L, lua_upvalueindex(1));
    lua_pushnumber(L, (double)bench->now_us / 1e6);
    return 1;
}

/* In the script's state, before it is run: its time is the test's. */
static int set_clock(lua_State *L)
{
    lua_pushcclosure(L, made_up_now, 1);
    lua_setglobal(L, "now");
    return 0;
}

/* A mr_script_broadcast. */
static void take_broadcast(void *opaque, uint64_t client, const char *json, size_t size)
{
    struct mr_trial_bench *bench = opaque;
    const struct mr_trial_sent header = { client, size };
    if (bench->sent.size + sizeof(header) + size > MR_TRIAL_MAX_SENT_BYTES) {
        bench->sent_too_much = true;
        return;
    }
    mr_buffer_append(&bench->sent, &header, sizeof(header));
    mr_buffer_append(&bench->sent, json, size);
}

static int load_engine(struct mr_trial_bench *bench, const char *path, struct mr_error *error)
{
    struct mr_bundle *bundle;
    int result = mr_bundle_open(path, &bundle, error);
    if (result < 0)
        return result;
    struct mr_engine_options options = bench->options;
    options.clock_us = &bench->now_us;
    options.broadcast = take_broadcast;
    options.broadcast_opaque = bench;
    mr_trial_bench_clear(bench);
    result = mr_engine_create_host(&options, bundle, &bench->engine, error);
    mr_bundle_unref(&bundle);
    if (result == 0)
        result = mr_call(bench->engine, set_clock, bench, error);
    if (result == 0)
        result = mr_engine_load_script(bench->engine, error);
    if (result == 0)
        result = mr_calls_init(bench->engine, error);
    if (result < 0)
        mr_trial_bench_clear(bench);
    return result;
}

static int bench_load(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_of(L);
    const char *path = luaL_checkstring(L, 1);
    if (path[0] != '/')
        path = lua_pushfstring(L, "%s/%s", bench->folder, path);
    shut_down(L, bench);
    struct mr_error error;
    if (load_engine(bench, path, &error) < 0)
        return luaL_error(L, "%s", error.text);
    return 0;
}

/* ---- t.frame(w, h[, color]), t.process(frame) ---- */

static int bench_frame(lua_State *L)
{
    mr_trial_bench_of(L);
    return mr_image_new(L);
}

static void copy_pixels(const struct mr_picture *from, struct mr_picture *to)
{
    for (int y = 0; y < from->height; y++)
        memcpy(to->plane[0] + (ptrdiff_t)y * to->stride_bytes[0],
               from->plane[0] + (ptrdiff_t)y * from->stride_bytes[0], (size_t)from->width * 4);
}

/* A picture that leaves a stream has nothing behind it. */
static void make_opaque(struct mr_picture *picture)
{
    for (int y = 0; y < picture->height; y++) {
        uint8_t *row = picture->plane[0] + (ptrdiff_t)y * picture->stride_bytes[0];
        for (int x = 0; x < picture->width; x++)
            row[4 * x + 3] = 255;
    }
}

/* The script gets a picture with the image's pixels, exactly; what it makes of them goes back.
 * out: *result without picture and payload; bench->payload */
static int run_process(struct mr_trial_bench *bench, struct mr_picture *image,
                       struct mr_blob *recorded, struct mr_engine_result *result,
                       struct mr_error *error)
{
    struct mr_picture *picture =
        mr_canvases_take(bench->options.canvases, image->width, image->height);
    if (picture == NULL)
        return mr_error_set(error, -ENOMEM, "no memory for a frame of %dx%d pixels", image->width,
                            image->height);
    copy_pixels(image, picture);
    picture->seq = bench->frames;
    picture->pts_us = (int64_t)bench->frames * MR_TRIAL_FRAME_US;
    picture->captured_us = MR_TRIAL_EPOCH_US + picture->pts_us;
    picture->recorded = mr_blob_ref(recorded);
    bench->frames++;
    int failed = mr_calls_process(bench->engine, picture, bench->viewers, result, error);
    mr_picture_unref(&picture);
    if (failed < 0)
        return failed;
    mr_layers_complete(result->picture);
    copy_pixels(result->picture, image);
    mr_picture_unref(&result->picture);
    mr_buffer_finish(&bench->payload);
    bench->payload = result->payload;
    return 0;
}

void mr_trial_bench_push_json(lua_State *L, const char *json, size_t size)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &decode_key);
    lua_pushlstring(L, json, size);
    lua_call(L, 1, 1);
}

/* The payload that the frame is said to have been recorded with, as JSON; NULL: none. */
static struct mr_blob *recorded_argument(lua_State *L, int index)
{
    struct mr_json_writer *writer = &mr_binding_of(L)->json;
    if (lua_isnoneornil(L, index))
        return NULL;
    if (!mr_json_write(writer, L, index, "recorded"))
        luaL_argerror(L, index, writer->error);
    return mr_blob_create(writer->out.data, writer->out.size);
}

static int bench_process(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_loaded(L);
    struct mr_frame *frame = mr_frame_argument(L, 1, "frame");
    struct mr_picture *image = mr_frame_write(L, frame, NULL);
    struct mr_engine_result result;
    struct mr_error error;
    struct mr_blob *recorded = recorded_argument(L, 2);
    int failed = run_process(bench, image, recorded, &result, &error);
    mr_blob_unref(&recorded);
    if (failed < 0)
        return luaL_error(L, "%s", error.text);
    if (frame->alpha)
        make_opaque(image);
    mr_trial_bench_push_json(L, (const char *)bench->payload.data, bench->payload.size);
    lua_createtable(L, 0, 2);
    lua_pushboolean(L, result.skip);
    lua_setfield(L, -2, "skip");
    lua_pushinteger(L, result.quality);
    lua_setfield(L, -2, "quality");
    return 2;
}

/* ---- t.state() ---- */

static int bench_state(lua_State *L)
{
    struct mr_trial_bench *bench = mr_trial_bench_loaded(L);
    struct mr_error left_out, error;
    mr_buffer_clear(&bench->text);
    if (mr_calls_get_state(bench->engine, &bench->text, &left_out, &error) < 0 ||
        mr_state_read(L, bench->text.data, bench->text.size, &error) < 0)
        return luaL_error(L, "%s", error.text);
    return 1;
}

const luaL_Reg mr_trial_bench_functions[] = {
    { "load", bench_load },   { "frame", bench_frame }, { "process", bench_process },
    { "state", bench_state }, { NULL, NULL },
};

#include "script/kernel/kernel.h"

#include "script/draw/filter_lib.h"
#include "script/draw/frame.h"
#include "script/kernel/kernel_alpha.h"
#include "script/kernel/kernel_functions.h"
#include "script/kernel/kernel_precision.h"
#include "script/kernel/kernel_program.h"
#include "script/kernel/kernel_run.h"
#include "script/kernel/kernel_trace.h"
#include "script/kernel/kernel_vector.h"
#include "script/lua/argument.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

static const char kernel_key = 0; /* of the metatable in the registry, and the tag, by address */

/* User values of a kernel. */
enum {
    KERNEL_PARAMETERS = 1, /* as a trace's */
    KERNEL_SCRATCH,        /* userdata, or nil: memory of the last run, for the next one */
};

/* The userdata that Lua holds; nodes and the programs' blocks follow it in its memory. */
struct kernel {
    const char *type; /* &kernel_key */
    unsigned parameters;
    unsigned count;
    const struct mr_kernel_node *nodes; /* as traced: what precision is judged by */
    uint16_t roots[3];
    bool has_floats;
    struct mr_kernel_program floats, doubles;
};

/* ---- making ---- */

/* The function returned something wrong: say where it is. */
static int refuse_result(lua_State *L, const char *what)
{
    lua_Debug info;
    lua_pushvalue(L, 1);
    lua_getinfo(L, ">S", &info);
    if (info.linedefined > 0)
        lua_pushfstring(L, "%s:%d: ", info.short_src, info.linedefined);
    else
        luaL_where(L, 1);
    lua_pushfstring(L, "kernel: the function must return r, g, b; %s", what);
    lua_concat(L, 2);
    return lua_error(L);
}

static const char *type_name(lua_State *L, int index)
{
    return luaL_getmetafield(L, index, "__name") == LUA_TSTRING ? lua_tostring(L, -1)
                                                                : luaL_typename(L, index);
}

/* Call the function with the trace at index 2. */
static void trace_function(lua_State *L, struct mr_trace *trace, uint16_t roots[3])
{
    lua_pushvalue(L, 1);
    mr_trace_push_arguments(L, 2);
    lua_call(L, 2, LUA_MULTRET);
    int count = lua_gettop(L) - 2;
    if (count != 3)
        refuse_result(L, lua_pushfstring(L, "it returned %d values", count));
    for (int i = 0; i < 3; i++) {
        if (lua_type(L, 3 + i) != LUA_TNUMBER && !mr_trace_is_value(L, 3 + i))
            refuse_result(L, lua_pushfstring(L, "%c is a %s", "rgb"[i], type_name(L, 3 + i)));
        unsigned node = mr_trace_node(L, trace, 3 + i);
        if (node == MR_KERNEL_NO_NODE)
            luaL_error(L, "kernel: expression too large (more than %d operations)",
                       MR_KERNEL_MAX_NODES);
        roots[i] = (uint16_t)node;
    }
}

struct compiled {
    struct mr_kernel_program program;
    void *block; /* of a userdata on the stack */
    size_t bytes;
};

static void compile(lua_State *L, const struct mr_kernel_graph *graph, const uint16_t roots[3],
                    struct compiled *compiled)
{
    compiled->block = lua_newuserdatauv(L, mr_kernel_program_bytes(graph), 0);
    compiled->bytes = mr_kernel_program_compile(graph, roots, compiled->block, &compiled->program);
}

static bool compile_floats(lua_State *L, const struct mr_kernel_graph *graph,
                           const uint16_t roots[3], struct compiled *compiled)
{
    struct mr_kernel_graph *lowered = lua_newuserdatauv(L, sizeof(*lowered), 0);
    uint16_t lowered_roots[3] = { roots[0], roots[1], roots[2] };
    mr_kernel_graph_init(lowered);
    *compiled = (struct compiled){ 0 };
    if (!mr_kernel_lower(graph, lowered, lowered_roots))
        return false; /* doubles do, too */
    compile(L, lowered, lowered_roots, compiled);
    return true;
}

static size_t round_up(size_t bytes)
{
    return (bytes + 15) / 16 * 16;
}

static void *copy_block(char **to, const void *from, size_t bytes)
{
    void *copy = *to;
    if (bytes > 0)
        memcpy(copy, from, bytes);
    *to += round_up(bytes);
    return copy;
}

static void copy_program(char **to, const struct compiled *compiled,
                         struct mr_kernel_program *program)
{
    *program = compiled->program;
    void *copy = copy_block(to, compiled->block, compiled->bytes);
    if (compiled->block != NULL)
        mr_kernel_program_move(program, compiled->block, copy);
}

/* Push the kernel that the trace at index 2 makes. */
static void push_kernel(lua_State *L, const struct mr_trace *trace, const uint16_t roots[3])
{
    struct compiled floats, doubles;
    bool has_floats = compile_floats(L, &trace->graph, roots, &floats);
    compile(L, &trace->graph, roots, &doubles);
    size_t nodes = trace->graph.count * sizeof(struct mr_kernel_node);
    struct kernel *kernel = lua_newuserdatauv(L,
                                              round_up(sizeof(*kernel)) + round_up(nodes) +
                                                  round_up(floats.bytes) + round_up(doubles.bytes),
                                              2);
    char *at = (char *)kernel + round_up(sizeof(*kernel));
    *kernel = (struct kernel){
        .type = &kernel_key,
        .parameters = trace->parameters,
        .count = trace->graph.count,
        .nodes = copy_block(&at, trace->graph.nodes, nodes),
        .roots = { roots[0], roots[1], roots[2] },
        .has_floats = has_floats,
    };
    copy_program(&at, &floats, &kernel->floats);
    copy_program(&at, &doubles, &kernel->doubles);
    lua_getiuservalue(L, 2, 1);
    lua_setiuservalue(L, -2, KERNEL_PARAMETERS);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &kernel_key);
    lua_setmetatable(L, -2);
}

/* kernel(function) */
static int make_kernel(lua_State *L)
{
    uint16_t roots[3];
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    struct mr_trace *trace = mr_trace_push(L);
    trace_function(L, trace, roots);
    push_kernel(L, trace, roots);
    return 1;
}

/* ---- arguments of apply ---- */

static int parameter_error(lua_State *L, int kernel, int key)
{
    luaL_Buffer names;
    const struct kernel *object = lua_touserdata(L, kernel);
    const char *got = luaL_tolstring(L, key, NULL);
    if (object->parameters == 0)
        return luaL_error(L, "apply: unknown parameter '%s'; this kernel has none", got);
    lua_getiuservalue(L, kernel, KERNEL_PARAMETERS);
    int table = lua_gettop(L);
    luaL_buffinit(L, &names);
    for (unsigned i = 1; i <= object->parameters; i++) {
        luaL_addchar(&names, ' ');
        lua_rawgeti(L, table, i);
        luaL_addvalue(&names);
    }
    luaL_pushresult(&names);
    return luaL_error(L, "apply: unknown parameter '%s'; there are:%s", got, lua_tostring(L, -1));
}

static double parameter_value(lua_State *L, int key, int value)
{
    double number = lua_type(L, value) == LUA_TNUMBER ? lua_tonumber(L, value) : NAN;
    if (!isfinite(number))
        luaL_error(L, "apply: parameter '%s': finite number expected, got %s",
                   luaL_tolstring(L, key, NULL),
                   lua_type(L, value) == LUA_TNUMBER ? luaL_tolstring(L, value, NULL)
                                                     : luaL_typename(L, value));
    return number;
}

/* Read the table at index 3, or nothing. NaN stands for what is not given. */
static void read_parameters(lua_State *L, const struct kernel *kernel, double *values)
{
    lua_getiuservalue(L, 2, KERNEL_PARAMETERS);
    int names = lua_gettop(L);
    for (unsigned i = 0; i < kernel->parameters; i++)
        values[i] = NAN;
    if (lua_istable(L, 3)) {
        for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 2)) {
            lua_pushvalue(L, -2);
            if (lua_type(L, -1) != LUA_TSTRING || lua_rawget(L, names) == LUA_TNIL)
                parameter_error(L, 2, lua_gettop(L) - 2);
            values[lua_tointeger(L, -1) - 1] =
                parameter_value(L, lua_gettop(L) - 2, lua_gettop(L) - 1);
        }
    }
    for (unsigned i = 0; i < kernel->parameters; i++) {
        if (!isnan(values[i]))
            continue;
        lua_rawgeti(L, names, i + 1);
        luaL_error(L, "apply: parameter '%s' is missing", lua_tostring(L, -1));
    }
    lua_settop(L, 3);
}

/* ---- applying ---- */

/* Memory to work with, kept with the kernel at index 2 for the next time. */
static void *scratch_of(lua_State *L, size_t bytes)
{
    lua_getiuservalue(L, 2, KERNEL_SCRATCH);
    void *scratch = lua_touserdata(L, -1);
    if (scratch == NULL || lua_rawlen(L, -1) < bytes) {
        scratch = lua_newuserdatauv(L, bytes, 0);
        memset(scratch, 0, bytes); /* runs end with values that nobody has set, but computes with */
        lua_setiuservalue(L, 2, KERNEL_SCRATCH);
    }
    lua_pop(L, 1);
    return scratch;
}

static void run(lua_State *L, const struct kernel *kernel, const struct mr_kernel_inputs *inputs,
                struct mr_picture *picture, struct mr_area area)
{
    void *scratch = scratch_of(L, mr_kernel_precision_bytes(kernel->count));
    enum mr_kernel_precision precision =
        mr_kernel_precision_of(kernel->nodes, kernel->count, kernel->roots, inputs, scratch);
    bool floats = kernel->has_floats && precision == MR_KERNEL_FLOATS;
    struct mr_kernel_job job = {
        .program = floats ? &kernel->floats : &kernel->doubles,
        .vectors = floats ? mr_vector_floats() : mr_vector_doubles(),
        .inputs = inputs,
        .exact_sines = precision == MR_KERNEL_EXACT_DOUBLES,
        .picture = picture,
        .area = area,
    };
    mr_kernel_run(L, &job, scratch_of(L, mr_kernel_run_scratch_bytes(&job)));
}

bool mr_kernel_is(lua_State *L, int index)
{
    const struct kernel *kernel = lua_touserdata(L, index); /* NULL for json.null, too */
    return kernel != NULL && kernel->type == &kernel_key;
}

int mr_kernel_apply(lua_State *L)
{
    struct mr_frame *frame = mr_frame_check(L);
    const struct kernel *kernel = lua_touserdata(L, 2);
    double values[MR_TRACE_MAX_PARAMETERS];
    int type = lua_type(L, 3);
    if (type != LUA_TTABLE && type != LUA_TNUMBER && type > LUA_TNIL)
        return luaL_error(L, "apply: table of parameters expected, got %s", luaL_typename(L, 3));
    struct mr_area area = mr_argument_optional_area(L, type == LUA_TNUMBER ? 3 : 4, frame->picture);
    lua_settop(L, 3);
    read_parameters(L, kernel, values);
    if (area.left >= area.right || area.top >= area.bottom)
        return 0;
    if (mr_kernel_has_neighbours(&kernel->doubles))
        mr_frame_read(L, frame, NULL);
    struct mr_picture *picture = mr_frame_write(L, frame, &area);
    struct mr_kernel_inputs inputs = {
        .width = picture->width,
        .height = picture->height,
        .time = (double)frame->picture->captured_us / 1e6,
        .parameters = values,
    };
    if (frame->alpha)
        mr_kernel_alpha_begin(picture);
    run(L, kernel, &inputs, picture, area);
    if (frame->alpha)
        mr_kernel_alpha_end(picture);
    return 0;
}

static int frame_apply(lua_State *L)
{
    if (mr_filter_lib_is(L, 2))
        return mr_filter_lib_apply(L);
    if (!mr_kernel_is(L, 2)) {
        mr_frame_check(L);
        return luaL_error(L, "apply: kernel or filter expected, got %s", luaL_typename(L, 2));
    }
    return mr_kernel_apply(L);
}

const luaL_Reg mr_kernel_methods[] = {
    { "apply", frame_apply },
    { NULL, NULL },
};

static int kernel_to_string(lua_State *L)
{
    const struct kernel *kernel = lua_touserdata(L, 1);
    lua_pushfstring(L, "kernel (%d operations)", (int)kernel->count);
    return 1;
}

void mr_kernel_open(lua_State *L)
{
    mr_trace_open(L);
    mr_kernel_functions_open(L);
    lua_createtable(L, 0, 3);
    lua_pushliteral(L, "kernel");
    lua_setfield(L, -2, "__name");
    lua_pushliteral(L, "kernel");
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, kernel_to_string);
    lua_setfield(L, -2, "__tostring");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kernel_key);
    lua_register(L, "kernel", make_kernel);
}

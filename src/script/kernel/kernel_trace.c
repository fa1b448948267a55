#include "script/kernel/kernel_trace.h"

#include <lauxlib.h>
#include <string.h>

/* Metatables in the registry, and tags of the userdata, by address. */
static const char trace_key = 0, value_key = 0, pixel_key = 0, parameters_key = 0;
static const char open_key = 0; /* how many traces are open, in the registry */

struct value {
    const char *type; /* &value_key */
    unsigned node;
};

struct pixel {
    const char *type; /* &pixel_key */
    int dx, dy;
};

struct parameters {
    const char *type; /* &parameters_key */
};

/* ---- values ---- */

static void *new_object(lua_State *L, int trace, size_t size, const char *type)
{
    trace = lua_absindex(L, trace);
    const char **object = lua_newuserdatauv(L, size, 1);
    *object = type;
    lua_pushvalue(L, trace);
    lua_setiuservalue(L, -2, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, type);
    lua_setmetatable(L, -2);
    return object;
}

static void *to_object(lua_State *L, int index, const char *type)
{
    const char **object = lua_touserdata(L, index); /* NULL for json.null, too */
    return object != NULL && *object == type ? object : NULL;
}

bool mr_trace_is_value(lua_State *L, int index)
{
    return to_object(L, index, &value_key) != NULL;
}

/* Push the trace of a value or a pixel. */
static struct mr_trace *push_trace(lua_State *L, int index)
{
    lua_getiuservalue(L, index, 1);
    struct mr_trace *trace = lua_touserdata(L, -1);
    if (!trace->open)
        luaL_error(L, "kernel: a value of a kernel's function is used after it returned");
    return trace;
}

struct mr_trace *mr_trace_of_arguments(lua_State *L)
{
    for (int i = 1; i <= lua_gettop(L); i++)
        if (mr_trace_is_value(L, i))
            return push_trace(L, i);
    return NULL;
}

unsigned mr_trace_node(lua_State *L, struct mr_trace *trace, int index)
{
    if (lua_type(L, index) == LUA_TNUMBER)
        return mr_kernel_graph_constant(&trace->graph, lua_tonumber(L, index));
    const struct value *value = to_object(L, index, &value_key);
    if (value == NULL)
        luaL_error(L, "kernel: number or value of a pixel expected, got %s",
                   luaL_typename(L, index));
    if (push_trace(L, index) != trace)
        luaL_error(L, "kernel: values of two kernels are mixed");
    lua_pop(L, 1);
    return value->node;
}

int mr_trace_push_value(lua_State *L, int index, unsigned node)
{
    if (node == MR_KERNEL_NO_NODE)
        return luaL_error(L, "kernel: expression too large (more than %d operations)",
                          MR_KERNEL_MAX_NODES);
    struct value *value = new_object(L, index, sizeof(*value), &value_key);
    value->node = node;
    return 1;
}

/* ---- operators; upvalue: enum mr_kernel_op ---- */

static int operate(lua_State *L)
{
    enum mr_kernel_op op = (enum mr_kernel_op)lua_tointeger(L, lua_upvalueindex(1));
    lua_settop(L, 2); /* Lua passes the operand of a minus twice */
    struct mr_trace *trace = mr_trace_of_arguments(L);
    unsigned a = mr_trace_node(L, trace, 1);
    unsigned b = mr_kernel_graph_operands(op) > 1 ? mr_trace_node(L, trace, 2) : 0;
    return mr_trace_push_value(L, 3, mr_kernel_graph_node(&trace->graph, op, a, b, 0));
}

/* upvalue: what to say */
static int refuse(lua_State *L)
{
    return luaL_error(L, "kernel: %s", lua_tostring(L, lua_upvalueindex(1)));
}

static int value_to_string(lua_State *L)
{
    lua_pushliteral(L, "kernel value");
    return 1;
}

static void set_operators(lua_State *L)
{
    static const struct {
        const char *name;
        enum mr_kernel_op op;
    } operators[] = {
        { "__add", MR_KERNEL_ADD },           { "__sub", MR_KERNEL_SUBTRACT },
        { "__mul", MR_KERNEL_MULTIPLY },      { "__div", MR_KERNEL_DIVIDE },
        { "__idiv", MR_KERNEL_FLOOR_DIVIDE }, { "__mod", MR_KERNEL_MODULO },
        { "__pow", MR_KERNEL_POWER },         { "__unm", MR_KERNEL_NEGATE },
    };
    for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
        lua_pushinteger(L, operators[i].op);
        lua_pushcclosure(L, operate, 1);
        lua_setfield(L, -2, operators[i].name);
    }
}

static void set_refusals(lua_State *L)
{
    static const char order[] = "values of pixels cannot be compared with < <= > >= (the function "
                                "runs once for all pixels); use lt, le, gt, ge and select";
    static const char equality[] = "values of pixels cannot be compared with == or ~= (the "
                                   "function runs once for all pixels); use eq and select";
    static const char bits[] = "values of pixels have no bits; use //, % and floor";
    static const char text[] = "values of pixels cannot be made part of a string";
    static const char nothing[] = "the value of a pixel is a number; it has no fields and is no "
                                  "function";
    static const char *const refusals[][2] = {
        { "__lt", order },         { "__le", order },     { "__eq", equality },
        { "__band", bits },        { "__bor", bits },     { "__bxor", bits },
        { "__bnot", bits },        { "__shl", bits },     { "__shr", bits },
        { "__concat", text },      { "__len", nothing },  { "__index", nothing },
        { "__newindex", nothing }, { "__call", nothing },
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        lua_pushstring(L, refusals[i][1]);
        lua_pushcclosure(L, refuse, 1);
        lua_setfield(L, -2, refusals[i][0]);
    }
}

/* ---- p ---- */

static int offset_argument(lua_State *L, int index, const char *name)
{
    int exact;
    lua_Integer offset = lua_tointegerx(L, index, &exact);
    if (!exact || lua_type(L, index) != LUA_TNUMBER || offset < -MR_KERNEL_MAX_REACH ||
        offset > MR_KERNEL_MAX_REACH)
        luaL_error(L, "kernel: p:at(dx, dy): %s: whole number from -%d to %d expected, got %s",
                   name, MR_KERNEL_MAX_REACH, MR_KERNEL_MAX_REACH, luaL_tolstring(L, index, NULL));
    return (int)offset;
}

static void push_pixel(lua_State *L, int trace, int dx, int dy)
{
    struct pixel *pixel = new_object(L, trace, sizeof(*pixel), &pixel_key);
    pixel->dx = dx;
    pixel->dy = dy;
}

/* p:at(dx, dy) */
static int trace_at(lua_State *L)
{
    const struct pixel *pixel = to_object(L, 1, &pixel_key);
    if (pixel == NULL || pixel->dx != 0 || pixel->dy != 0)
        return luaL_error(L, "kernel: neighbours are asked of p, with a colon: p:at(dx, dy)");
    int dx = offset_argument(L, 2, "dx"), dy = offset_argument(L, 3, "dy");
    push_trace(L, 1);
    push_pixel(L, -1, dx, dy);
    return 1;
}

static const struct field {
    const char *name;
    enum mr_kernel_op op;
    unsigned channel;
} fields[] = {
    { "r", MR_KERNEL_CHANNEL, 0 },     { "g", MR_KERNEL_CHANNEL, 1 },
    { "b", MR_KERNEL_CHANNEL, 2 },     { "x", MR_KERNEL_X, 0 },
    { "y", MR_KERNEL_Y, 0 },           { "width", MR_KERNEL_WIDTH, 0 },
    { "height", MR_KERNEL_HEIGHT, 0 }, { "time", MR_KERNEL_TIME, 0 },
};

static const struct field *find_field(lua_State *L, int key, bool neighbour)
{
    const char *name = lua_type(L, key) == LUA_TSTRING ? lua_tostring(L, key) : "";
    size_t count = neighbour ? 3 : sizeof(fields) / sizeof(*fields);
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    luaL_error(L,
               neighbour ? "kernel: a neighbour has r, g and b, but no '%s'"
                         : "kernel: a pixel has r g b x y width height time at(), but no '%s'",
               luaL_tolstring(L, key, NULL));
    return NULL;
}

static int pixel_index(lua_State *L)
{
    const struct pixel *pixel = to_object(L, 1, &pixel_key);
    bool neighbour = pixel->dx != 0 || pixel->dy != 0;
    if (!neighbour && lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "at") == 0) {
        lua_pushcfunction(L, trace_at);
        return 1;
    }
    const struct field *field = find_field(L, 2, neighbour);
    struct mr_trace *trace = push_trace(L, 1);
    unsigned dx = 0, dy = 0;
    if (field->op == MR_KERNEL_CHANNEL) {
        dx = (unsigned)(pixel->dx + MR_KERNEL_MAX_REACH);
        dy = (unsigned)(pixel->dy + MR_KERNEL_MAX_REACH);
    }
    return mr_trace_push_value(
        L, -1, mr_kernel_graph_node(&trace->graph, field->op, dx, dy, field->channel));
}

/* ---- u ---- */

static int parameters_index(lua_State *L)
{
    size_t size;
    if (lua_type(L, 2) != LUA_TSTRING || (lua_tolstring(L, 2, &size), size == 0 || size > 64))
        return luaL_error(L, "kernel: parameters have names of 1 to 64 bytes: u.strength");
    struct mr_trace *trace = push_trace(L, 1);
    lua_getiuservalue(L, -1, 1); /* the table of parameters */
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        if (trace->parameters == MR_TRACE_MAX_PARAMETERS)
            return luaL_error(L, "kernel: more than %d parameters", MR_TRACE_MAX_PARAMETERS);
        lua_pop(L, 1);
        lua_pushvalue(L, 2);
        lua_pushinteger(L, ++trace->parameters);
        lua_rawset(L, -3);
        lua_pushvalue(L, 2);
        lua_rawseti(L, -2, trace->parameters);
        lua_pushinteger(L, trace->parameters);
    }
    unsigned number = (unsigned)lua_tointeger(L, -1) - 1;
    return mr_trace_push_value(
        L, 3, mr_kernel_graph_node(&trace->graph, MR_KERNEL_PARAMETER, number, 0, 0));
}

void mr_trace_push_arguments(lua_State *L, int trace)
{
    trace = lua_absindex(L, trace);
    push_pixel(L, trace, 0, 0);
    new_object(L, trace, sizeof(struct parameters), &parameters_key);
}

/* ---- the trace ---- */

static lua_Integer count_open(lua_State *L, int change)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &open_key);
    lua_Integer count = lua_tointeger(L, -1) + change;
    lua_pop(L, 1);
    if (change != 0) {
        lua_pushinteger(L, count);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &open_key);
    }
    return count;
}

bool mr_trace_is_under_way(lua_State *L)
{
    return count_open(L, 0) > 0;
}

static int close_trace(lua_State *L)
{
    struct mr_trace *trace = lua_touserdata(L, 1);
    trace->open = false;
    count_open(L, -1);
    return 0;
}

struct mr_trace *mr_trace_push(lua_State *L)
{
    struct mr_trace *trace = lua_newuserdatauv(L, sizeof(*trace), 1);
    trace->type = &trace_key;
    trace->open = true;
    trace->parameters = 0;
    mr_kernel_graph_init(&trace->graph);
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &trace_key);
    lua_setmetatable(L, -2);
    count_open(L, 1);
    lua_toclose(L, -1);
    return trace;
}

/* Leave a new metatable on the stack. */
static void begin_type(lua_State *L, const char *name)
{
    lua_createtable(L, 0, 8);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__metatable");
}

/* p and u: fields to be read only */
static void add_record_type(lua_State *L, const char *key, const char *name, lua_CFunction index)
{
    begin_type(L, name);
    lua_pushcfunction(L, index);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "pixels and parameters cannot be assigned; return r, g, b");
    lua_pushcclosure(L, refuse, 1);
    lua_setfield(L, -2, "__newindex");
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void mr_trace_open(lua_State *L)
{
    begin_type(L, "kernel value");
    set_operators(L);
    set_refusals(L);
    lua_pushcfunction(L, value_to_string);
    lua_setfield(L, -2, "__tostring");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &value_key);

    add_record_type(L, &pixel_key, "kernel pixel", pixel_index);
    add_record_type(L, &parameters_key, "kernel parameters", parameters_index);

    begin_type(L, "kernel trace");
    lua_pushcfunction(L, close_trace);
    lua_setfield(L, -2, "__close");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &trace_key);
}

/* min max clamp abs floor sqrt sin cos exp log select lt le gt ge eq mix smoothstep: functions of
 * kernels, which work on plain numbers as well. Two names are Lua's or the host's already and keep
 * their meaning: `select` with a position or "#" first outside of kernels, and the fields of `log`. */
#include "script/kernel/kernel_functions.h"

#include "script/kernel/kernel_trace.h"

#include <lauxlib.h>
#include <math.h>

static enum mr_kernel_op operation_of(lua_State *L)
{
    return (enum mr_kernel_op)lua_tointeger(L, lua_upvalueindex(1));
}

static double number_argument(lua_State *L, int index)
{
    luaL_checktype(L, index, LUA_TNUMBER);
    return lua_tonumber(L, index);
}

/* ---- one argument; upvalue: enum mr_kernel_op ---- */

static int unary(lua_State *L)
{
    enum mr_kernel_op op = operation_of(L);
    lua_settop(L, 1);
    struct mr_trace *trace = mr_trace_of_arguments(L);
    if (trace != NULL) {
        unsigned node = mr_kernel_graph_node(&trace->graph, op, mr_trace_node(L, trace, 1), 0, 0);
        return mr_trace_push_value(L, 2, node);
    }
    lua_pushnumber(L, mr_kernel_graph_evaluate(op, number_argument(L, 1), 0, 0));
    return 1;
}

/* log(x): __call of the table `log`, which comes first */
static int call_log(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 2);
    lua_call(L, 1, 1);
    return 1;
}

/* ---- min, max, clamp ---- */

/* Push the lesser or greater of the arguments `a` and `b`; the trace, if any, is at `at`. */
static void choose(lua_State *L, enum mr_kernel_op op, struct mr_trace *trace, int at, int a, int b)
{
    if (trace != NULL) {
        unsigned left = mr_trace_node(L, trace, a), right = mr_trace_node(L, trace, b);
        mr_trace_push_value(L, at, mr_kernel_graph_node(&trace->graph, op, left, right, 0));
        return;
    }
    number_argument(L, a);
    number_argument(L, b);
    bool other =
        op == MR_KERNEL_MIN ? lua_compare(L, b, a, LUA_OPLT) : lua_compare(L, a, b, LUA_OPLT);
    lua_pushvalue(L, other ? b : a);
}

static int extreme(lua_State *L)
{
    int count = lua_gettop(L);
    if (count < 2)
        return luaL_error(L, "min and max: at least 2 values expected, got %d", count);
    struct mr_trace *trace = mr_trace_of_arguments(L);
    for (int i = 2; i <= count; i++) {
        choose(L, operation_of(L), trace, count + 1, 1, i);
        lua_replace(L, 1);
    }
    lua_pushvalue(L, 1);
    return 1;
}

/* clamp(x, low, high) */
static int clamp(lua_State *L)
{
    lua_settop(L, 3);
    struct mr_trace *trace = mr_trace_of_arguments(L);
    choose(L, MR_KERNEL_MIN, trace, 4, 1, 3);
    lua_replace(L, 1);
    choose(L, MR_KERNEL_MAX, trace, 4, 1, 2);
    return 1;
}

/* ---- comparisons ---- */

static int compare(lua_State *L, enum mr_kernel_op op, int compare_op, int a, int b)
{
    lua_settop(L, 2);
    struct mr_trace *trace = mr_trace_of_arguments(L);
    if (trace != NULL) {
        unsigned left = mr_trace_node(L, trace, a), right = mr_trace_node(L, trace, b);
        return mr_trace_push_value(L, 3, mr_kernel_graph_node(&trace->graph, op, left, right, 0));
    }
    number_argument(L, 1);
    number_argument(L, 2);
    lua_pushnumber(L, lua_compare(L, a, b, compare_op));
    return 1;
}

static int less(lua_State *L)
{
    return compare(L, MR_KERNEL_LESS, LUA_OPLT, 1, 2);
}

static int less_equal(lua_State *L)
{
    return compare(L, MR_KERNEL_LESS_EQUAL, LUA_OPLE, 1, 2);
}

static int greater(lua_State *L)
{
    return compare(L, MR_KERNEL_LESS, LUA_OPLT, 2, 1);
}

static int greater_equal(lua_State *L)
{
    return compare(L, MR_KERNEL_LESS_EQUAL, LUA_OPLE, 2, 1);
}

static int equal(lua_State *L)
{
    return compare(L, MR_KERNEL_EQUAL, LUA_OPEQ, 1, 2);
}

/* ---- select ---- */

/* Whether Lua's select makes no sense of it, or a kernel's function asks. */
static bool is_choice(lua_State *L)
{
    if (lua_gettop(L) != 3 || lua_type(L, 1) == LUA_TSTRING)
        return false;
    bool is_zero = lua_type(L, 1) == LUA_TNUMBER && lua_tonumber(L, 1) == 0;
    return is_zero || lua_isboolean(L, 1) || mr_trace_is_under_way(L);
}

/* select(condition, a, b). upvalue: Lua's select */
static int choose_one(lua_State *L)
{
    struct mr_trace *trace = mr_trace_of_arguments(L);
    if (trace != NULL) {
        unsigned of[3];
        lua_insert(L, 1); /* the trace */
        lua_settop(L, 4);
        for (int i = 0; i < 3; i++)
            of[i] = mr_trace_node(L, trace, i + 2);
        return mr_trace_push_value(
            L, 1, mr_kernel_graph_node(&trace->graph, MR_KERNEL_SELECT, of[0], of[1], of[2]));
    }
    if (is_choice(L)) {
        bool is_zero = lua_type(L, 1) == LUA_TNUMBER && lua_tonumber(L, 1) == 0;
        lua_pushvalue(L, lua_toboolean(L, 1) && !is_zero ? 2 : 3);
        return 1;
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* ---- mix, smoothstep ---- */

/* Steps of a function, either of numbers or of nodes. */
struct operand {
    double number;
    unsigned node;
};

static struct operand operand_of(lua_State *L, struct mr_trace *trace, int index)
{
    if (trace != NULL)
        return (struct operand){ .node = mr_trace_node(L, trace, index) };
    return (struct operand){ .number = number_argument(L, index) };
}

static struct operand step(struct mr_trace *trace, enum mr_kernel_op op, struct operand a,
                           struct operand b)
{
    if (trace != NULL)
        return (struct operand){ .node =
                                     mr_kernel_graph_node(&trace->graph, op, a.node, b.node, 0) };
    return (struct operand){ .number = mr_kernel_graph_evaluate(op, a.number, b.number, 0) };
}

static struct operand constant(struct mr_trace *trace, double value)
{
    if (trace != NULL)
        return (struct operand){ .node = mr_kernel_graph_constant(&trace->graph, value) };
    return (struct operand){ .number = value };
}

static int push_operand(lua_State *L, const struct mr_trace *trace, int at, struct operand operand)
{
    if (trace != NULL)
        return mr_trace_push_value(L, at, operand.node);
    lua_pushnumber(L, operand.number);
    return 1;
}

/* mix(a, b, t): a + (b - a) * t */
static int mix(lua_State *L)
{
    lua_settop(L, 3);
    struct mr_trace *trace = mr_trace_of_arguments(L);
    struct operand a = operand_of(L, trace, 1), b = operand_of(L, trace, 2);
    struct operand t = operand_of(L, trace, 3);
    struct operand far = step(trace, MR_KERNEL_MULTIPLY, step(trace, MR_KERNEL_SUBTRACT, b, a), t);
    return push_operand(L, trace, 4, step(trace, MR_KERNEL_ADD, a, far));
}

/* smoothstep(from, to, x): t * t * (3 - 2 * t) with t = clamp((x - from) / (to - from), 0, 1) */
static int smoothstep(lua_State *L)
{
    lua_settop(L, 3);
    struct mr_trace *trace = mr_trace_of_arguments(L);
    struct operand from = operand_of(L, trace, 1), to = operand_of(L, trace, 2);
    struct operand x = operand_of(L, trace, 3);
    struct operand t = step(trace, MR_KERNEL_DIVIDE, step(trace, MR_KERNEL_SUBTRACT, x, from),
                            step(trace, MR_KERNEL_SUBTRACT, to, from));
    t = step(trace, MR_KERNEL_MIN, t, constant(trace, 1));
    t = step(trace, MR_KERNEL_MAX, t, constant(trace, 0));
    struct operand twice = step(trace, MR_KERNEL_MULTIPLY, constant(trace, 2), t);
    struct operand slope = step(trace, MR_KERNEL_SUBTRACT, constant(trace, 3), twice);
    struct operand square = step(trace, MR_KERNEL_MULTIPLY, t, t);
    return push_operand(L, trace, 4, step(trace, MR_KERNEL_MULTIPLY, square, slope));
}

/* ---- opening ---- */

static void register_operations(lua_State *L)
{
    static const struct {
        const char *name;
        lua_CFunction function;
        enum mr_kernel_op op;
    } operations[] = {
        { "abs", unary, MR_KERNEL_ABS },   { "floor", unary, MR_KERNEL_FLOOR },
        { "sqrt", unary, MR_KERNEL_SQRT }, { "sin", unary, MR_KERNEL_SIN },
        { "cos", unary, MR_KERNEL_COS },   { "exp", unary, MR_KERNEL_EXP },
        { "min", extreme, MR_KERNEL_MIN }, { "max", extreme, MR_KERNEL_MAX },
    };
    for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++) {
        lua_pushinteger(L, operations[i].op);
        lua_pushcclosure(L, operations[i].function, 1);
        lua_setglobal(L, operations[i].name);
    }
}

/* Make the table `log` callable. */
static void register_log(lua_State *L)
{
    lua_getglobal(L, "log");
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, MR_KERNEL_LOG);
    lua_pushcclosure(L, unary, 1);
    lua_pushcclosure(L, call_log, 1);
    lua_setfield(L, -2, "__call");
    lua_pushliteral(L, "log");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

void mr_kernel_functions_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "clamp", clamp },      { "lt", less },
        { "le", less_equal },    { "gt", greater },
        { "ge", greater_equal }, { "eq", equal },
        { "mix", mix },          { "smoothstep", smoothstep },
        { NULL, NULL },
    };
    for (const luaL_Reg *function = functions; function->name != NULL; function++)
        lua_register(L, function->name, function->func);
    register_operations(L);
    register_log(L);
    lua_getglobal(L, "select");
    lua_pushcclosure(L, choose_one, 1);
    lua_setglobal(L, "select");
}

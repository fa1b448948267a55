/* Tracing: the values that a kernel's function is called with, and what it makes of them. Whatever
 * it does to them becomes a node of the trace's graph; what cannot be one is a Lua error at once.
 *
 * The thread that runs the script; everything raises Lua errors. */
#ifndef MR_SCRIPT_KERNEL_TRACE_H
#define MR_SCRIPT_KERNEL_TRACE_H

#include "script/kernel/kernel_graph.h"

#include <lua.h>

#define MR_TRACE_MAX_PARAMETERS 256

/* A userdata whose first user value is a table of parameters: number (from 1) to name and name to
 * number. It is closed when the C function returns that it is pushed in, or an error passes by
 * (lua_toclose); its values cannot be used any more then. */
struct mr_trace {
    const char *type;
    bool open;
    unsigned parameters;
    struct mr_kernel_graph graph;
};

/* Push a new trace.
 * return: the trace; it lives as long as the value that was pushed */
struct mr_trace *mr_trace_push(lua_State *L);

/* Push what the function is called with: `p` and `u`. */
void mr_trace_push_arguments(lua_State *L, int trace);

/* return: whether any trace is open */
bool mr_trace_is_under_way(lua_State *L);

/* return: whether the Lua value at `index` stands for a value of a traced function */
bool mr_trace_is_value(lua_State *L, int index);

/* Push the trace that the first value among the arguments belongs to.
 * return: that trace; NULL, and nothing is pushed, when all arguments are something else */
struct mr_trace *mr_trace_of_arguments(lua_State *L);

/* return: the node of the value or number at `index`; a Lua error when it is neither */
unsigned mr_trace_node(lua_State *L, struct mr_trace *trace, int index);

/* Push a userdata that stands for `node` in the traced function.
 * in:     index: where the trace lies on the stack
 * return: 1, for C functions that return it to Lua */
int mr_trace_push_value(lua_State *L, int index, unsigned node);

void mr_trace_open(lua_State *L); /* the types of these values */

#endif

/* The library `t` that a test of a script is given. */
#ifndef MR_SCRIPT_TRIAL_LIB_H
#define MR_SCRIPT_TRIAL_LIB_H

#include "script/trial/trial_bench.h"

/* Begin a test: push its `t`, whose functions work on the bench and end with bench->serial. A Lua error
 * when there is no memory.
 * in:     bench: borrowed, outlives the state */
void mr_trial_lib_push(lua_State *L, struct mr_trial_bench *bench);

#endif

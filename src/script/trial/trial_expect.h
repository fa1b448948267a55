/* t.equal, t.near, t.pixel: what a test expects. They are called by Lua, in the test file's state,
 * with a bench under way (trial_bench.h). */
#ifndef MR_SCRIPT_TRIAL_EXPECT_H
#define MR_SCRIPT_TRIAL_EXPECT_H

#include <lauxlib.h>

/* The functions; the list ends with { NULL, NULL }. */
extern const luaL_Reg mr_trial_expect_functions[];

#endif

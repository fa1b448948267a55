/* t.settings, t.message, t.join, t.leave, t.sent, t.advance: what happens around a stream. They are
 * called by Lua, in the test file's state, with a bench under way (trial_bench.h). */
#ifndef MR_SCRIPT_TRIAL_EVENTS_H
#define MR_SCRIPT_TRIAL_EVENTS_H

#include <lauxlib.h>

/* The functions; the list ends with { NULL, NULL }. */
extern const luaL_Reg mr_trial_events_functions[];

#endif

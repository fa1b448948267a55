/* An engine: one Lua state with one version of a script. The calls into it are in calls.h, talk.h and timers.h.
 *
 * Used by one thread at a time; callers take turns. No call fails other than by its return value:
 * every one is protected, watched (options.watchdog) and bounded in memory. Messages begin with
 * file and line: "process.lua:12: …". */
#ifndef MR_SCRIPT_ENGINE_H
#define MR_SCRIPT_ENGINE_H

#include "base/error.h"
#include "script/engine/engine_options.h"
#include "script/lua/bundle.h"

typedef struct lua_State lua_State; /* as in lua.h, which users of the header need not have */

struct mr_engine;

/* Make a state and run the script's text in it.
 * in:     bundle: an own reference is taken
 * out:    *engine; NULL on error
 * return: 0; -EINVAL with *error: syntax, an error while it was run, wrong settings, no `process`;
 *         -ETIMEDOUT; -ENOMEM */
int mr_engine_create(const struct mr_engine_options *options, struct mr_bundle *bundle,
                     struct mr_engine **engine, struct mr_error *error);

/* The halves of mr_engine_create: an engine whose script has not been run, and running it. What is no
 * script is run by mr_engine_run_text, the bundle's own text and nothing else.
 * return: 0; -errno with *error */
int mr_engine_create_host(const struct mr_engine_options *options, struct mr_bundle *bundle,
                          struct mr_engine **engine, struct mr_error *error);
int mr_engine_load_script(struct mr_engine *engine, struct mr_error *error);
void mr_engine_run_text(lua_State *L);

/* Close the state. What the script's own __gc does is not bounded in time. Takes NULL. */
void mr_engine_destroy(struct mr_engine *engine);

/* return: where the last failed call was, as several lines; "" when there is nothing to tell; valid
 *         until the next call */
const char *mr_engine_traceback(const struct mr_engine *engine);

/* return: how often the script has met its memory limit so far, errors that it caught included
 * thread: the one that runs the script */
uint64_t mr_engine_limits_met(const struct mr_engine *engine);

/* Say that a script met its memory limit and caught the error.
 * in:  name: the script's file; memory_mib: its limit
 * out: *error */
void mr_engine_describe_caught_limit(const char *name, int memory_mib, struct mr_error *error);

/* Take the fonts and texts that `from` has rendered, so that the first frame need not. */
void mr_engine_take_text(struct mr_engine *engine, struct mr_engine *from);

/* return: the bundle that it was made from; borrowed */
struct mr_bundle *mr_engine_bundle(struct mr_engine *engine);

#endif

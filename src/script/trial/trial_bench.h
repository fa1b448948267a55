/* A bench for one test of a script: the script in an engine of its own, and the frames, time and
 * viewers that the test makes up for it. The Lua side of it is the `t` that a test is given.
 *
 * One a test file, used by the thread that runs the tests. The functions are called in protected
 * mode by Lua, in the test file's state; errors are Lua errors. */
#ifndef MR_SCRIPT_TRIAL_BENCH_H
#define MR_SCRIPT_TRIAL_BENCH_H

#include "base/buffer.h"
#include "script/engine/engine.h"

#include <lauxlib.h>

/* Made-up time: the capture of a test's first frame, 2020-01-01 00:00:00 UTC, and a frame's. */
#define MR_TRIAL_EPOCH_US ((int64_t)1577836800 * 1000000)
#define MR_TRIAL_FRAME_US 40000

/* The time at which the script's clock, now(), begins. */
#define MR_TRIAL_CLOCK_US ((int64_t)1000 * 1000000)

/* So much may be broadcast between two calls of t.sent(). */
#define MR_TRIAL_MAX_SENT_BYTES (16 * 1024 * 1024)

/* Begins each text in mr_trial_bench.sent. */
struct mr_trial_sent {
    uint64_t client;
    size_t size; /* of the JSON text that follows */
};

struct mr_trial_bench {
    /* immutable */
    struct mr_engine_options options; /* of the engines under test */
    const char *folder;               /* of the test file; borrowed */

    lua_Integer serial;       /* the test under way; a `t` of another one is over */
    struct mr_engine *engine; /* under test, or NULL */
    uint64_t frames;          /* that it was given so far */
    unsigned viewers;
    int64_t now_us; /* its clock */

    struct mr_buffer payload; /* of the last frame, JSON */
    struct mr_buffer text;    /* a message under way */
    struct mr_buffer sent;    /* what it has broadcast: struct mr_trial_sent and text, by turns */
    bool sent_too_much;
};

/* Remember what of the state's libraries is needed. Before the test file is run. */
void mr_trial_bench_open(lua_State *L);

/* End a test: shutdown("stop") of the script, if there is one. */
void mr_trial_bench_end(lua_State *L, struct mr_trial_bench *bench);

/* Not in Lua: let go of the engine under test. Idempotent. */
void mr_trial_bench_clear(struct mr_trial_bench *bench);
void mr_trial_bench_finish(struct mr_trial_bench *bench);

/* return: the bench of the `t` function under way; a Lua error unless it was called with a dot while its test runs */
struct mr_trial_bench *mr_trial_bench_of(lua_State *L);

/* return: the same, with a script loaded; a Lua error when none is */
struct mr_trial_bench *mr_trial_bench_loaded(lua_State *L);

/* Push the value of a JSON text. */
void mr_trial_bench_push_json(lua_State *L, const char *json, size_t size);

/* t.load, t.frame, t.process, t.state; ends with { NULL, NULL }. */
extern const luaL_Reg mr_trial_bench_functions[];

#endif

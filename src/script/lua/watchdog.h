/* The watchdog: stops calls into Lua that take longer than their deadline, and costs a call that
 * does not nothing but reading the clock.
 *
 * A thread looks every MR_WATCHDOG_LOOK_MS at the calls under way. When one is late it sends a
 * signal to the thread that makes it; the handler sets a count hook on the running coroutine
 * (lua_sethook is the one call of Lua's that may be made from there), and the hook raises an error
 * at the next instruction of Lua code and at every one after it, until control is back in C: pcall
 * in a loop does not help. The thread rests while no call is made.
 *
 * A hook runs between instructions of Lua code: one call of a C function (string.find with a
 * hostile pattern, string.rep) is not stopped until it returns, what __gc does is not stopped at
 * all, and neither is what a coroutine that was stopped has to close, should somebody close it
 * later. */
#ifndef MR_SCRIPT_WATCHDOG_H
#define MR_SCRIPT_WATCHDOG_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define MR_WATCHDOG_LOOK_MS 50

typedef struct lua_State lua_State; /* as in lua.h, which users of the header need not have */

struct mr_watchdog;

/* One script's calls. Zero-initialised, then registered with mr_watchdog_add. The extra space of its state
 * (lua_getextraspace) holds its address, which is that of the struct that begins with it. */
struct mr_watch {
    /* immutable */
    struct mr_watchdog *watchdog;
    int deadline_ms;

    /* the calling thread writes, the watchdog reads once `phase` says that a call is under way */
    atomic_int phase;
    atomic_uint calls;
    int64_t started_us;
    pthread_t thread;

    /* the calling thread only, its signal handler included */
    lua_State *volatile running;    /* coroutine that executes */
    volatile sig_atomic_t stopping; /* late: every coroutine is to be ended */
    struct mr_watch *outer;         /* whose call made this one, with another state, or NULL */

    /* protected by the watchdog's lock */
    struct mr_watch *next;
    unsigned calls_seen;
};

/* Start the thread ("watchdog"). return: 0 or -errno */
int mr_watchdog_create(struct mr_watchdog **watchdog);

/* All watches removed before. Takes NULL. */
void mr_watchdog_destroy(struct mr_watchdog *watchdog);

/* While set, every call is late at once: for those who want to end. Any thread. */
void mr_watchdog_hurry(struct mr_watchdog *watchdog, bool hurry);

/* Register and unregister; no call is under way. A NULL watchdog means: no deadline. */
void mr_watchdog_add(struct mr_watch *watch, struct mr_watchdog *watchdog, int deadline_ms);
void mr_watchdog_remove(struct mr_watch *watch);

/* Around a protected call into the main coroutine `L`. A call may make another one with another
 * state; should it be late meanwhile, it is stopped when that one is over. Unblocks the watchdog's signal in the
 * calling thread for good. */
void mr_watchdog_begin(struct mr_watch *watch, lua_State *L);

/* return: whether the call was told to stop */
bool mr_watchdog_end(struct mr_watch *watch, lua_State *L);

/* Resume `co` from `L` (as lua_resume), so that it can be stopped and inherits a stop.
 * return: as lua_resume */
int mr_watchdog_resume(struct mr_watch *watch, lua_State *co, lua_State *L, int arguments,
                       int *results);

/* Close `co` from `L` (as lua_resetthread), the same way. return: as lua_resetthread */
int mr_watchdog_close(struct mr_watch *watch, lua_State *co);

/* Raise the error that stops a script if that is what it is told. To be called by C code that keeps
 * Lua's own instructions from running for long. */
void mr_watchdog_check(struct mr_watch *watch, lua_State *L);

#endif

#include "script/lua/watchdog.h"

#include "base/clock.h"
#include "base/thread.h"

#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <sched.h>
#include <stdlib.h>

/* ThreadSanitizer keeps asynchronous signals back until the thread makes a call that it knows,
 * which Lua code may never do; those that stand for faults it delivers at once. */
#ifdef __SANITIZE_THREAD__
#define STOP_SIGNAL SIGTRAP
#else
#define STOP_SIGNAL (SIGRTMIN + 5)
#endif

#define REST_AFTER_LOOKS 20 /* without a call */

enum phase {
    PHASE_IDLE,
    PHASE_RUNNING,
    PHASE_LOOKED_AT, /* the watchdog reads: the call must not end and another begin meanwhile */
    PHASE_CLAIMED,   /* the watchdog is about to signal the thread: it must not end meanwhile */
    PHASE_LATE,      /* signalled */
};

struct mr_watchdog {
    pthread_t thread;
    atomic_bool resting;
    atomic_bool hurry;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    /* protected by lock */
    struct mr_watch *watches;
    bool stop;
};

static _Thread_local struct mr_watch *volatile current; /* the watch whose call this thread makes */
static _Thread_local bool prepared;

/* ---- in the thread that runs Lua ---- */

static void raise_stop(lua_State *L, int level, int deadline_ms)
{
    luaL_where(L, level);
    lua_pushfstring(L, "stopped after %d ms (deadline)", deadline_ms);
    lua_concat(L, 2);
    lua_error(L);
}

static void stop_hook(lua_State *L, lua_Debug *event)
{
    (void)event;
    struct mr_watch *watch = *(struct mr_watch **)lua_getextraspace(L);
    if (!watch->stopping) { /* left over on a coroutine that inherited it */
        lua_sethook(L, NULL, 0, 0);
        return;
    }
    raise_stop(L, 0, watch->deadline_ms);
}

static void handle_signal(int number)
{
    (void)number;
    struct mr_watch *watch = current;
    if (watch == NULL || atomic_load(&watch->phase) < PHASE_CLAIMED)
        return; /* came too late: the call is over */
    watch->stopping = 1;
    lua_sethook(watch->running, stop_hook, LUA_MASKCOUNT, 1);
}

static void prepare_thread(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, STOP_SIGNAL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    prepared = true;
}

static void wake_up(struct mr_watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->lock);
    pthread_cond_signal(&watchdog->wake);
    pthread_mutex_unlock(&watchdog->lock);
}

void mr_watchdog_begin(struct mr_watch *watch, lua_State *L)
{
    watch->running = L;
    watch->stopping = 0;
    if (watch->watchdog == NULL)
        return;
    if (!prepared)
        prepare_thread();
    watch->started_us = mr_clock_now_us();
    watch->thread = pthread_self();
    watch->outer = current;
    current = watch;
    atomic_fetch_add_explicit(&watch->calls, 1, memory_order_relaxed);
    atomic_store(&watch->phase, PHASE_RUNNING);
    if (atomic_load(&watch->watchdog->resting))
        wake_up(watch->watchdog);
}

static bool move(struct mr_watch *watch, int from, int to)
{
    return atomic_compare_exchange_strong(&watch->phase, &from, to);
}

/* The signal may have come while the call within was under way, which does not heed it. */
static void return_to(struct mr_watch *outer)
{
    current = outer;
    if (outer == NULL || atomic_load(&outer->phase) < PHASE_CLAIMED)
        return;
    outer->stopping = 1;
    lua_sethook(outer->running, stop_hook, LUA_MASKCOUNT, 1);
}

bool mr_watchdog_end(struct mr_watch *watch, lua_State *L)
{
    if (watch->watchdog == NULL)
        return false;
    bool late = false;
    while (!late && !move(watch, PHASE_RUNNING, PHASE_IDLE)) {
        late = move(watch, PHASE_LATE, PHASE_IDLE);
        if (!late)
            sched_yield();
    }
    watch->stopping = 0;
    return_to(watch->outer);
    if (late)
        lua_sethook(L, NULL, 0, 0);
    return late;
}

void mr_watchdog_check(struct mr_watch *watch, lua_State *L)
{
    if (!watch->stopping)
        return;
    lua_sethook(L, stop_hook, LUA_MASKCOUNT, 1); /* the error may be caught */
    raise_stop(L, 1, watch->deadline_ms);
}

int mr_watchdog_resume(struct mr_watch *watch, lua_State *co, lua_State *L, int arguments,
                       int *results)
{
    lua_State *before = watch->running;
    watch->running = co;
    if (watch->stopping)
        lua_sethook(co, stop_hook, LUA_MASKCOUNT, 1);
    int status = lua_resume(co, L, arguments, results);
    watch->running = before;
    return status;
}

int mr_watchdog_close(struct mr_watch *watch, lua_State *co)
{
    lua_State *before = watch->running;
    watch->running = co;
    if (watch->stopping)
        lua_sethook(co, stop_hook, LUA_MASKCOUNT, 1);
    int status = lua_resetthread(co);
    watch->running = before;
    return status;
}

/* ---- the watchdog's thread ---- */

static void signal_thread(struct mr_watch *watch)
{
    atomic_store(&watch->phase, PHASE_CLAIMED);
    pthread_kill(watch->thread, STOP_SIGNAL);
    atomic_store(&watch->phase, PHASE_LATE);
}

/* return: µs until this call is late; a whole look when none is under way or it is late already */
static int64_t look_at(struct mr_watch *watch, int64_t now_us, bool hurry)
{
    const int64_t look_us = MR_WATCHDOG_LOOK_MS * 1000;
    if (!move(watch, PHASE_RUNNING, PHASE_LOOKED_AT)) {
        if (move(watch, PHASE_LATE, PHASE_CLAIMED))
            signal_thread(watch); /* once more, should it have come at a bad moment */
        return look_us;
    }
    int64_t left_us = watch->started_us + watch->deadline_ms * (int64_t)1000 - now_us;
    if (left_us <= 0 || hurry) {
        signal_thread(watch);
        return look_us;
    }
    atomic_store(&watch->phase, PHASE_RUNNING);
    return left_us;
}

static int64_t look_at_all(struct mr_watchdog *watchdog, bool *calls)
{
    int64_t now_us = mr_clock_now_us();
    int64_t wait_us = MR_WATCHDOG_LOOK_MS * 1000;
    for (struct mr_watch *watch = watchdog->watches; watch != NULL; watch = watch->next) {
        unsigned made = atomic_load_explicit(&watch->calls, memory_order_relaxed);
        *calls |= made != watch->calls_seen || atomic_load(&watch->phase) != PHASE_IDLE;
        watch->calls_seen = made;
        int64_t left_us = look_at(watch, now_us, atomic_load(&watchdog->hurry));
        if (left_us < wait_us)
            wait_us = left_us;
    }
    return now_us + wait_us;
}

static void *watch_all(void *opaque)
{
    struct mr_watchdog *watchdog = opaque;
    int quiet_looks = 0;
    pthread_mutex_lock(&watchdog->lock);
    while (!watchdog->stop) {
        bool calls = false;
        int64_t until_us = look_at_all(watchdog, &calls);
        quiet_looks = calls ? 0 : quiet_looks + 1;
        if (quiet_looks > REST_AFTER_LOOKS) {
            /* One more look after saying so: whoever began before it is seen here, whoever
             * begins after it wakes this thread up. */
            if (atomic_exchange(&watchdog->resting, true))
                until_us = -1;
        } else {
            atomic_store(&watchdog->resting, false);
        }
        mr_thread_cond_wait_until(&watchdog->wake, &watchdog->lock, until_us);
    }
    pthread_mutex_unlock(&watchdog->lock);
    return NULL;
}

/* ---- making and destroying ---- */

static void install_handler(void)
{
    struct sigaction action = { .sa_handler = handle_signal, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    sigaction(STOP_SIGNAL, &action, NULL);
}

int mr_watchdog_create(struct mr_watchdog **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install_handler);

    *out = NULL;
    struct mr_watchdog *watchdog = calloc(1, sizeof(*watchdog));
    if (watchdog == NULL)
        return -ENOMEM;
    pthread_mutex_init(&watchdog->lock, NULL);
    mr_thread_cond_init(&watchdog->wake);
    int result = mr_thread_start(&watchdog->thread, "watchdog", watch_all, watchdog);
    if (result < 0) {
        pthread_cond_destroy(&watchdog->wake);
        pthread_mutex_destroy(&watchdog->lock);
        free(watchdog);
        return result;
    }
    *out = watchdog;
    return 0;
}

void mr_watchdog_destroy(struct mr_watchdog *watchdog)
{
    if (watchdog == NULL)
        return;
    pthread_mutex_lock(&watchdog->lock);
    watchdog->stop = true;
    pthread_cond_signal(&watchdog->wake);
    pthread_mutex_unlock(&watchdog->lock);
    pthread_join(watchdog->thread, NULL);
    pthread_cond_destroy(&watchdog->wake);
    pthread_mutex_destroy(&watchdog->lock);
    free(watchdog);
}

void mr_watchdog_hurry(struct mr_watchdog *watchdog, bool hurry)
{
    atomic_store(&watchdog->hurry, hurry);
    wake_up(watchdog);
}

void mr_watchdog_add(struct mr_watch *watch, struct mr_watchdog *watchdog, int deadline_ms)
{
    watch->watchdog = watchdog;
    watch->deadline_ms = deadline_ms;
    if (watchdog == NULL)
        return;
    pthread_mutex_lock(&watchdog->lock);
    watch->next = watchdog->watches;
    watchdog->watches = watch;
    pthread_mutex_unlock(&watchdog->lock);
}

void mr_watchdog_remove(struct mr_watch *watch)
{
    struct mr_watchdog *watchdog = watch->watchdog;
    if (watchdog == NULL)
        return;
    pthread_mutex_lock(&watchdog->lock);
    for (struct mr_watch **at = &watchdog->watches; *at != NULL; at = &(*at)->next) {
        if (*at == watch) {
            *at = watch->next;
            break;
        }
    }
    pthread_mutex_unlock(&watchdog->lock);
    watch->watchdog = NULL;
    if (current == watch) /* its call was left by a jump */
        current = watch->outer;
}

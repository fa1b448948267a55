/* after(seconds, fn) and every(seconds, fn): a heap of what is pending, the earliest first. It is a
 * userdata of the state, as is each timer, so that all of it counts as the script's memory. */
#include "script/engine/timers.h"

#include "script/engine/call.h"
#include "script/engine/engine_state.h"
#include "script/engine/libraries.h"
#include "script/lua/argument.h"

#include "base/clock.h"

#include <lauxlib.h>
#include <math.h>

#define MAX_PENDING  1000
#define MIN_PERIOD_S 0.001
#define MAX_DELAY_S  1e9 /* 31 years: longer is taken as that */

#define OVER (-1) /* has run or was cancelled */

/* The userdata that Lua holds; its function is its user value. */
struct timer {
    const char *type; /* &timer_key */
    int place;        /* in the heap, or OVER */
    int64_t due_us;
    int64_t period_us; /* 0: runs once */
    uint64_t number;   /* in order of creation */
};

struct mr_timers {
    int count;
    int64_t running_us; /* what is due until then is being run; 0: nothing is */
    uint64_t created;
    struct timer *heap[MAX_PENDING];
};

/* registry keys, by address */
static const char timer_key = 0;   /* the metatable */
static const char timers_key = 0;  /* struct mr_timers */
static const char pending_key = 0; /* a table that keeps pending timers alive, by their address */

/* ---- the heap ---- */

static bool is_before(const struct timer *a, const struct timer *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->number < b->number;
}

static void put(struct mr_timers *timers, int place, struct timer *timer)
{
    timers->heap[place] = timer;
    timer->place = place;
}

static void move_up(struct mr_timers *timers, struct timer *timer, int place)
{
    for (; place > 0 && is_before(timer, timers->heap[(place - 1) / 2]); place = (place - 1) / 2)
        put(timers, place, timers->heap[(place - 1) / 2]);
    put(timers, place, timer);
}

static void move_down(struct mr_timers *timers, struct timer *timer, int place)
{
    for (int child; (child = 2 * place + 1) < timers->count; place = child) {
        if (child + 1 < timers->count && is_before(timers->heap[child + 1], timers->heap[child]))
            child++;
        if (!is_before(timers->heap[child], timer))
            break;
        put(timers, place, timers->heap[child]);
    }
    put(timers, place, timer);
}

static void take_out(struct mr_timers *timers, struct timer *timer)
{
    int place = timer->place;
    struct timer *last = timers->heap[--timers->count];
    timer->place = OVER;
    if (last == timer)
        return;
    if (place > 0 && is_before(last, timers->heap[(place - 1) / 2]))
        move_up(timers, last, place);
    else
        move_down(timers, last, place);
}

/* ---- setting and cancelling ---- */

static double seconds_argument(lua_State *L, double least)
{
    double seconds = mr_argument_number(L, 1, "seconds");
    if (!(seconds >= least) || isinf(seconds))
        luaL_argerror(L, 1,
                      lua_pushfstring(L, "seconds: a finite number from %s expected, got %s",
                                      least > 0 ? "0.001" : "0", luaL_tolstring(L, 1, NULL)));
    return fmin(seconds, MAX_DELAY_S);
}

int64_t mr_timers_now_us(const struct mr_engine *engine)
{
    const int64_t *clock_us = engine->options.clock_us;
    return clock_us != NULL ? *clock_us : mr_clock_now_us();
}

/* A timer that a timer sets is not due in the same run, else two of them could keep it going. */
static int64_t due_in(lua_State *L, const struct mr_timers *timers, int64_t delay_us)
{
    int64_t due_us = mr_timers_now_us(mr_engine_of(L)) + delay_us;
    return due_us > timers->running_us ? due_us : timers->running_us + 1;
}

/* fn(seconds, function) → handle */
static int set_timer(lua_State *L, double least, bool again)
{
    struct mr_timers *timers = mr_engine_of(L)->timers;
    int64_t delay_us = (int64_t)(seconds_argument(L, least) * 1e6 + 0.5);
    luaL_checktype(L, 2, LUA_TFUNCTION);

    struct timer *timer = lua_newuserdatauv(L, sizeof(*timer), 1);
    *timer = (struct timer){
        .type = &timer_key,
        .place = OVER,
        .due_us = due_in(L, timers, delay_us),
        .period_us = again ? delay_us : 0,
        .number = timers->created++,
    };
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &timer_key);
    lua_setmetatable(L, -2);
    if (timers->count == MAX_PENDING) /* asked late: making an object may run some __gc */
        return luaL_error(L, "more than %d timers are pending; :cancel() those that are not needed",
                          MAX_PENDING);

    lua_rawgetp(L, LUA_REGISTRYINDEX, &pending_key);
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, timer);
    lua_pop(L, 1);
    move_up(timers, timer, timers->count++);
    return 1;
}

static int after(lua_State *L)
{
    return set_timer(L, 0, false);
}

static int every(lua_State *L)
{
    return set_timer(L, MIN_PERIOD_S, true);
}

/* The timer is collected when the script holds it no longer. */
static void end_timer(lua_State *L, struct timer *timer)
{
    take_out(mr_engine_of(L)->timers, timer);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &pending_key);
    lua_pushnil(L);
    lua_rawsetp(L, -2, timer);
    lua_pop(L, 1);
}

static struct timer *timer_check(lua_State *L)
{
    struct timer *timer = lua_touserdata(L, 1); /* NULL for json.null, too */
    if (timer == NULL || timer->type != &timer_key)
        luaL_error(L, "timer expected, got %s; methods are called with a colon: timer:cancel()",
                   luaL_typename(L, 1));
    return timer;
}

static int timer_cancel(lua_State *L)
{
    struct timer *timer = timer_check(L);
    if (timer->place != OVER)
        end_timer(L, timer);
    lua_pushnil(L); /* what the function holds may be collected, whoever keeps the handle */
    lua_setiuservalue(L, 1, 1);
    return 0;
}

static int timer_to_string(lua_State *L)
{
    const struct timer *timer = timer_check(L);
    double left_ms =
        fmax(0, round((double)(timer->due_us - mr_timers_now_us(mr_engine_of(L))) / 1e3));
    if (timer->place == OVER)
        lua_pushliteral(L, "timer (over)");
    else if (timer->period_us > 0)
        lua_pushfstring(L, "timer (every %f s)", (double)timer->period_us / 1e6);
    else
        lua_pushfstring(L, "timer (in %f s)", left_ms / 1e3);
    return 1;
}

/* ---- running ---- */

/* The first timer, which is due. It is dealt with before its function is called: whatever that does,
 * it is not called again in this run. */
static int call_first(lua_State *L)
{
    struct mr_timers *timers = lua_touserdata(L, 1);
    struct timer *timer = timers->heap[0];
    lua_rawgetp(L, LUA_REGISTRYINDEX, &pending_key);
    lua_rawgetp(L, -1, timer);
    lua_getiuservalue(L, -1, 1);
    if (timer->period_us > 0) { /* what was missed is not made up for */
        int64_t periods = (timers->running_us - timer->due_us) / timer->period_us + 1;
        timer->due_us += periods * timer->period_us;
        move_down(timers, timer, 0);
    } else {
        end_timer(L, timer);
        lua_pushnil(L);
        lua_setiuservalue(L, -3, 1);
    }
    lua_call(L, 0, 0);
    return 0;
}

int64_t mr_timers_next_us(const struct mr_engine *engine)
{
    const struct mr_timers *timers = engine->timers;
    return timers->count > 0 ? timers->heap[0]->due_us : -1;
}

int mr_timers_run(struct mr_engine *engine, int64_t now_us, int64_t *next_us,
                  struct mr_error *error)
{
    struct mr_timers *timers = engine->timers;
    int result = 0;
    timers->running_us = now_us;
    while (result == 0 && timers->count > 0 && timers->heap[0]->due_us <= now_us)
        result = mr_call(engine, call_first, timers, error);
    timers->running_us = 0;
    *next_us = mr_timers_next_us(engine);
    if (*next_us >= 0 && *next_us < now_us)
        *next_us = now_us;
    return result;
}

void mr_timers_open(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        { "__tostring", timer_to_string },
        { NULL, NULL },
    };
    static const luaL_Reg methods[] = {
        { "cancel", timer_cancel },
        { NULL, NULL },
    };
    struct mr_timers *timers = lua_newuserdatauv(L, sizeof(*timers), 0);
    *timers = (struct mr_timers){ 0 };
    lua_rawsetp(L, LUA_REGISTRYINDEX, &timers_key);
    mr_engine_of(L)->timers = timers;
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &pending_key);

    luaL_newlib(L, metamethods);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "timer");
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "timer");
    lua_setfield(L, -2, "__name");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &timer_key);
    lua_register(L, "after", after);
    lua_register(L, "every", every);
}

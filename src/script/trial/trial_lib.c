#include "script/trial/trial_lib.h"

#include "script/trial/trial_events.h"
#include "script/trial/trial_expect.h"

void mr_trial_lib_push(lua_State *L, struct mr_trial_bench *bench)
{
    const luaL_Reg *const lists[] = { mr_trial_bench_functions, mr_trial_events_functions,
                                      mr_trial_expect_functions };
    lua_newtable(L);
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        lua_pushlightuserdata(L, bench);
        lua_pushinteger(L, bench->serial);
        lua_pushvalue(L, -3);
        luaL_setfuncs(L, lists[i], 3);
    }
}

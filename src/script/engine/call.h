/* The protected, watched call that every way into Lua goes through, and what becomes of errors. */
#ifndef MR_SCRIPT_CALL_H
#define MR_SCRIPT_CALL_H

#include "base/error.h"

#include <lua.h>

struct mr_engine;

/* Call `function` with `argument` as light userdata: protected, watched, with messages as engine.h
 * says. return: 0; -EINVAL, -ETIMEDOUT, -ENOMEM with *error */
int mr_call(struct mr_engine *engine, lua_CFunction function, void *argument,
            struct mr_error *error);

#endif

/* frame.recorded: the payload that was recorded with a frame of a recording that is played. */
#ifndef MR_SCRIPT_RECORDED_H
#define MR_SCRIPT_RECORDED_H

#include "base/blob.h"

#include <lua.h>

/* Push what `frame.recorded` is of the frame that is argument 1: decoded when it is first asked for,
 * the same value then; nil for NULL and for what is no JSON, about which there is one warning. */
void mr_recorded_push(lua_State *L, const struct mr_blob *recorded);

#endif

/* The parts of the host that a script finds in its state. Each function puts one there, in protected mode. */
#ifndef MR_SCRIPT_LIBRARIES_H
#define MR_SCRIPT_LIBRARIES_H

#include <lua.h>

void mr_sandbox_open(lua_State *L); /* libraries, without what scripts must not have */
void mr_protect_open(lua_State *L); /* xpcall */
void mr_coroutine_open(
    lua_State *L); /* the table `coroutine`, whose functions the watchdog can stop */
void mr_require_open(lua_State *L); /* loads the files beside the script */
void mr_basics_open(lua_State *L);  /* log, print, now */
void mr_calls_open(lua_State *L);   /* the table `state` */
void mr_talk_open(lua_State *L);    /* broadcast */
void mr_timers_open(lua_State *L);  /* after, every */
void mr_drawing_open(
    lua_State *L); /* the types of frames and images with all their methods, image() */

#endif

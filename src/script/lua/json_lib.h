/* JSON text to Lua values, for `json.decode` and for what comes from outside.
 *
 * Called in protected mode by the thread that runs the script. */
#ifndef MR_SCRIPT_JSON_LIB_H
#define MR_SCRIPT_JSON_LIB_H

#include <jansson.h>
#include <lua.h>

/* Put the table `json` into a new state. */
void mr_json_lib_open(lua_State *L);

/* Parse any JSON value. One value is pushed that owns the tree and frees it when the C function
 * that called returns or raises an error.
 * in:     flags: more of jansson's JSON_… for decoding
 * return: the tree, borrowed; NULL with *error */
json_t *mr_json_lib_parse(lua_State *L, const char *text, size_t size, size_t flags,
                          json_error_t *error);

/* Push what json.decode gives for the text. Errors begin with `what`. */
void mr_json_lib_decode(lua_State *L, const char *text, size_t size, const char *what);

#endif

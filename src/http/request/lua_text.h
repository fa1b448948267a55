/* Lua texts that come and go over the API: the script, and the files beside it. Workers only. Each
 * returns the status of its answer. */
#ifndef MR_HTTP_LUA_TEXT_H
#define MR_HTTP_LUA_TEXT_H

#include "base/buffer.h"
#include "http/request/request.h"

#include <jansson.h>

#define MR_LUA_TEXT_MAX_BYTES (1024 * 1024)

/* Answer with a text and its entity tag, or with 304 when the client has it. return: the status of the answer */
int mr_lua_text_show(const struct mr_request *request, const struct mr_buffer *text);

/* Take the body of a request. return: 0; else the status, once it was refused */
int mr_lua_text_read(const struct mr_request *request, struct mr_buffer *text);

/* Answer with `body`, whose reference is taken over, and the entity tag of the text that is on disk now.
 * return: the status of the answer */
int mr_lua_text_tell_saved(const struct mr_request *request, int status,
                           const struct mr_buffer *text, json_t *body);

#endif

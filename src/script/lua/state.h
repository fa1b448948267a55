/* A script's `state` as bytes: plain data (booleans, numbers, strings, tables of them), so that it
 * can be handed to the next version of the script.
 *
 * Format, numbers as the machine has them: "MRS1", then one value, which is a tag and what follows:
 *
 *     n nil     t true     f false     i 8 bytes, integer     d 8 bytes, double
 *     s u32 length, bytes
 *     { key value … }   a table
 *     r u32, the table that was opened as the n-th, from 0
 *
 * To be called in protected mode by the thread that runs the script. */
#ifndef MR_SCRIPT_STATE_H
#define MR_SCRIPT_STATE_H

#include "base/buffer.h"
#include "base/error.h"

#include <lua.h>

#define MR_STATE_MAX_BYTES (1024 * 1024)

/* Append the value at `index` to *out. Values that are no plain data (functions, userdata, a table
 * inside itself) are left out.
 * out:    *error: code -EINVAL and the path of the first value that was left out; untouched if none
 * return: 0; -EFBIG with *error when it is longer than MR_STATE_MAX_BYTES; -ENOMEM */
int mr_state_write(lua_State *L, int index, struct mr_buffer *out, struct mr_error *error);

/* Push the value that `bytes` hold.
 * return: 0; -EINVAL with *error when they were not made by mr_state_write; nothing is pushed then
 */
int mr_state_read(lua_State *L, const void *bytes, size_t size, struct mr_error *error);

#endif

/* Functions of kernels that other scripts may use as well: min, max, … By the thread that runs the script. */
#ifndef MR_SCRIPT_KERNEL_FUNCTIONS_H
#define MR_SCRIPT_KERNEL_FUNCTIONS_H

#include <lua.h>

void mr_kernel_functions_open(lua_State *L); /* they become globals; in protected mode */

#endif

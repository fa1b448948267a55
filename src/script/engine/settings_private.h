/* Shared by the files about settings. Called in protected mode. */
#ifndef MR_SCRIPT_SETTINGS_PRIVATE_H
#define MR_SCRIPT_SETTINGS_PRIVATE_H

#include <lua.h>
#include <stdbool.h>

/* Push the normalised declarations, as mr_settings_push gives them but for the values; nil and
 * false when the script declares nothing. */
bool mr_settings_push_list(lua_State *L);

/* Push the table from names to values; nil when the script declares nothing. */
void mr_settings_push_values(lua_State *L);

/* Push the names in the list at index `list`: "label, opacity" */
void mr_settings_push_names(lua_State *L, int list);

#endif

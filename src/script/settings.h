/* A script's settings: declared as data in the global table `settings`, checked after loading, and
 * then read by the script as `settings.label`.
 *
 * The declared table itself becomes the read-only view of the values, so that a local reference
 * made while loading works too. An unknown name raises an error that lists those there are. Called
 * in protected mode. */
#ifndef MR_SCRIPT_SETTINGS_H
#define MR_SCRIPT_SETTINGS_H

#include <lua.h>

#define MR_SETTINGS_MAX       64
#define MR_SETTINGS_MAX_BYTES 4096 /* of a text value */

/* Check the global `settings`; errors name the setting. Nothing happens when there is none. */
void mr_settings_load(lua_State *L);

/* Push the declarations with their values: a list of tables name, type, default, value, help, min,
 * max, step, choices; ordered by name. */
void mr_settings_push(lua_State *L);

#endif

/* A script's settings: declared as data in the global table `settings`, checked after loading, and
 * then read by the script as `settings.label`.
 *
 * The declared table itself becomes the read-only view of the values, so that a local reference
 * made while loading works too. An unknown name raises an error that lists those there are. Called
 * in protected mode. */
#ifndef MR_SCRIPT_SETTINGS_H
#define MR_SCRIPT_SETTINGS_H

#include "base/error.h"

#include <lua.h>
#include <stddef.h>

#define MR_SETTINGS_MAX       64
#define MR_SETTINGS_MAX_BYTES 4096 /* of a text value */

/* Check the global `settings`; errors name the setting. Nothing happens when there is none. */
void mr_settings_load(lua_State *L);

/* Push the declarations with their values: a list of tables name, type, default, value, help, min,
 * max, step, choices; ordered by name. */
void mr_settings_push(lua_State *L);

/* Check new values against the declarations; none is set yet.
 * in:     json: an object, {"label":"Yard","opacity":0.5}
 * return: 0, and a table of the names and values is pushed; a button's is true; -EINVAL with *error
 */
int mr_settings_change_check(lua_State *L, const char *json, size_t size, struct mr_error *error);

/* Choose what to take of another version's settings: values that were changed there, and whose name
 * and type are declared here, too. An unchanged one leaves it to this version's default.
 * in:     json: the list that mr_settings_push gives; or, when there was no other version, an object
 *         of values to begin with, none of which may be unknown or not allowed
 * return: 0, and a table as from mr_settings_change_check is pushed; -EINVAL with *error */
int mr_settings_change_choose(lua_State *L, const char *json, size_t size, struct mr_error *error);

/* Set the values in the table on top of the stack, as the two above made it. Buttons stay false.
 * Never raises an error. */
void mr_settings_change_apply(lua_State *L);

#endif

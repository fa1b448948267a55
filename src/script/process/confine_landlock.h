/* Landlock, by which a confined process cannot read files (landlock(7)). Not every kernel has it. */
#ifndef MR_SCRIPT_CONFINE_LANDLOCK_H
#define MR_SCRIPT_CONFINE_LANDLOCK_H

#include <stdbool.h>

/* Any thread of any process.
 * return: whether this kernel has Landlock. Without it, a script that exploits a fault of Lua can read what this
 *         process's user can read */
bool mr_confine_landlock_exists(void);

#endif

/* Where in a nested Lua value somebody is: for the cycle check and for messages such as
 * `payload.cars[3].speed`. Plain data of whoever walks the value; keys are borrowed from it. */
#ifndef MR_SCRIPT_PATH_H
#define MR_SCRIPT_PATH_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#define MR_PATH_MAX_DEPTH 100

struct mr_path {
    const char *root; /* "payload" */
    int depth;
    struct {
        const void *table;
        const char *name; /* NULL: by index */
        lua_Integer index;
    } step[MR_PATH_MAX_DEPTH];
};

/* Go into a table.
 * return: NULL, or why not: "contains itself", "is nested more than 100 deep" */
const char *mr_path_enter(struct mr_path *path, const void *table);
void mr_path_leave(struct mr_path *path);

/* From now on this entry of the innermost table is meant. */
void mr_path_name(struct mr_path *path, const char *name);
void mr_path_index(struct mr_path *path, lua_Integer index);

/* Write "payload.cars[3].speed", cut to fit; `inner`: the innermost entry included. */
void mr_path_format(const struct mr_path *path, bool inner, char *text, size_t size);

#endif

#include "script/lua/path.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *mr_path_enter(struct mr_path *path, const void *table)
{
    for (int i = 0; i < path->depth; i++)
        if (path->step[i].table == table)
            return "contains itself";
    if (path->depth == MR_PATH_MAX_DEPTH)
        return "is nested more than 100 deep";
    path->step[path->depth].table = table;
    path->step[path->depth].name = "?";
    path->depth++;
    return NULL;
}

void mr_path_leave(struct mr_path *path)
{
    path->depth--;
}

void mr_path_name(struct mr_path *path, const char *name)
{
    path->step[path->depth - 1].name = name;
}

void mr_path_index(struct mr_path *path, lua_Integer index)
{
    path->step[path->depth - 1].name = NULL;
    path->step[path->depth - 1].index = index;
}

static bool is_identifier(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    for (; *name != '\0'; name++)
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

void mr_path_format(const struct mr_path *path, bool inner, char *text, size_t size)
{
    int used = snprintf(text, size, "%s", path->root);
    for (int i = 0; i < path->depth - (inner ? 0 : 1); i++) {
        size_t room = size - (size_t)used;
        const char *name = path->step[i].name;
        int more = name == NULL ? snprintf(text + used, room, "[%lld]", path->step[i].index)
                   : is_identifier(name) ? snprintf(text + used, room, ".%.64s", name)
                                         : snprintf(text + used, room, "[\"%.64s\"]", name);
        if (more < 0 || (size_t)more >= room) {
            if (size > 4)
                memcpy(text + size - 4, "...", 4);
            return;
        }
        used += more;
    }
}

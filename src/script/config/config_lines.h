/* On which line a configuration sets what. Lua's tables know no lines, so they are found in the text:
 * keys of nested table constructors and assigned names. What a loop or a function makes is found at the
 * assignment, as far as that can be told. Pure; any thread. */
#ifndef MR_SCRIPT_CONFIG_LINES_H
#define MR_SCRIPT_CONFIG_LINES_H

#include <stddef.h>

struct mr_config_place {
    char *path; /* "streams.yard.quality"; "*" stands for a key that the text computes */
    int line;
};

struct mr_config_lines {
    struct mr_config_place *places; /* in the text's order */
    size_t count, capacity;
    struct mr_config_place twice; /* a key that a table constructor has twice; path NULL: none */
};

/* Read a Lua text, right or wrong. return: 0; -ENOMEM; *lines is to be finished in any case */
int mr_config_lines_read(struct mr_config_lines *lines, const char *text, size_t size);
void mr_config_lines_finish(struct mr_config_lines *lines); /* may be all zero */

/* in:     path: "streams.yard.quality"
 * return: the line on which it is set, or else that of the innermost table around it; 0: not found */
int mr_config_lines_find(const struct mr_config_lines *lines, const char *path);

#endif

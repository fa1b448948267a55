/* The prefix under which everything is (--base-path), as a reverse proxy passes it on. Plain data and
 * pure functions; any thread. */
#ifndef MR_HTTP_BASE_PATH_H
#define MR_HTTP_BASE_PATH_H

#include "base/error.h"

#include <stddef.h>

#define MR_BASE_PATH_MAX 255

struct mr_base_path {
    char text[MR_BASE_PATH_MAX + 1]; /* "/cam", "/a/b"; "" for none */
    size_t length;
};

/* From "/cam" or "/cam/"; "/" is none.
 * return: 0; -EINVAL with *error */
int mr_base_path_parse(const char *text, struct mr_base_path *base, struct mr_error *error);

enum mr_base_path_match {
    MR_BASE_PATH_INSIDE,
    MR_BASE_PATH_ITSELF, /* without the slash, on which a page's relative addresses rest */
    MR_BASE_PATH_OUTSIDE,
};

/* Find a request's path below it.
 * out:    *rest, the path after the prefix, "/" at least; only when it is inside
 * return: whether it is inside, outside, or the prefix without its slash */
enum mr_base_path_match mr_base_path_match(const struct mr_base_path *base, const char *path,
                                           const char **rest);

#endif

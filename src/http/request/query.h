/* The query string of a request. Any thread; no I/O. */
#ifndef MR_HTTP_QUERY_H
#define MR_HTTP_QUERY_H

#include <stdbool.h>
#include <stddef.h>

/* Read the first parameter `name`, decoded.
 * in:     query: as the request has it; NULL: none. size: of value, 1 at least
 * out:    value: 0-terminated; "" unless it was found
 * return: its length; -ENOENT it is not there; -ENOSPC it is longer than size - 1; -EINVAL it holds
 *         a 0 */
int mr_query_get(const char *query, const char *name, char *value, size_t size);

/* The same for values of which more than `size` - 1 bytes do not matter: they are cut.
 * return: whether the parameter is there */
bool mr_query_cut(const char *query, const char *name, char *value, size_t size);

#endif

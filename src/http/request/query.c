#include "http/request/query.h"

#include <civetweb.h>
#include <errno.h>
#include <string.h>

int mr_query_get(const char *query, const char *name, char *value, size_t size)
{
    int length = query != NULL ? mg_get_var(query, strlen(query), name, value, size) : -1;
    if (length >= 0 && strlen(value) == (size_t)length)
        return length;
    value[0] = '\0';
    if (length >= 0)
        return -EINVAL;
    return length == -2 ? -ENOSPC : -ENOENT;
}

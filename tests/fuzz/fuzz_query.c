/* Any text as a query string. The first byte is the room for a value. */
#include "fuzz.h"
#include "http/request/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void get(const char *query, const char *name, size_t room)
{
    char *value =
        malloc(room); /* of exactly that size, so that a sanitizer sees a write beyond it */
    fuzz_require(value != NULL);
    int result = mr_query_get(query, name, value, room);
    fuzz_require(memchr(value, '\0', room) != NULL);
    fuzz_require(result == -ENOENT || result == -ENOSPC || result == -EINVAL ||
                 (result >= 0 && strlen(value) == (size_t)result));
    fuzz_require(result >= 0 || value[0] == '\0');
    free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    size_t room = fuzz_number(&input, 1) + 1;
    char *query = strndup((const char *)input.at, input.left);
    fuzz_require(query != NULL);
    get(query, "sid", room);
    get(query, "transport", room);
    get(query, "t", 1);
    free(query);
    return 0;
}

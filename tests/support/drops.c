#include "support/drops.h"

#include "support/check.h"
#include "support/fetch.h"

#include <jansson.h>
#include <stdio.h>

uint64_t drops_of(int port, const char *stream)
{
    char request[128];
    const char *cause;
    json_t *count;
    struct fetched answer;
    uint64_t sum = 0;
    snprintf(request, sizeof(request), "GET /api/streams/%s", stream);
    assert_int_equal(fetch(port, request, &answer), 200);
    json_t *state = json_loads((char *)answer.body.data, 0, NULL);
    assert_non_null(state);
    json_object_foreach(json_object_get(state, "drops"), cause, count) sum +=
        (uint64_t)json_integer_value(count);
    json_decref(state);
    fetched_finish(&answer);
    return sum;
}

/* Any bytes as a script's state: what is read back is written again equally. */
#include "fuzz.h"
#include "script/engine/calls.h"
#include "script/lua/state.h"

static struct mr_engine *engine;

/* return: whether the script has a state that can be written */
static bool get(struct mr_buffer *state)
{
    struct mr_error left_out = { 0 }, error = { 0 };
    mr_buffer_clear(state);
    int result = mr_calls_get_state(engine, state, &left_out, &error);
    fuzz_require(result == 0 ? state->size <= MR_STATE_MAX_BYTES : error.text[0] != '\0');
    return result == 0 && left_out.code == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mr_buffer first = { 0 }, second = { 0 };
    struct mr_error error = { 0 };
    if (engine == NULL)
        engine = fuzz_engine("function process() end", NULL, NULL, NULL);
    int result = mr_calls_set_state(engine, data, size, &error);
    fuzz_require(result == 0 || error.text[0] != '\0');
    if (result == 0 && get(&first)) {
        fuzz_require(mr_calls_set_state(engine, first.data, first.size, &error) == 0);
        fuzz_require(get(&second));
        fuzz_require(first.size == second.size); /* the order of a table's entries may differ */
    }
    mr_buffer_finish(&first);
    mr_buffer_finish(&second);
    return 0;
}

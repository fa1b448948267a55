/* Any text through json.decode and, what it gives, through json.encode: that text is JSON, and it
 * comes out as it is from there on. */
#include "fuzz.h"
#include "script/engine/talk.h"
#include "script/lua/json_write.h"

#include <string.h>

/* A message is decoded as json.decode does, a broadcast encoded as json.encode. */
static const char script[] =
    "function process() end\n"
    "function on_message(message)\n"
    "    message = json.decode(json.encode(message)) -- -0 becomes 0\n"
    "    local text = json.encode(message)\n"
    "    if json.encode(json.decode(text)) ~= text then broadcast(0, 7) end\n"
    "    broadcast(message)\n"
    "end\n";

static struct mr_engine *engine;

static void take(void *opaque, uint64_t client, const char *json, size_t size)
{
    struct mr_buffer *text = opaque;
    fuzz_require(client != 7);
    fuzz_require(client == 0 && size > 0 && size <= MR_SCRIPT_MESSAGE_MAX_BYTES);
    fuzz_require(fuzz_is_plain(json, size));
    mr_buffer_clear(text);
    mr_buffer_append(text, json, size);
}

static int deliver(const void *json, size_t size, struct mr_error *error)
{
    const struct mr_script_event event = {
        .kind = MR_SCRIPT_MESSAGE, .client = 1, .json = json, .size = size
    };
    return mr_talk_deliver(engine, &event, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mr_buffer text;
    struct mr_buffer first = { 0 };
    struct mr_error error = { 0 };
    if (engine == NULL)
        engine = fuzz_engine(script, NULL, take, &text);
    mr_buffer_clear(&text);
    fuzz_clock_us += 1000000; /* each input has a second's broadcasts for itself */
    int result = deliver(data, size, &error);
    fuzz_require(result == 0 || error.text[0] != '\0');
    if (result == 0 && text.size > 0) {
        mr_buffer_append(&first, text.data, text.size);
        fuzz_require(deliver(first.data, first.size, &error) == 0);
        fuzz_require(text.size == first.size && memcmp(text.data, first.data, text.size) == 0);
    }
    mr_buffer_finish(&first);
    return 0;
}

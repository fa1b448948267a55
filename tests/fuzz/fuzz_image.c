/* Any bytes as the file that image() loads: refused with a message, or an image within the limits. */
#include "fuzz.h"
#include "media/picture/picture.h"
#include "script/engine/talk.h"

#include <errno.h>
#include <string.h>

static const char script[] = "function process() end\n"
                             "function on_client()\n"
                             "    local picture = image('picture')\n"
                             "    assert(picture.w >= 1 and picture.w <= 16384, 'width')\n"
                             "    assert(picture.h >= 1 and picture.h <= 16384, 'height')\n"
                             "    picture:pixel(picture.w - 1, picture.h - 1)\n"
                             "    broadcast({ picture.w, picture.h })\n"
                             "end\n";

static struct fuzz_input file;
static bool loaded;

static int fetch(void *opaque, const char *name, bool text, size_t limit_bytes,
                 struct mr_buffer *content, struct mr_error *error)
{
    (void)opaque, (void)error;
    fuzz_require(!text && strcmp(name, "picture") == 0 && file.left <= limit_bytes);
    mr_buffer_append(content, file.at, file.left);
    return content->failed ? -ENOMEM : 0;
}

static void take(void *opaque, uint64_t client, const char *json, size_t size)
{
    (void)opaque, (void)client, (void)json, (void)size;
    loaded = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mr_engine *engine;
    const struct mr_script_event event = { .kind = MR_SCRIPT_JOIN, .client = 1 };
    struct mr_error error = { 0 };
    if (engine == NULL)
        engine = fuzz_engine(script, fetch, take, NULL);
    file = (struct fuzz_input){ data, size };
    loaded = false;
    int result = mr_talk_deliver(engine, &event, &error);
    fuzz_require(result == 0 ? loaded : error.text[0] != '\0');
    return 0;
}

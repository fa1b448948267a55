/* Any text as a change of settings, and as what another version leaves: the script has one of each
 * type. The first byte says which. */
#include "fuzz.h"
#include "script/engine/calls.h"

#include <string.h>

static const char script[] =
    "settings = {\n"
    "    opacity = { 0.5, min = 0, max = 1, step = 0.1 },\n"
    "    count = { 3 },\n"
    "    shown = { true },\n"
    "    label = { 'moonreel', help = 'above the frame' },\n"
    "    mode = { 'a', choices = { 'a', 'b', 'longer' } },\n"
    "    tint = { '#ff8800', type = 'color' },\n"
    "    reset = { type = 'button' },\n"
    "}\n"
    "function process() end\n"
    "local function check(holds) if not holds then broadcast('wrong') end end\n"
    "function on_settings(changed)\n"
    "    for name, value in pairs(changed) do\n"
    "        check(settings[name] == value or name == 'reset' and value == true)\n"
    "    end\n"
    "    check(settings.opacity >= 0 and settings.opacity <= 1)\n"
    "    check(type(settings.count) == 'number' and type(settings.shown) == 'boolean')\n"
    "    check(#settings.label <= 4096 and not settings.label:find('\\0', 1, true))\n"
    "    check(settings.mode == 'a' or settings.mode == 'b' or settings.mode == 'longer')\n"
    "    check(settings.reset == false)\n"
    "end\n";

static void take_complaint(void *opaque, uint64_t client, const char *json, size_t size)
{
    (void)opaque, (void)client, (void)json, (void)size;
    fuzz_require(false);
}

static void get(struct mr_engine *engine, struct mr_buffer *json)
{
    struct mr_error error = { 0 };
    mr_buffer_clear(json);
    fuzz_require(mr_calls_get_settings(engine, json, &error) == 0);
    fuzz_require(json->size > 0 && fuzz_is_plain(json->data, json->size));
}

static bool is_same(const struct mr_buffer *one, const struct mr_buffer *other)
{
    return one->size == other->size && memcmp(one->data, other->data, one->size) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mr_engine *engine, *heir;
    struct mr_buffer before = { 0 }, after = { 0 }, inherited = { 0 };
    struct mr_error error = { 0 };
    if (engine == NULL)
        engine = fuzz_engine(script, NULL, take_complaint, NULL);
    if (size == 0)
        return 0;
    get(engine, &before);
    bool adopt = data[0] % 2 != 0;
    const char *json = (const char *)data + 1;
    int result = adopt ? mr_calls_adopt_settings(engine, json, size - 1, &error)
                       : mr_calls_change_settings(engine, json, size - 1, &error);
    fuzz_require(result == 0 || (result < 0 && error.text[0] != '\0'));
    get(engine, &after);
    fuzz_require(result == 0 || is_same(&before, &after));

    /* what one version leaves is taken by the next one as it is */
    if (result == 0 && !is_same(&before, &after)) {
        heir = fuzz_engine(script, NULL, NULL, NULL);
        fuzz_require(mr_calls_adopt_settings(heir, (char *)after.data, after.size, &error) == 0);
        get(heir, &inherited);
        fuzz_require(is_same(&after, &inherited));
        mr_engine_destroy(heir);
    }
    mr_buffer_finish(&before);
    mr_buffer_finish(&after);
    mr_buffer_finish(&inherited);
    return 0;
}

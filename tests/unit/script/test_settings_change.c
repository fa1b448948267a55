#include "script/engine/calls.h"
#include "script/engine/timers.h"
#include "script_support.h"

static struct test_host host;

static int set_up(void **state)
{
    (void)state;
    host_open(&host);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    host_close(&host);
    return 0;
}

#define ALL                                                                                        \
    "settings = {\n"                                                                               \
    "  label = 'moonreel',\n"                                                                      \
    "  opacity = { 0.8, min = 0, max = 1, step = 0.05 },\n"                                        \
    "  mode = { 'day', choices = { 'day', 'night' } },\n"                                          \
    "  tint = { '#ff8800', type = 'color' },\n"                                                    \
    "  reset = { type = 'button' },\n"                                                             \
    "  plain = 5, on = true,\n"                                                                    \
    "}\n"
#define VALUES                                                                                     \
    "local s = settings return { s.label, s.opacity, s.mode, s.tint, s.reset, s.plain, s.on }"
#define DEFAULTS "[\"moonreel\",0.8,\"day\",\"#ff8800\",false,5,true]"

/* What on_settings was told, as the payload. */
#define TOLD "local told = json.null function on_settings(changed) told = changed end "

static int change_bytes(struct mr_engine *engine, const char *json, size_t size,
                        struct mr_error *error)
{
    char *copy = malloc(size + 1); /* of just that size: reading on is seen by sanitizers */
    memcpy(copy, json, size);
    error->code = 0;
    error->text[0] = '\0';
    int result = mr_calls_change_settings(engine, copy, size, error);
    assert_int_equal(result, error->code);
    free(copy);
    return result;
}

static void change_at(struct mr_engine *engine, const char *json, int line)
{
    struct mr_error error;
    if (change_bytes(engine, json, strlen(json), &error) < 0)
        fail_msg("line %d: %s", line, error.text);
}

#define change(engine, json) change_at(engine, json, __LINE__)

static void expect_refusal(struct mr_engine *engine, const char *json, const char *wanted)
{
    struct mr_error error;
    int result = change_bytes(engine, json, strlen(json), &error);
    if (result != -EINVAL || strstr(error.text, wanted) != error.text)
        fail_msg("%s: %d, got '%s', wanted '%s'", json, result, error.text, wanted);
}

static void values_change_and_the_script_is_told(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(&host, ALL PROCESS(VALUES));
    expect_frame(engine, DEFAULTS);
    change(engine,
           "{\"label\":\"Yard \u00e4\",\"opacity\":0.5,\"mode\":\"night\",\"tint\":\"tomato\","
           "\"plain\":-7,\"on\":false}");
    expect_frame(engine, "[\"Yard \u00e4\",0.5,\"night\",\"tomato\",false,-7,false]");
    change(engine, "{\"opacity\":1}"); /* the others stay */
    expect_frame(engine, "[\"Yard \u00e4\",1,\"night\",\"tomato\",false,-7,false]");
    mr_engine_destroy(engine);

    engine = engine_make(&host, ALL TOLD PROCESS("local t = told told = json.null return t"));
    change(engine, "{\"opacity\":0.5,\"label\":\"\"}");
    expect_frame(engine, "{\"label\":\"\",\"opacity\":0.5}");
    change(engine, "{\"opacity\":0.5}"); /* the same again is told as well */
    expect_frame(engine, "{\"opacity\":0.5}");
    change(engine, "{}");
    expect_frame(engine, "null");
    mr_engine_destroy(engine);
}

static void on_settings_sees_the_new_values(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host,
        ALL "local seen function on_settings(changed) seen = { settings.label, "
            "settings.plain, math.type(changed.plain), getmetatable(changed) == nil } end " PROCESS(
                "return seen"));
    change(engine, "{\"label\":\"x\",\"plain\":6}");
    expect_frame(engine, "[\"x\",6,\"integer\",true]");
    change(engine, "{\"plain\":6.0}"); /* kept as given */
    expect_frame(engine, "[\"x\",6,\"float\",true]");
    mr_engine_destroy(engine);
}

static void a_button_is_told_and_reads_false(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, ALL TOLD PROCESS("return { told, settings.reset }"));
    change(engine, "{\"reset\":true}");
    expect_frame(engine, "[{\"reset\":true},false]");
    expect_refusal(engine, "{\"reset\":false}",
                   "settings.reset: false does not press a button; true does");
    expect_refusal(engine, "{\"reset\":1}", "settings.reset: 1 does not press a button");
    mr_engine_destroy(engine);
}

static void wrong_values_say_what_is_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *wanted;
    } cases[] = {
        { "{\"opacity\":3}", "settings.opacity: 3 is above the maximum 1" },
        { "{\"opacity\":1.001}", "settings.opacity: 1.001 is above the maximum 1" },
        { "{\"opacity\":-0.5}", "settings.opacity: -0.5 is below the minimum 0" },
        { "{\"opacity\":\"0.5\"}", "settings.opacity: '0.5' is no number" },
        { "{\"opacity\":null}", "settings.opacity: null is no number" },
        { "{\"opacity\":[]}", "settings.opacity: a list is no number" },
        { "{\"opacity\":1e999}", "settings: line 1, column 16: real number overflow" },
        { "{\"opacity\":NaN}", "settings: line 1, column 14: invalid token near 'NaN'" },
        { "{\"on\":1}", "settings.on: 1 is neither true nor false" },
        { "{\"on\":\"true\"}", "settings.on: 'true' is neither true nor false" },
        { "{\"label\":5}", "settings.label: 5 is no text" },
        { "{\"label\":{\"a\":1}}", "settings.label: an object is no text" },
        { "{\"label\":\"a\\u0000b\"}", "settings.label: 'a' is followed by a NUL character" },
        { "{\"label\":\"\xff\"}", "settings: line 1, column 10: unable to decode byte 0xff" },
        { "{\"label\":\"\xed\xa0\x80\"}", "settings: line 1, column 10: unable to decode byte" },
        { "{\"label\":\"\\ud800\"}", "settings: line 1, column 17: invalid Unicode" },
        { "{\"mode\":\"dusk\"}", "settings.mode: 'dusk' is none of: day, night" },
        { "{\"mode\":\"day\\u0000\"}", "settings.mode: 'day' is none of: day, night" },
        { "{\"mode\":1}", "settings.mode: 1 is none of: day, night" },
        { "{\"tint\":\"grean\"}",
          "settings.tint: 'grean' is no colour such as '#ff8800' or 'orange'" },
        { "{\"tint\":\"red\\u0000\"}", "settings.tint: 'red' is followed by a NUL" },
        { "{\"tint\":[255,0,0]}", "settings.tint: a list is no text" },
        { "{\"labl\":\"x\"}", "there is no setting 'labl'; there are: label, mode, on, opacity, "
                              "plain, reset, tint" },
        { "{\"\":1}", "there is no setting ''; there are: label" },
        { "{\"on\":true,\"on\":false}", "settings: line 1, column 15: duplicate object key" },
        { "{\"a\\u0000\":1}", "settings: line 1, column 10: NUL byte in object key" },
        { "[]", "settings: an object expected" },
        { "null", "settings: an object expected" },
        { "", "settings: line 1, column 0: unexpected token near end of file" },
        { "{\"on\":true} x", "settings: line 1, column 13: end of file expected" },
    };
    struct mr_engine *engine = engine_make(&host, ALL TOLD PROCESS("return told"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        expect_refusal(engine, cases[i].json, cases[i].wanted);
    expect_frame(engine, "null"); /* never told of any */
    mr_engine_destroy(engine);

    engine = engine_make(&host, PROCESS(""));
    expect_refusal(engine, "{\"x\":1}", "there is no setting 'x'; the script declares none");
    change(engine, "{}");
    mr_engine_destroy(engine);
}

/* `count` times what, between what begins and ends. */
static char *repeat(const char *begin, const char *what, size_t count, const char *end)
{
    char *text = malloc(strlen(begin) + strlen(what) * count + strlen(end) + 1);
    char *at = stpcpy(text, begin);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, what);
    strcpy(at, end);
    return text;
}

static void long_and_deep_texts_are_refused(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(&host, ALL PROCESS(VALUES));
    char *text = repeat("{\"label\":\"", "\u00e4", 2049, "\"}");
    expect_refusal(engine, text, "settings.label: 4098 bytes are above the maximum 4096");
    free(text);
    text = repeat("{\"mode\":\"", "\u00e4", 1000, "\"}"); /* shown cut, not within a character */
    struct mr_error error;
    assert_int_equal(change_bytes(engine, text, strlen(text), &error), -EINVAL);
    assert_non_null(strstr(error.text, "\u00e4' is none of"));
    free(text);
    text = repeat("{\"", "x", 60000, "\":1}");
    expect_refusal(engine, text, "there is no setting 'xxxxxxx");
    free(text);
    text = repeat("{\"label\":", "[", 60000, "");
    expect_refusal(engine, text, "settings: line 1, column");
    free(text);
    text = repeat("", "{\"label\":", 1000, "");
    expect_refusal(engine, text, "settings: line 1, column");
    free(text);
    assert_int_equal(change_bytes(engine, "{\"on\":\0false}", 13, &error), -EINVAL);
    expect_frame(engine, DEFAULTS);
    text = repeat("{\"label\":\"", "\u00e4", 2048, "\"}");
    change(engine, text);
    free(text);
    mr_engine_destroy(engine);
}

static void all_or_none_change(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(&host, ALL PROCESS(VALUES));
    expect_refusal(engine, "{\"label\":\"x\",\"plain\":1,\"opacity\":3,\"on\":false}",
                   "settings.opacity: 3");
    expect_frame(engine, DEFAULTS);
    mr_engine_destroy(engine);
}

static void what_fails_in_on_settings_is_told_and_the_values_stay(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *wanted;
    } cases[] = {
        { "error('no')", "process.lua:2: no" },
        { "error()", "process.lua:2: error value is a nil, not a string" },
        { "error({})", "process.lua:2: error value is a table" },
        { "settings.plain = 1", "process.lua:2: settings are read-only" },
        { "return settings.labl", "process.lua:2: there is no setting 'labl'" },
        { "coroutine.yield()", "process.lua:2: attempt to yield from outside a coroutine" },
    };
    struct mr_error error;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[512];
        snprintf(text, sizeof(text),
                 "settings = { plain = 5 } function on_settings()\n%s\nend " PROCESS(
                     "return settings.plain"),
                 cases[i].body);
        struct mr_engine *engine = engine_make(&host, text);
        assert_int_equal(change_bytes(engine, "{\"plain\":6}", 11, &error), -ECANCELED);
        if (strstr(error.text, cases[i].wanted) != error.text)
            fail_msg("%s: %s", cases[i].body, error.text);
        expect_frame(engine, "6");
        mr_engine_destroy(engine);
    }
    struct mr_engine *engine = engine_make(
        &host, "settings = { plain = 5 } on_settings = 5 " PROCESS("return settings.plain"));
    assert_int_equal(change_bytes(engine, "{\"plain\":6}", 11, &error), -ECANCELED);
    assert_non_null(strstr(error.text, "attempt to call a number value"));
    expect_frame(engine, "6");
    mr_engine_destroy(engine);
}

static void an_endless_on_settings_is_stopped(void **state)
{
    (void)state;
    struct mr_error error;
    host.options.limits.deadline_ms = 100;
    struct mr_engine *engine =
        engine_make(&host, ALL "function on_settings()\nwhile true do end\nend " PROCESS(VALUES));
    assert_int_equal(change_bytes(engine, "{\"plain\":6}", 11, &error), -ETIMEDOUT);
    assert_string_equal(error.text, "process.lua:10: stopped after 100 ms (deadline)");
    expect_frame(engine, "[\"moonreel\",0.8,\"day\",\"#ff8800\",false,6,true]");
    mr_engine_destroy(engine);
    host.options.limits.deadline_ms = TEST_DEADLINE_MS;
}

static void without_memory_nothing_changes(void **state)
{
    (void)state;
    struct mr_error error;
    struct mr_engine *engine = engine_make(
        &host, ALL "local full = {} function init() local size = 1 << 20 while size > 0 do "
                   "if not pcall(function() full[#full + 1] = ('x'):rep(size - #full % 16) end) "
                   "then size = size // 2 end end end "
                   "after(0, function() full = nil end) " PROCESS(VALUES));
    assert_int_equal(mr_calls_init(engine, &error), -ENOMEM); /* full to the brim */
    char *text = repeat("{\"plain\":6,\"label\":\"", "x", 4096, "\"}");
    expect_refusal(engine, text, "process.lua: not enough memory (the limit is 32 MiB)");
    int64_t next_us;
    assert_int_equal(mr_timers_run(engine, INT64_MAX / 2, &next_us, &error), 0);
    expect_frame(engine, DEFAULTS);
    change(engine, text);
    free(text);
    mr_engine_destroy(engine);
}

static void a_script_cannot_disturb_the_values(void **state)
{
    (void)state;
    struct mr_error error = { 0 };
    struct mr_buffer json = { 0 };
    struct mr_engine *engine = engine_make(
        &host,
        "settings = setmetatable({ plain = 5 }, { __index = error, __newindex = error, "
        "__pairs = error, __len = error })\n"
        "local view = settings\n"
        "function init() local _, values = pairs(view) "
        "pcall(function() values.plain = print end) rawset(view, 'plain', 9) "
        "rawset(view, 'more', print) pcall(setmetatable, view, {}) settings = nil end " PROCESS(
            "local v = {} for k, x in pairs(view) do v[k] = x end return v"));
    assert_int_equal(mr_calls_init(engine, &error), 0);
    change(engine, "{\"plain\":6}");
    expect_frame(engine, "{\"plain\":6}");
    assert_int_equal(mr_calls_get_settings(engine, &json, &error), 0);
    assert_string_equal((char *)json.data, "[{\"default\":5,\"name\":\"plain\","
                                           "\"type\":\"number\",\"value\":6}]");
    mr_buffer_finish(&json);
    mr_engine_destroy(engine);

    /* metamethods of a declaration that take others away while they are read */
    engine = engine_make(
        &host, "settings = { a = setmetatable({ 1 }, { __index = function() "
               "for i = 1, 9 do settings['long_name_of_a_setting' .. i] = nil end "
               "collectgarbage() end }) }\n"
               "for i = 1, 9 do settings['long_name_of_a_setting' .. i] = i end\n" PROCESS(
                   "return settings.long_name_of_a_setting9"));
    expect_frame(engine, "9");
    mr_engine_destroy(engine);
}

static void a_change_in_the_middle_of_reading_is_seen(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "settings = { a = 1, b = 1, c = 1, d = 1 }\n"
               "local reader = coroutine.wrap(function() local sum = 0 "
               "for _, value in pairs(settings) do sum = sum + value coroutine.yield(sum) end "
               "end)\n" PROCESS("return reader()"));
    expect_frame(engine, "1");
    expect_frame(engine, "2");
    change(engine, "{\"a\":10,\"b\":10,\"c\":10,\"d\":10}");
    expect_frame(engine, "12");
    expect_frame(engine, "22");
    mr_engine_destroy(engine);
}

/* ---- another version's ---- */

static struct mr_engine *adopt(struct mr_engine *from, const char *text)
{
    struct mr_buffer json = { 0 };
    struct mr_error error = { 0 };
    assert_int_equal(mr_calls_get_settings(from, &json, &error), 0);
    mr_engine_destroy(from);
    struct mr_engine *engine = engine_make(&host, text);
    if (mr_calls_adopt_settings(engine, (char *)json.data, json.size, &error) < 0)
        fail_msg("%s", error.text);
    mr_buffer_finish(&json);
    return engine;
}

static void the_next_version_keeps_what_fits(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(&host, ALL PROCESS(""));
    change(engine,
           "{\"label\":\"Yard\",\"opacity\":0.5,\"mode\":\"night\",\"plain\":7,\"on\":false}");
    engine = adopt(engine, "settings = { label = 'other', opacity = { 0.1, min = 0, max = 0.4 }, "
                           "mode = { 'dawn', choices = { 'dawn', 'dusk' } }, plain = 'text now', "
                           "tint = { 'red', type = 'color' }, new = 1, on = true }\n" TOLD PROCESS(
                               "local s = settings return { s.label, s.opacity, s.mode, "
                               "s.plain, s.tint, s.new, s.on, told }"));
    expect_frame(engine, "[\"Yard\",0.1,\"dawn\",\"text now\",\"red\",1,false,null]");
    engine = adopt(engine, PROCESS("return settings == nil"));
    expect_frame(engine, "true");
    mr_engine_destroy(engine);
}

static void an_edited_default_shows_where_nobody_changed_it(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(&host, "settings = { a = 1, b = 1.5 }\n" PROCESS(""));
    change(engine, "{\"b\":2.5}");
    engine = adopt(engine,
                   "settings = { a = 2, b = 3.5 }\n" PROCESS("return { settings.a, settings.b }"));
    expect_frame(engine, "[2,2.5]");
    mr_engine_destroy(engine);
}

static void what_is_no_list_of_settings_is_left_out(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "[]",
        "[null,1,\"x\",[],{}]",
        "[{\"name\":\"label\",\"type\":\"text\"}]",
        "[{\"name\":\"label\",\"value\":\"x\"}]",
        "[{\"name\":5,\"type\":\"text\",\"value\":\"x\"}]",
        "[{\"name\":\"label\",\"type\":\"text\",\"value\":null}]",
        "[{\"name\":\"label\",\"type\":\"text\",\"value\":\"a\\u0000\"}]",
        "[{\"name\":\"reset\",\"type\":\"button\",\"value\":true}]",
        "[{\"name\":\"opacity\",\"type\":\"number\",\"value\":9}]",
    };
    struct mr_error error = { 0 };
    struct mr_engine *engine = engine_make(&host, ALL PROCESS(VALUES));
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        assert_int_equal(mr_calls_adopt_settings(engine, lists[i], strlen(lists[i]), &error), 0);
    assert_int_equal(mr_calls_adopt_settings(engine, "{}", 2, &error), 0);
    assert_int_equal(mr_calls_adopt_settings(engine, "5", 1, &error), -EINVAL);
    assert_int_equal(mr_calls_adopt_settings(engine, "[", 1, &error), -EINVAL);
    assert_string_equal(error.text, "settings: not in the form they are handed over");
    expect_frame(engine, DEFAULTS);
    mr_engine_destroy(engine);
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_change_and_the_script_is_told),
        cmocka_unit_test(on_settings_sees_the_new_values),
        cmocka_unit_test(a_button_is_told_and_reads_false),
        cmocka_unit_test(wrong_values_say_what_is_allowed),
        cmocka_unit_test(long_and_deep_texts_are_refused),
        cmocka_unit_test(all_or_none_change),
        cmocka_unit_test(what_fails_in_on_settings_is_told_and_the_values_stay),
        cmocka_unit_test(an_endless_on_settings_is_stopped),
        cmocka_unit_test(without_memory_nothing_changes),
        cmocka_unit_test(a_script_cannot_disturb_the_values),
        cmocka_unit_test(a_change_in_the_middle_of_reading_is_seen),
        cmocka_unit_test(the_next_version_keeps_what_fits),
        cmocka_unit_test(an_edited_default_shows_where_nobody_changed_it),
        cmocka_unit_test(what_is_no_list_of_settings_is_left_out),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

#include "script/engine/calls.h"
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
    "  label = { 'moonreel', help = 'in the corner' },\n"                                          \
    "  opacity = { 0.8, min = 0, max = 1, step = 0.05 },\n"                                        \
    "  mode = { 'day', choices = { 'day', 'night' } },\n"                                          \
    "  tint = { '#ff8800', type = 'color' },\n"                                                    \
    "  reset = { type = 'button' },\n"                                                             \
    "  plain = 5, on = true,\n"                                                                    \
    "}\n"

static void values_are_read(void **state)
{
    (void)state;
    expect_payload(&host,
                   ALL PROCESS("local s = settings return { s.label, s.opacity, s.mode, s.tint, "
                               "s.reset, s.plain, s.on }"),
                   "[\"moonreel\",0.8,\"day\",\"#ff8800\",false,5,true]");
    expect_payload(&host, "local kept\n" ALL "kept = settings\n" PROCESS("return kept.label"),
                   "\"moonreel\"");
    expect_payload(&host,
                   ALL PROCESS("local n = {} for k, v in pairs(settings) do n[#n + 1] = k end "
                               "table.sort(n) return n"),
                   "[\"label\",\"mode\",\"on\",\"opacity\",\"plain\",\"reset\",\"tint\"]");
    expect_payload(&host, PROCESS("return settings == nil"), "true");
    expect_payload(&host, "settings = {} " PROCESS("return next(settings) == nil"), "true");
}

static void a_wrong_name_is_an_error(void **state)
{
    (void)state;
    expect_error(&host,
                 "settings = { label = 'x', size = 1 }\nfunction process()\n"
                 "return settings.lable\nend",
                 "process.lua:3: there is no setting 'lable'; there are: label, size");
    expect_error(&host, "settings = { label = 'x' }\n" PROCESS("settings.label = 'y'"),
                 "process.lua:2: settings are read-only for scripts; keep own values in state");
}

static void wrong_declarations_name_the_setting(void **state)
{
    (void)state;
    static const struct {
        const char *declaration;
        const char *wanted;
    } cases[] = {
        { "5", "settings must be a table, got a number" },
        { "{ 5 }", "settings: names must be identifiers, got 1" },
        { "{ ['a b'] = 5 }", "settings: names must be identifiers, got 'a b'" },
        { "{ a = {} }", "settings.a: has no default" },
        { "{ a = print }", "settings.a: the default is a function" },
        { "{ a = { 1, hlep = 'x' } }", "settings.a: unknown key 'hlep'; there are the default" },
        { "{ a = { 1, 2 } }", "settings.a: only the first position is used" },
        { "{ a = { 1, help = 5 } }", "settings.a: help must be a string, got a number" },
        { "{ a = { 1, min = 'x' } }", "settings.a: min must be a number, got a string" },
        { "{ a = { 1, min = 5, max = 2 } }", "settings.a: min 5.0 is above max 2.0" },
        { "{ a = { 1, min = 2 } }", "settings.a: the default 1.0 is not within min and max" },
        { "{ a = { 1, step = 0 } }", "settings.a: step must be above 0" },
        { "{ a = { 0/0 } }", "settings.a: the default must be a finite number" },
        { "{ a = { 1, max = 0/0 } }", "settings.a: max must be a finite number" },
        { "{ a = { 'x', min = 1 } }", "settings.a: min goes with numbers only" },
        { "{ a = { 'x', choices = { 'y' } } }", "settings.a: the default is none of its choices" },
        { "{ a = { 'x', choices = 'x' } }", "settings.a: choices must be a list of strings" },
        { "{ a = { 'x', choices = { 1 } } }", "settings.a: choices must be a list of strings" },
        { "{ a = { 'x', choices = { 'x' }, type = 'text' } }",
          "settings.a: choices do not go with type text" },
        { "{ a = { 'grean', type = 'color' } }", "settings.a: the default must be a colour" },
        { "{ a = { 1, type = 'slider' } }", "settings.a: type must be number, boolean" },
        { "{ a = { 1, type = 'text' } }",
          "settings.a: the default must be a string, got a number" },
        { "{ a = { 1, type = 'button' } }", "settings.a: a button has no default" },
        { "{ a = ('x'):rep(5000) }", "settings.a: the default is longer than 4096 bytes" },
        { "(function() local t = {} for i = 1, 65 do t['s' .. i] = i end return t end)()",
          "settings: more than 64" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[512];
        snprintf(text, sizeof(text), "settings = %s\n" PROCESS(""), cases[i].declaration);
        expect_error(&host, text, cases[i].wanted);
    }
}

static void declarations_are_kept(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(&host, ALL PROCESS(""));
    struct mr_buffer json = { 0 };
    struct mr_error error = { 0 };
    assert_int_equal(mr_calls_get_settings(engine, &json, &error), 0);
    assert_string_equal(
        (char *)json.data,
        "[{\"default\":\"moonreel\",\"help\":\"in the "
        "corner\",\"name\":\"label\",\"type\":\"text\","
        "\"value\":\"moonreel\"},"
        "{\"choices\":[\"day\",\"night\"],\"default\":\"day\",\"name\":\"mode\",\"type\":"
        "\"choice\","
        "\"value\":\"day\"},"
        "{\"default\":true,\"name\":\"on\",\"type\":\"boolean\",\"value\":true},"
        "{\"default\":0.8,\"max\":1,\"min\":0,\"name\":\"opacity\",\"step\":0.05,"
        "\"type\":\"number\",\"value\":0.8},"
        "{\"default\":5,\"name\":\"plain\",\"type\":\"number\",\"value\":5},"
        "{\"default\":false,\"name\":\"reset\",\"type\":\"button\",\"value\":false},"
        "{\"default\":\"#ff8800\",\"name\":\"tint\",\"type\":\"color\",\"value\":\"#ff8800\"}]");
    mr_buffer_finish(&json);
    mr_engine_destroy(engine);

    engine = engine_make(&host, PROCESS(""));
    assert_int_equal(mr_calls_get_settings(engine, &json, &error), 0);
    assert_string_equal((char *)json.data, "[]");
    mr_buffer_finish(&json);
    mr_engine_destroy(engine);
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(a_wrong_name_is_an_error),
        cmocka_unit_test(wrong_declarations_name_the_setting),
        cmocka_unit_test(declarations_are_kept),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

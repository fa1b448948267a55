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

static void plain_values(void **state)
{
    (void)state;
    expect_payload(&host, PROCESS(""), "null");
    expect_payload(&host, PROCESS("return nil"), "null");
    expect_payload(&host, PROCESS("return true"), "true");
    expect_payload(&host, PROCESS("return false"), "false");
    expect_payload(&host, PROCESS("return 'text'"), "\"text\"");
    expect_payload(&host, PROCESS("return json.null"), "null");
}

static void numbers_are_the_shortest_that_read_back(void **state)
{
    (void)state;
    expect_payload(&host, PROCESS("return {0.1, 0.1 + 0.2, 1/3, 1e300, 5e-324, -2.5e-7}"),
                   "[0.1,0.30000000000000004,0.3333333333333333,1e+300,4.94065645841247e-324,"
                   "-2.5e-07]");
    expect_payload(&host, PROCESS("return {0, -1, math.maxinteger, math.mininteger}"),
                   "[0,-1,9223372036854775807,-9223372036854775808]");
    expect_payload(&host, PROCESS("return {3.0, -4.0, 1e14, 1e15, 2^53, -0.0}"),
                   "[3,-4,100000000000000,1e+15,9007199254740992,-0]");
}

static void strings_are_escaped_and_mended(void **state)
{
    (void)state;
    expect_payload(&host, PROCESS("return 'a\"b\\\\c/\\n\\r\\t\\b\\f\\0\\31\\127'"),
                   "\"a\\\"b\\\\c/\\n\\r\\t\\b\\f\\u0000\\u001f\x7f\"");
    expect_payload(&host, PROCESS("return 'gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80'"),
                   "\"gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80\"");
#define FFFD "\xEF\xBF\xBD"
    expect_payload(&host, PROCESS("return 'a\\xFFb\\x80c'"), "\"a" FFFD "b" FFFD "c\"");
    expect_payload(&host, PROCESS("return '\\xC0\\xAF'"), "\"" FFFD FFFD "\"");
    expect_payload(&host, PROCESS("return '\\xE2\\x82'"), "\"" FFFD "\"");
    expect_payload(&host, PROCESS("return '\\xE2\\x82x'"), "\"" FFFD "x\"");
    expect_payload(&host, PROCESS("return '\\xED\\xA0\\x80'"), "\"" FFFD FFFD FFFD "\"");
    expect_payload(&host, PROCESS("return '\\xF4\\x90\\x80\\x80'"), "\"" FFFD FFFD FFFD FFFD "\"");
}

static void tables_are_lists_or_objects(void **state)
{
    (void)state;
    expect_payload(&host, PROCESS("return {}"), "[]");
    expect_payload(&host, PROCESS("return json.object{}"), "{}");
    expect_payload(&host, PROCESS("return json.object{a = 1}"), "{\"a\":1}");
    expect_payload(&host, PROCESS("return json.array{}"), "[]");
    expect_payload(&host, PROCESS("return {1, 'two', {3}}"), "[1,\"two\",[3]]");
    expect_payload(&host, PROCESS("return {b = 1, a = {x = true, ab = 0}, [\"a b\"] = 2}"),
                   "{\"a\":{\"ab\":0,\"x\":true},\"a b\":2,\"b\":1}");
    expect_payload(&host, PROCESS("return {list = {}, object = json.object{}}"),
                   "{\"list\":[],\"object\":{}}");
    expect_payload(&host, PROCESS("local shared = {1} return {shared, shared}"), "[[1],[1]]");
    expect_payload(&host, PROCESS("return {json.null, 1}"), "[null,1]");
    expect_payload(&host, PROCESS("return setmetatable({1}, {__index = error, __len = error})"),
                   "[1]");
}

static void mistakes_name_the_path(void **state)
{
    (void)state;
    expect_error(&host, "local x\n" PROCESS("return {cars = {{}, {}, {speed = 0/0}}}"),
                 "process.lua:2: payload.cars[3].speed is NaN; JSON has no such number");
    expect_error(&host, PROCESS("return {a = {math.huge}}"), "payload.a[1] is infinite");
    expect_error(&host, PROCESS("return -math.huge"), "payload is minus infinite");
    expect_error(&host, PROCESS("return {f = print}"), "payload.f is a function");
    expect_error(&host, PROCESS("return {a = {b = frame}}"), "payload.a.b is a userdata");
    expect_error(&host, PROCESS("return coroutine.create(print)"), "payload is a thread");
    expect_error(&host, PROCESS("local t = {} t.a = {t} return t"), "payload.a[1] contains itself");
    expect_error(&host, PROCESS("return {[\"a b\"] = print}"), "payload[\"a b\"] is a function");
    expect_error(&host, PROCESS("return {x = {1, name = 2}}"),
                 "payload.x mixes names (\"name\") and positions");
    expect_error(&host, PROCESS("return {x = {[1] = 1, [3] = 3}}"), "payload.x has ");
    expect_error(&host, PROCESS("return {x = {[0] = 1}}"), "payload.x has the key 0");
    expect_error(&host, PROCESS("return {x = {[1.5] = 1}}"), "payload.x has a key of type float");
    expect_error(&host, PROCESS("return {x = {[true] = 1}}"),
                 "payload.x has a key of type boolean");
    expect_error(&host, PROCESS("return json.array{a = 1}"), "payload is marked json.array");
    expect_error(&host, PROCESS("return json.object{1}"), "payload is marked json.object");
    expect_error(&host, PROCESS("local t = {} for i = 1, 200 do t = {t} end return t"),
                 "is nested more than 100 deep");
}

static void a_long_payload_is_refused(void **state)
{
    (void)state;
    expect_error(&host, PROCESS("return ('x'):rep(2 << 20)"), "payload is longer than 1 MiB");
    expect_error(&host, PROCESS("local t = {} for i = 1, 200000 do t[i] = i end return t"),
                 "payload is longer than 1 MiB");
    expect_error(&host, PROCESS("return {('\\1'):rep(1 << 19)}"), "payload is longer than 1 MiB");
    char *payload = payload_of(&host, PROCESS("return ('x'):rep((1 << 20) - 2)"));
    assert_int_equal(strlen(payload), 1 << 20);
    free(payload);
}

static void encode_and_decode(void **state)
{
    (void)state;
    expect_payload(&host, PROCESS("return json.encode({a = {1, 2.5, 'x'}})"),
                   "\"{\\\"a\\\":[1,2.5,\\\"x\\\"]}\"");
    expect_error(&host, "function process()\n\njson.encode({print})\nend",
                 "process.lua:3: json.encode: value[1] is a function");
    expect_payload(&host,
                   PROCESS("return json.decode('{\"o\":{},\"l\":[],\"n\":null,\"s\":\"\\\\u00fc\","
                           "\"i\":5,\"f\":0.5,\"b\":false,\"h\":[1,null,2]}')"),
                   "{\"b\":false,\"f\":0.5,\"h\":[1,null,2],\"i\":5,\"l\":[],\"o\":{},\"s\":\"\xC3"
                   "\xBC\"}");
    expect_payload(&host, PROCESS("return math.type(json.decode('9007199254740993'))"),
                   "\"integer\"");
    expect_payload(&host, PROCESS("return json.decode('\"x\"')"), "\"x\"");
    expect_error(&host, PROCESS("json.decode('{')"), "json.decode: line 1, column 1: ");
    expect_error(&host, PROCESS("json.decode(('['):rep(200) .. (']'):rep(200))"),
                 "json.decode: nested more than 100 deep");
    expect_error(&host, PROCESS("json.decode(('x'):rep(2 << 20))"), "longer than 1 MiB");
    expect_error(&host, PROCESS("json.decode()"), "bad argument #1 to 'decode'");
}

static void a_failed_payload_leaves_nothing_behind(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, "local n = 0 function process() n = n + 1 "
                           "if n % 2 == 1 then return {a = {b = {1, 2, 0/0}}} end "
                           "return {b = 2, a = 1} end");
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    for (int i = 0; i < 100; i++) {
        assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), -EINVAL);
        assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
        assert_string_equal((char *)result.payload.data, "{\"a\":1,\"b\":2}");
        result_finish(&result);
    }
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values),
        cmocka_unit_test(numbers_are_the_shortest_that_read_back),
        cmocka_unit_test(strings_are_escaped_and_mended),
        cmocka_unit_test(tables_are_lists_or_objects),
        cmocka_unit_test(mistakes_name_the_path),
        cmocka_unit_test(a_long_payload_is_refused),
        cmocka_unit_test(encode_and_decode),
        cmocka_unit_test(a_failed_payload_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

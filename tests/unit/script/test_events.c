#include "script_support.h"

#include "base/clock.h"
#include "script/engine/calls.h"
#include "script/engine/talk.h"

/* What broadcast gave, one line each: "client json". */
static struct mr_buffer sent;

static void take(void *opaque, uint64_t client, const char *json, size_t size)
{
    assert_ptr_equal(opaque, &sent);
    mr_buffer_printf(&sent, "%llu %.*s\n", (unsigned long long)client, (int)size, json);
}

static struct test_host host;

static int set_up(void **state)
{
    (void)state;
    host_open(&host);
    host.options.broadcast = take;
    host.options.broadcast_opaque = &sent;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mr_buffer_finish(&sent);
    host_close(&host);
    return 0;
}

static void expect_sent(const char *wanted)
{
    mr_buffer_append(&sent, "", 0);
    assert_string_equal(sent.data != NULL ? (const char *)sent.data : "", wanted);
    mr_buffer_clear(&sent);
}

static int send_bytes(struct mr_engine *engine, const char *json, size_t size, uint64_t client,
                      struct mr_error *error)
{
    char *copy = malloc(size + 1); /* of just that size: reading on is seen by sanitizers */
    memcpy(copy, json, size);
    const struct mr_script_event event = { MR_SCRIPT_MESSAGE, client, copy, size };
    error->text[0] = '\0';
    int result = mr_talk_deliver(engine, &event, error);
    free(copy);
    return result;
}

static void send_at(struct mr_engine *engine, const char *json, uint64_t client, int line)
{
    struct mr_error error;
    if (send_bytes(engine, json, strlen(json), client, &error) < 0)
        fail_msg("line %d: %s", line, error.text);
}

#define send(engine, json, client) send_at(engine, json, client, __LINE__)

static void send_badly(struct mr_engine *engine, const char *json, int code, const char *wanted)
{
    struct mr_error error;
    int result = send_bytes(engine, json, strlen(json), 1, &error);
    if (result != code || strstr(error.text, wanted) == NULL)
        fail_msg("%.80s: got %d '%s', wanted '%s'", json, result, error.text, wanted);
}

static void tell(struct mr_engine *engine, enum mr_script_event_kind kind, uint64_t client)
{
    const struct mr_script_event event = { .kind = kind, .client = client };
    struct mr_error error = { 0 };
    if (mr_talk_deliver(engine, &event, &error) < 0)
        fail_msg("%s", error.text);
}

/* ---- from viewers ---- */

#define KEEP                                                                                       \
    "local got = {} function on_message(message, client) "                                         \
    "got[#got + 1] = { message == nil and 'nil' or message, client, math.type(client) } "          \
    "end " PROCESS("local was = got got = {} return was")

static void messages_arrive_as_json_decode_gives_them(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(&host, KEEP);
    send(engine, "{\"type\":\"pointer\",\"x\":1,\"y\":2.5,\"no\":null}", 7);
    send(engine, "[1,null,true]", 8);
    send(engine, "\"\u00e4 \\u0000 \\\"\"", 9007199254740993);
    send(engine, " 5 ", 1);
    send(engine, "{}", 1);
    send(engine, "null", 1);
    expect_frame(engine, "[[{\"type\":\"pointer\",\"x\":1,\"y\":2.5},7,\"integer\"],"
                         "[[1,null,true],8,\"integer\"],"
                         "[\"\u00e4 \\u0000 \\\"\",9007199254740993,\"integer\"],"
                         "[5,1,\"integer\"],[{},1,\"integer\"],[\"nil\",1,\"integer\"]]");
    send(engine, "{\"a\":1,\"a\":2}", 1); /* the last one counts, as in json.decode */
    expect_frame(engine, "[[{\"a\":2},1,\"integer\"]]");
    mr_engine_destroy(engine);
}

static void clients_come_and_go(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, "local log = {} function on_client(event, client) "
                           "log[#log + 1] = { event, client } end " PROCESS("return log"));
    tell(engine, MR_SCRIPT_JOIN, 1);
    tell(engine, MR_SCRIPT_JOIN, 2);
    tell(engine, MR_SCRIPT_LEAVE, 1);
    expect_frame(engine, "[[\"join\",1],[\"join\",2],[\"leave\",1]]");
    mr_engine_destroy(engine);
}

static void nothing_happens_without_the_functions(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(&host, PROCESS(""));
    send(engine, "{}", 1);
    send(engine, "no JSON at all", 1);
    tell(engine, MR_SCRIPT_JOIN, 1);
    tell(engine, MR_SCRIPT_LEAVE, 1);
    mr_engine_destroy(engine);
}

static void functions_can_be_replaced_while_running(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "local log = {} function on_message() log[#log + 1] = 1 "
               "on_message = function() log[#log + 1] = 2 on_message = nil end end " PROCESS(
                   "return log"));
    for (int i = 0; i < 4; i++)
        send(engine, "0", 1);
    expect_frame(engine, "[1,2]");
    mr_engine_destroy(engine);
}

static void what_is_no_json_is_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *wanted;
    } cases[] = {
        { "", "process.lua: on_message: line 1, column 0: unexpected token near end of file" },
        { "{\"a\":", "process.lua: on_message: line 1, column 5: unexpected token" },
        { "{\"a\":1}{", "on_message: line 1, column 8: end of file expected" },
        { "\"\xff\"", "on_message: line 1, column 1: unable to decode byte 0xff" },
        { "\"\xc0\x80\"", "on_message: line 1, column 1: unable to decode byte 0xc0" },
        { "NaN", "on_message: line 1, column 3: invalid token near 'NaN'" },
        { "1e999", "on_message: line 1, column 5: real number overflow" },
        { "{\"\\u0000\":1}", "on_message: line 1, column 9: NUL byte in object key" },
    };
    struct mr_engine *engine = engine_make(&host, KEEP);
    struct mr_error error;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        send_badly(engine, cases[i].json, -EINVAL, cases[i].wanted);
    assert_int_equal(send_bytes(engine, "1\0002", 3, 1, &error), -EINVAL);
    expect_frame(engine, "[]");
    mr_engine_destroy(engine);
}

static char *filled(size_t size, char with)
{
    char *text = malloc(size + 1);
    memset(text, with, size);
    text[size] = '\0';
    return text;
}

static void large_and_deep_messages_are_bounded(void **state)
{
    (void)state;
    struct mr_engine *engine =
        engine_make(&host, "local n = 0 function on_message(m) n = #m end " PROCESS("return n"));
    char *text = filled(MR_SCRIPT_MESSAGE_MAX_BYTES, 'x');
    text[0] = text[MR_SCRIPT_MESSAGE_MAX_BYTES - 1] = '"';
    send(engine, text, 1);
    expect_frame(engine, "65534");
    free(text);
    text = filled(MR_SCRIPT_MESSAGE_MAX_BYTES + 1, ' ');
    text[0] = '5';
    send_badly(engine, text, -EINVAL, "on_message: a message of 65537 bytes; 65536 at most");
    free(text);

    text = filled(MR_SCRIPT_MESSAGE_MAX_BYTES, '[');
    send_badly(engine, text, -EINVAL, "on_message: line 1, column");
    memset(text + 101, ']', 101);
    text[202] = '\0';
    send(engine, text, 1);
    expect_frame(engine, "1");
    memset(text, '[', 102);
    memset(text + 102, ']', 102);
    text[204] = '\0';
    send_badly(engine, text, -EINVAL, "process.lua: on_message: nested more than 100 deep");
    free(text);

    const size_t size = MR_SCRIPT_MESSAGE_MAX_BYTES - 1; /* [0,0,…,0] */
    text = filled(size, '0');
    for (size_t i = 2; i < size; i += 2)
        text[i] = ',';
    text[0] = '[';
    text[size - 1] = ']';
    send(engine, text, 1);
    expect_frame(engine, "32767");
    free(text);
    mr_engine_destroy(engine);
}

static void errors_are_told_and_the_next_message_arrives(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "local n = 0 local how = {\nfunction() error('no') end,\nfunction() error() end,\n"
               "function() error({}) end,\nfunction() coroutine.yield() end,\n"
               "function() return nil + 1 end,\nfunction() error(setmetatable({}, {"
               "__tostring = error})) end }\n"
               "function on_message(m) n = n + 1 if how[m] then how[m]() end end\n"
               "function on_client() error('who') end\n" PROCESS("return n"));
    send_badly(engine, "1", -EINVAL, "process.lua:2: no");
    send_badly(engine, "2", -EINVAL, "process.lua:3: error value is a nil, not a string");
    send_badly(engine, "3", -EINVAL, "process.lua:4: error value is a table, not a string");
    send_badly(engine, "4", -EINVAL, "attempt to yield from outside a coroutine");
    send_badly(engine, "5", -EINVAL, "process.lua:6: attempt to perform arithmetic on a nil");
    send_badly(engine, "6", -EINVAL, "process.lua:7: C stack overflow");
    send(engine, "7", 1);
    expect_frame(engine, "7");

    const struct mr_script_event join = { .kind = MR_SCRIPT_JOIN, .client = 1 };
    struct mr_error error = { 0 };
    assert_int_equal(mr_talk_deliver(engine, &join, &error), -EINVAL);
    assert_string_equal(error.text, "process.lua:9: who");
    assert_non_null(strstr(mr_engine_traceback(engine), "process.lua:9: in function"));
    mr_engine_destroy(engine);

    engine = engine_make(&host, "on_message = 5 " PROCESS(""));
    send_badly(engine, "1", -EINVAL, "attempt to call a number value");
    mr_engine_destroy(engine);
}

static void endless_functions_are_stopped(void **state)
{
    (void)state;
    struct mr_error error = { 0 };
    host.options.limits.deadline_ms = 100;
    struct mr_engine *engine =
        engine_make(&host, "function on_message(m)\nif m == 1 then while true do end end\n"
                           "while true do pcall(function() while true do end end) end\nend\n"
                           "function on_client()\nrepeat until false end\n" PROCESS("return 1"));
    send_badly(engine, "1", -ETIMEDOUT, "process.lua:2: stopped after 100 ms (deadline)");
    send_badly(engine, "2", -ETIMEDOUT, "process.lua:3: stopped after 100 ms (deadline)");
    const struct mr_script_event leave = { .kind = MR_SCRIPT_LEAVE, .client = 1 };
    assert_int_equal(mr_talk_deliver(engine, &leave, &error), -ETIMEDOUT);
    assert_string_equal(error.text, "process.lua:6: stopped after 100 ms (deadline)");
    expect_frame(engine, "1");
    mr_engine_destroy(engine);
    host.options.limits.deadline_ms = TEST_DEADLINE_MS;
}

static void memory_is_limited_and_messages_go_on(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "local n = 0 function on_message(m) n = n + 1 "
               "if m == 1 then return #string.rep('x', 1 << 30) end "
               "local t = {} while m == 2 do t[#t + 1] = {} end end " PROCESS("return n"));
    send_badly(engine, "1", -ENOMEM, "process.lua: not enough memory (the limit is 32 MiB)");
    send_badly(engine, "2", -ENOMEM, "process.lua: not enough memory");
    send(engine, "3", 1);
    expect_frame(engine, "3");
    mr_engine_destroy(engine);
}

static void a_frame_kept_for_a_message_is_an_error(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host,
        "local kept function on_message()\nreturn kept:get(1, 1)\nend " PROCESS("kept = frame"));
    expect_frame(engine, "null");
    send_badly(engine, "1", -EINVAL, "process.lua:2: frame used after process returned");
    mr_engine_destroy(engine);
}

/* ---- to viewers ---- */

static void values_are_broadcast_as_json(void **state)
{
    (void)state;
    struct mr_engine *engine = engine_make(
        &host, "broadcast('loading')\n"
               "function on_message(m, client) broadcast({ echo = m }, client) end\n"
               "function on_client(event, client) broadcast({ event, client }) end\n" PROCESS(
                   "broadcast(json.null) broadcast(nil) broadcast(false, nil) "
                   "broadcast(1.5, 2.0) broadcast('\\xff', 3)"));
    expect_sent("0 \"loading\"\n");
    send(engine, "[1,{\"b\":2,\"a\":1}]", 12);
    tell(engine, MR_SCRIPT_JOIN, 9007199254740993);
    expect_sent("12 {\"echo\":[1,{\"a\":1,\"b\":2}]}\n0 [\"join\",9007199254740993]\n");
    expect_frame(engine, "null");
    expect_sent("0 null\n0 null\n0 false\n2 1.5\n3 \"\xEF\xBF\xBD\"\n");
    mr_engine_destroy(engine);
}

/* How many texts of `size` bytes a loop gets through before it is refused. */
static void expect_flood(int size, const char *wanted)
{
    char text[512];
    snprintf(text, sizeof(text),
             "function process()\n"
             "  local text, sent = ('x'):rep(%d), 0\n"
             "  while true do\n"
             "    local ok, why = pcall(broadcast, text)\n"
             "    if not ok then return { sent, why } end\n"
             "    sent = sent + 1\n"
             "  end\n"
             "end\n",
             size - 2);
    struct mr_engine *engine = engine_make(&host, text);
    expect_frame(engine, wanted);
    mr_engine_destroy(engine);
    mr_buffer_clear(&sent);
}

static void a_flood_of_broadcasts_is_refused(void **state)
{
    (void)state;
    expect_flood(3, "[1000,\"broadcast: more than 1000 messages or 4 MiB in a second\"]");
    expect_flood(65536, "[64,\"broadcast: more than 1000 messages or 4 MiB in a second\"]");
}

static void what_cannot_be_broadcast_is_refused_at_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        const char *wanted;
    } cases[] = {
        { "broadcast()", "process.lua:2: bad argument #1 to 'broadcast' (value expected)" },
        { "broadcast(print)", "process.lua:2: broadcast: value is a function; JSON has no such" },
        { "broadcast({ cars = { { speed = 0/0 } } })",
          "process.lua:2: broadcast: value.cars[1].speed is NaN; JSON has no such number" },
        { "local t = {} t.me = t broadcast(t)", "broadcast: value.me contains itself" },
        { "broadcast({ 1, nil, 3 })", "broadcast: value has nothing at position 2 of 3" },
        { "broadcast(('x'):rep(65535))",
          "process.lua:2: broadcast: value is 65537 bytes long as JSON; 65536 at most" },
        { "broadcast(('x'):rep(2 << 20))", "broadcast: value is longer than 1 MiB as JSON" },
        { "broadcast(1, 0)", "process.lua:2: bad argument #2 to 'broadcast' (client: a whole "
                             "number from 1 expected, got 0)" },
        { "broadcast(1, -1)", "a whole number from 1 expected, got -1" },
        { "broadcast(1, 1.5)", "a whole number from 1 expected, got 1.5" },
        { "broadcast(1, 0/0)", "a whole number from 1 expected, got " },
        { "broadcast(1, math.huge)", "a whole number from 1 expected, got inf" },
        { "broadcast(1, '1')", "a whole number from 1 expected, got 1" },
        { "broadcast(1, {})", "a whole number from 1 expected, got table" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[256];
        snprintf(text, sizeof(text), "\n%s\n" PROCESS(""), cases[i].call);
        expect_error(&host, text, cases[i].wanted);
    }
    expect_sent("");
    expect_payload(&host, PROCESS("broadcast(('x'):rep(65534), 5) return 1"), "1");
    assert_int_equal(sent.size, strlen("5 ") + MR_SCRIPT_MESSAGE_MAX_BYTES + strlen("\n"));
    mr_buffer_clear(&sent);
}

static void nobody_is_told_by_a_trial(void **state)
{
    (void)state;
    host.options.trial = true;
    expect_payload(&host, PROCESS("broadcast('x') return 1"), "1");
    expect_error(&host, PROCESS("broadcast(print)"), "broadcast: value is a function");
    host.options.trial = false;
    expect_sent("");
    host.options.broadcast = NULL;
    expect_payload(&host, PROCESS("broadcast('x') return 1"), "1");
    host.options.broadcast = take;
}

/* The payload is written by the same writer. */
static void a_payload_is_not_disturbed(void **state)
{
    (void)state;
    expect_payload(&host,
                   PROCESS("local t = { 1, 2 } broadcast({ big = ('x'):rep(1000) }, 4) "
                           "pcall(broadcast, { a = { print } }) return t"),
                   "[1,2]");
    mr_buffer_clear(&sent);
}

/* ---- the example ---- */

static char *read_example(const char *name)
{
    char path[512], *text = calloc(1, 65536);
    snprintf(path, sizeof(path), "%s/lua/examples/%s", TEST_SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

static void clicks_become_marks(void **state)
{
    (void)state;
    struct mr_error error = { 0 };
    struct mr_engine_result result;
    char *text = read_example("click_to_mark.lua");
    struct mr_engine *engine = engine_make(&host, text);
    struct mr_picture *picture = picture_black(64, 48);
    assert_int_equal(mr_calls_init(engine, &error), 0);
    expect_frame(engine, "{\"marks\":[]}");

    static const char *const others[] = { "null",
                                          "5",
                                          "\"pointer\"",
                                          "[]",
                                          "{\"type\":\"pointer\"}",
                                          "{\"type\":\"pointer\",\"x\":\"1\",\"y\":[]}" };
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        send(engine, others[i], 1);
    expect_frame(engine, "{\"marks\":[]}");

    send(engine, "{\"type\":\"pointer\",\"x\":20,\"y\":10}", 1);
    send(engine, "{\"type\":\"pointer\",\"x\":50.5,\"y\":30}", 2);
    assert_int_equal(mr_calls_process(engine, picture, 1, &result, &error), 0);
    assert_string_equal((char *)result.payload.data,
                        "{\"marks\":[{\"client\":1,\"color\":\"#ff5d5d\",\"x\":20,\"y\":10},"
                        "{\"client\":2,\"color\":\"#4dc3ff\",\"x\":50.5,\"y\":30}]}");
    unsigned red = picture_pixel(result.picture, 20, 10);
    unsigned blue = picture_pixel(result.picture, 50, 30);
    assert_true(red >> 16 > (red & 0xff) && (blue & 0xff) > blue >> 16);
    result_finish(&result);

    for (int i = 0; i < 250; i++)
        send(engine, "{\"type\":\"pointer\",\"x\":1e308,\"y\":-1e308}", 3);
    assert_int_equal(mr_calls_process(engine, picture, 1, &result, &error), 0);
    result_finish(&result);
    static const char clear[] = "{\"clear\":true}";
    assert_int_equal(mr_calls_change_settings(engine, clear, strlen(clear), &error), 0);
    expect_frame(engine, "{\"marks\":[]}");
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
    free(text);
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_arrive_as_json_decode_gives_them),
        cmocka_unit_test(clients_come_and_go),
        cmocka_unit_test(nothing_happens_without_the_functions),
        cmocka_unit_test(functions_can_be_replaced_while_running),
        cmocka_unit_test(what_is_no_json_is_an_error),
        cmocka_unit_test(large_and_deep_messages_are_bounded),
        cmocka_unit_test(errors_are_told_and_the_next_message_arrives),
        cmocka_unit_test(endless_functions_are_stopped),
        cmocka_unit_test(memory_is_limited_and_messages_go_on),
        cmocka_unit_test(a_frame_kept_for_a_message_is_an_error),
        cmocka_unit_test(values_are_broadcast_as_json),
        cmocka_unit_test(a_flood_of_broadcasts_is_refused),
        cmocka_unit_test(what_cannot_be_broadcast_is_refused_at_its_line),
        cmocka_unit_test(nobody_is_told_by_a_trial),
        cmocka_unit_test(a_payload_is_not_disturbed),
        cmocka_unit_test(clicks_become_marks),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

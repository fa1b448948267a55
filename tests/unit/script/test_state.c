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

static void run_once(struct mr_engine *engine, char *payload, size_t size)
{
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    if (mr_calls_process(engine, picture, 0, &result, &error) < 0)
        fail_msg("%s", error.text);
    snprintf(payload, size, "%s", (char *)result.payload.data);
    result_finish(&result);
    mr_picture_unref(&picture);
}

/* Run `fill` in one engine, carry its state to another, run `look` there. */
static void expect_carried_at(const char *fill, const char *look, const char *wanted,
                              const char *left_out_wanted, int line)
{
    struct mr_buffer bytes = { 0 };
    struct mr_error left_out = { 0 }, error = { 0 };
    char payload[1024];
    struct mr_engine *engine = engine_make(&host, fill);
    run_once(engine, payload, sizeof(payload));
    if (mr_calls_get_state(engine, &bytes, &left_out, &error) < 0)
        fail_msg("line %d: %s", line, error.text);
    if (strcmp(left_out.text, left_out_wanted) != 0)
        fail_msg("line %d: left out: %s", line, left_out.text);
    mr_engine_destroy(engine);

    engine = engine_make(&host, look);
    if (mr_calls_set_state(engine, bytes.data, bytes.size, &error) < 0)
        fail_msg("line %d: %s", line, error.text);
    run_once(engine, payload, sizeof(payload));
    if (strcmp(payload, wanted) != 0)
        fail_msg("line %d: got %s, wanted %s", line, payload, wanted);
    mr_engine_destroy(engine);
    mr_buffer_finish(&bytes);
}

#define expect_carried(fill, look, wanted)                                                         \
    expect_carried_at(PROCESS(fill), PROCESS(look), wanted, "", __LINE__)
#define expect_left_out(fill, look, wanted, what)                                                  \
    expect_carried_at(PROCESS(fill), PROCESS(look), wanted, what, __LINE__)

static void plain_data_is_carried(void **state)
{
    (void)state;
    expect_carried("", "return next(state) == nil", "true");
    expect_carried("state.b = true state.f = false state.i = math.mininteger state.s = 'a\\0b'",
                   "return { state.b, state.f, state.i, state.s == 'a\\0b' }",
                   "[true,false,-9223372036854775808,true]");
    expect_carried("state.x = 0.1 state.inf = -math.huge state.nan = 0/0 state.one = 1.0",
                   "return { state.x, state.inf == -math.huge, state.nan ~= state.nan, "
                   "math.type(state.one), math.type(state.none) == nil }",
                   "[0.1,true,true,\"float\",true]");
    expect_carried("state.t = { 1, { 2, { 3 } }, k = { [1.5] = 'f', [true] = 'b', [-7] = 'i' } }",
                   "local k = state.t.k return { state.t[1], state.t[2][2][1], k[1.5], k[true], "
                   "k[-7] }",
                   "[1,3,\"f\",\"b\",\"i\"]");
}

static void shared_tables_stay_shared(void **state)
{
    (void)state;
    expect_carried("local s = {} state.a = s state.b = { s, s }",
                   "state.a.x = 5 return { state.b[1].x, state.b[1] == state.b[2] }", "[5,true]");
}

static void what_is_no_plain_data_is_left_out(void **state)
{
    (void)state;
    expect_left_out("state.n = 1 state.f = print", "return { state.n, state.f == nil }", "[1,true]",
                    "state.f is a function");
    expect_left_out("state.a = { b = { frame } }", "return #state.a.b", "0",
                    "state.a.b[1] is a userdata");
    expect_left_out("state.t = { n = 2 } state.t.me = state.t",
                    "return { state.t.n, state.t.me == nil }", "[2,true]",
                    "state.t.me contains itself");
    expect_left_out("state[{}] = 1 state.n = 1", "return state.n", "1",
                    "state has a key of type table");
    char deep[512] = "state";
    for (int i = 0; i < 100; i++)
        strcat(deep, ".t");
    strcat(deep, " is nested more than 100 deep");
    expect_left_out("local t = state for i = 1, 200 do t.t = {} t = t.t end",
                    "local n, t = 0, state while t.t do n, t = n + 1, t.t end return n", "99",
                    deep);
}

static void too_much_is_refused(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        PROCESS("state.s = ('x'):rep(2 << 20)"),
        PROCESS("for i = 1, 100000 do state[i] = i end"),
    };
    for (int i = 0; i < 2; i++) {
        struct mr_buffer bytes = { 0 };
        struct mr_error left_out = { 0 }, error = { 0 };
        char payload[64];
        struct mr_engine *engine = engine_make(&host, scripts[i]);
        run_once(engine, payload, sizeof(payload));
        assert_int_equal(mr_calls_get_state(engine, &bytes, &left_out, &error), -EFBIG);
        assert_string_equal(error.text, "state is longer than 1 MiB");
        mr_buffer_finish(&bytes);
        mr_engine_destroy(engine);
    }
}

/* Every prefix and every single changed byte of a good text is either read or refused. */
static void damaged_bytes_are_refused(void **state)
{
    (void)state;
    struct mr_buffer bytes = { 0 };
    struct mr_error left_out = { 0 }, error = { 0 };
    char payload[64];
    struct mr_engine *engine = engine_make(
        &host,
        PROCESS("local t = {1, 2.5, 'abc', {true}} state.a = t state.b = t state[7] = false"));
    run_once(engine, payload, sizeof(payload));
    assert_int_equal(mr_calls_get_state(engine, &bytes, &left_out, &error), 0);

    for (size_t size = 0; size < bytes.size; size++)
        assert_int_equal(mr_calls_set_state(engine, bytes.data, size, &error), -EINVAL);
    for (size_t i = 0; i < bytes.size; i++) {
        for (int change = 1; change < 256; change++) {
            bytes.data[i] = (uint8_t)(bytes.data[i] ^ change);
            int result = mr_calls_set_state(engine, bytes.data, bytes.size, &error);
            assert_true(result == 0 || result == -EINVAL);
            bytes.data[i] = (uint8_t)(bytes.data[i] ^ change);
        }
    }
    assert_int_equal(mr_calls_set_state(engine, "MRS1t", 5, &error), -EINVAL);
    assert_string_equal(error.text, "state is no table");
    assert_int_equal(mr_calls_set_state(engine, bytes.data, bytes.size, &error), 0);
    mr_buffer_finish(&bytes);
    mr_engine_destroy(engine);
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_data_is_carried),
        cmocka_unit_test(shared_tables_stay_shared),
        cmocka_unit_test(what_is_no_plain_data_is_left_out),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(damaged_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

#include "script/engine/calls.h"
#include "script_support.h"

/* A script with a kernel `k` of this body, applied with these further arguments; the payload is
 * what `frame:get` says of one pixel. The frame is 64x48, black but for what `before` does. */
#define APPLIED(body, arguments, before, pixel)                                                    \
    "local k = kernel(function(p, u) " body " end)\n"                                              \
    "function process(frame) " before " frame:apply(k" arguments ") return { frame:get(" pixel     \
    ") } end"

#define SETS_1_2 "frame:set(1, 2, 10, 20, 30)"

static int setup(void **state)
{
    static struct test_host host;
    host_open(&host);
    *state = &host;
    return 0;
}

static int teardown(void **state)
{
    host_close(*state);
    return 0;
}

/* ---- what kernels compute ---- */

static void computes_channels(void **state)
{
    expect_payload(*state, APPLIED("return 255 - p.r, p.b, p.g * 2", "", SETS_1_2, "1, 2"),
                   "[245,30,40]");
    expect_payload(*state, APPLIED("return p.b, p.g, p.r", "", SETS_1_2, "1, 2"), "[30,20,10]");
    expect_payload(*state, APPLIED("return 1, 2, 3", "", "", "63, 47"), "[1,2,3]");
}

static void rounds_and_clamps(void **state)
{
    expect_payload(*state, APPLIED("return 0.5 + p.r, 0.49 + p.r, 1.5 + p.r", "", "", "0, 0"),
                   "[1,0,2]");
    expect_payload(*state, APPLIED("return p.r - 1, p.r + 1000, 1 / p.r", "", "", "0, 0"),
                   "[0,255,255]");
    expect_payload(*state, APPLIED("return p.r / p.r, -1 / p.r, log(p.r - 1)", "", "", "0, 0"),
                   "[0,0,0]"); /* NaN, -inf, NaN */
}

static void knows_the_place(void **state)
{
    expect_payload(*state, APPLIED("return p.x, p.y, p.width + p.height", "", "", "5, 7"),
                   "[5,7,112]");
    expect_payload(*state, APPLIED("return p.x + p.y, p.x * p.y, p.y - p.x", "", "", "5, 7"),
                   "[12,35,2]");
    expect_payload(*state, APPLIED("return p.x, p.y, 0", ", 3, 4, 10, 10", "", "12, 13"),
                   "[12,13,0]");
    /* the frame's time, 1700000000.25, is beyond what float32 resolves */
    expect_payload(*state,
                   APPLIED("return p.time % 1 * 100, (p.time + p.x) % 60, (p.time * 2 + p.y) % 60",
                           "", "", "3, 4"),
                   "[25,23,45]");
}

static void looks_at_neighbours_as_they_were(void **state)
{
    static const char shift[] =
        APPLIED("local n = p:at(-1, -1) return n.r, n.g, n.b", "", SETS_1_2, "2, 3");
    static const char sum[] = APPLIED("return p:at(-1, 0).r + p:at(1, 0).r + p:at(0, 1).r, "
                                      "p:at(0, -1).g, p:at(0, 0).b",
                                      "",
                                      "frame:set(0, 0, 1, 2, 3) frame:set(1, 0, 10, 20, 30) "
                                      "frame:set(0, 1, 100, 200, 0)",
                                      "0, 0");
    expect_payload(*state, shift, "[10,20,30]");
    expect_payload(*state, sum, "[111,2,3]"); /* edges are repeated */
    expect_payload(*state,
                   APPLIED("return p:at(64, 64).r, p:at(-64, 5).g, p:at(3, -64).b", "",
                           "frame:set(63, 47, 9, 0, 0) frame:set(0, 6, 0, 8, 0) "
                           "frame:set(4, 0, 0, 0, 7)",
                           "1, 1"),
                   "[9,8,7]");
}

/* A pixel outside the rectangle is looked at, but not changed. */
static void keeps_to_its_rectangle(void **state)
{
    static const char script[] =
        "local k = kernel(function(p) local n = p:at(-1, 0) return n.r + 1, p.x, p.y end)\n"
        "function process(frame)\n"
        "  frame:set(9, 10, 50, 60, 70)\n"
        "  frame:apply(k, 10, 10, 5, 3)\n"
        "  local a, b, c = frame:get(9, 10), frame:get(10, 10), frame:get(11, 10)\n"
        "  local d, e = frame:get(15, 10), frame:get(10, 13)\n"
        "  return { a, b, c, d, e, select(2, frame:get(14, 12)) }\n"
        "end";
    expect_payload(*state, script, "[50,51,1,0,0,14,12]");
}

static void clips_its_rectangle(void **state)
{
#define COUNTED(arguments)                                                                         \
    "local k = kernel(function(p) return 1, 1, 1 end)\n"                                           \
    "function process(frame) frame:apply(k, " arguments ")\n"                                      \
    "  local n = 0 for y = 0, 47 do for x = 0, 63 do n = n + frame:get(x, y) end end\n"            \
    "  return n end"
    expect_payload(*state, COUNTED("-5, -5, 10, 10"), "25");
    expect_payload(*state, COUNTED("60, 40, 100, 100"), "32");
    expect_payload(*state, COUNTED("0, 0, 0, 10"), "0");
    expect_payload(*state, COUNTED("10, 10, -5, 5"), "0");
    expect_payload(*state, COUNTED("1000, 0, 5, 5"), "0");
    expect_payload(*state, COUNTED("nil, 7, 8, 1, 1"), "1");
    expect_payload(*state, COUNTED("-5, 0, 1e300, 1e300"), "3072");
    expect_error(*state, COUNTED("1, 2"), "process.lua:2: bad argument #4 to 'apply' (w: number");
    expect_error(*state, COUNTED("0/0, 1, 2, 3"), "number expected, got NaN");
}

static void takes_parameters(void **state)
{
#define STRENGTH "return p.r + u.strength * 100, u.other, u.strength * 2"
    expect_payload(*state, APPLIED(STRENGTH, ", { strength = 0.5, other = 7 }", "", "0, 0"),
                   "[50,7,1]");
    expect_payload(*state,
                   APPLIED(STRENGTH, ", { strength = 1, other = 8 }, 0, 0, 1, 1", "", "0, 0"),
                   "[100,8,2]");
    expect_error(*state, APPLIED(STRENGTH, ", { strength = 1 }", "", "0, 0"),
                 "process.lua:2: apply: parameter 'other' is missing");
    expect_error(*state, APPLIED(STRENGTH, "", "", "0, 0"), "parameter 'strength' is missing");
    expect_error(*state, APPLIED(STRENGTH, ", { strength = 1, other = 1, third = 2 }", "", "0, 0"),
                 "apply: unknown parameter 'third'; there are: strength other");
    expect_error(*state, APPLIED(STRENGTH, ", { strength = '1', other = 1 }", "", "0, 0"),
                 "parameter 'strength': finite number expected, got string");
    expect_error(*state, APPLIED(STRENGTH, ", { strength = 0/0, other = 1 }", "", "0, 0"),
                 "parameter 'strength': finite number expected, got");
    expect_error(*state, APPLIED(STRENGTH, ", 'x'", "", "0, 0"),
                 "apply: table of parameters expected, got string");
    expect_error(*state, APPLIED("return 1, 2, 3", ", { [1] = 2 }", "", "0, 0"),
                 "apply: unknown parameter '1'; this kernel has none");
}

static void folds_constants_and_shares_what_is_equal(void **state)
{
    expect_payload(*state,
                   "local k = kernel(function(p)\n"
                   "  local a = (p.r + p.g) * (2 + 3) + sin(0)\n"
                   "  local b = (p.g + p.r) * 5\n"
                   "  return a, b, a end)\n"
                   "function process() return tostring(k) end",
                   "\"kernel (7 operations)\"");
}

static void works_on_other_frames(void **state)
{
    struct mr_engine *engine =
        engine_make(*state, "local k = kernel(function(p) return p:at(1, 1).r + p.x, p.y, p.width "
                            "end)\n"
                            "function process(frame) frame:set(frame.width - 1, frame.height - 1, "
                            "100, 0, 0) frame:apply(k) end");
    static const int sizes[][2] = { { 1, 1 },  { 3, 5 },    { 17, 2 }, { 1283, 7 },
                                    { 2, 99 }, { 4097, 3 }, { 1, 1 } };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        int width = sizes[i][0], height = sizes[i][1];
        struct mr_picture *picture = picture_black(width, height);
        struct mr_engine_result result;
        struct mr_error error = { 0 };
        if (mr_calls_process(engine, picture, 0, &result, &error) < 0)
            fail_msg("%s", error.text);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                bool next_to = x >= width - 2 && y >= height - 2;
                int red = x + (next_to ? 100 : 0);
                unsigned wanted = (unsigned)((red < 255 ? red : 255) << 16 | y << 8 |
                                             (width < 255 ? width : 255));
                assert_int_equal(picture_pixel(result.picture, x, y), wanted);
            }
        }
        result_finish(&result);
        mr_picture_unref(&picture);
    }
    mr_engine_destroy(engine);
}

/* ---- functions ---- */

static void works_on_plain_numbers(void **state)
{
#define VALUES(list) "function process() return { " list " } end"
    expect_payload(*state,
                   VALUES("min(3, 1, 2), max(1, 3, 2), clamp(7, 0, 5), abs(-3), floor(2.5)"),
                   "[1,3,5,3,2]");
    expect_payload(*state, VALUES("sqrt(16), sin(0), cos(0), exp(0), log(1), mix(1, 3, 0.25)"),
                   "[4,0,1,1,0,1.5]");
    expect_payload(*state, VALUES("lt(1, 2), le(2, 2), gt(1, 2), ge(1, 2), eq(1, 1)"),
                   "[1,1,0,0,1]");
    expect_payload(*state, VALUES("smoothstep(0, 10, 5), smoothstep(0, 10, 20)"), "[0.5,1]");
    expect_payload(*state, VALUES("(select(lt(1, 2), 5, 6)), (select(lt(2, 1), 5, 6))"), "[5,6]");
    expect_error(*state, VALUES("min(1)"), "at least 2 values expected");
    expect_error(*state, VALUES("sqrt('x')"), "process.lua:1: bad argument #1 to 'sqrt'");
}

static void leaves_names_alone(void **state)
{
    expect_payload(*state, VALUES("select('#', 1, nil), select(2, 'a', 'b'), math.floor(1.5)"),
                   "[2,\"b\",1]");
    expect_payload(*state, "function process() log.debug('x') return type(log.info) end",
                   "\"function\"");
}

static void chooses(void **state)
{
    expect_payload(*state,
                   APPLIED("return select(lt(p.x, 5), 1, 2), select(p.x, 3, 4), select(1, p.y, 0)",
                           "", "", "4, 3"),
                   "[1,3,3]");
    expect_payload(*state,
                   APPLIED("return select(ge(p.x, 5), 1, 2), select(eq(p.y, 3), p.x, 9), "
                           "select(gt(p.y, 3), p.x, le(p.y, 3) * 5)",
                           "", "", "4, 3"),
                   "[2,4,5]");
    expect_payload(
        *state,
        APPLIED("return select(lt(1, 2), 5, p.r), select(2, 7, 8), select('#', 7)", "", "", "4, 3"),
        "[5,7,1]"); /* without any value of a pixel */
}

/* ---- mistakes ---- */

#define WRONG(body, message)                                                                       \
    expect_error(*state, "local k = kernel(function(p, u)\n  " body "\nend)", message)

static void refuses_decisions(void **state)
{
    WRONG("if p.r < 5 then return 1, 2, 3 end", "process.lua:2: kernel: values of pixels cannot be "
                                                "compared with < <= > >=");
    WRONG("if p.r > 5 then return 1, 2, 3 end", "process.lua:2: kernel: values of pixels cannot");
    WRONG("if 5 <= p.r then return 1, 2, 3 end", "use lt, le, gt, ge and select");
    WRONG("if p.r == p.g then return 1, 2, 3 end", "process.lua:2: kernel: values of pixels cannot "
                                                   "be compared with == or ~=");
    WRONG("for i = 1, p.r do end return 1, 2, 3",
          "process.lua:2: bad 'for' limit (number expected, got kernel value)");
    WRONG("while p.r < u.limit do end return 1, 2, 3", "process.lua:2: kernel: values of pixels");
}

static void refuses_other_uses(void **state)
{
    WRONG("return 'a' .. p.r, 1, 2", "process.lua:2: kernel: values of pixels cannot be made part");
    WRONG("return p.r & 1, 1, 2", "process.lua:2: kernel: values of pixels have no bits");
    WRONG("return math.floor(p.r), 1, 2", "bad argument #1 to 'floor' (number expected, got "
                                          "kernel value)");
    WRONG("return p.r + {}, 1, 2", "kernel: number or value of a pixel expected, got table");
    WRONG("return p.r + nil, 1, 2", "process.lua:2: ");
    WRONG("return p.r.x, 1, 2", "it has no fields");
    WRONG("p.r = 5 return 1, 2, 3", "process.lua:2: kernel: pixels and parameters cannot be "
                                    "assigned");
    WRONG("return p.red, 1, 2", "process.lua:2: kernel: a pixel has r g b x y width height time "
                                "at(), but no 'red'");
    WRONG("return u[1], 1, 2", "parameters have names");
    WRONG("return min(p.r, 'x'), 1, 2", "kernel: number or value of a pixel expected, got string");
}

static void refuses_results(void **state)
{
    WRONG("return p.r, p.g", "process.lua:1: kernel: the function must return r, g, b; it returned "
                             "2 values");
    WRONG("", "must return r, g, b; it returned 0 values");
    WRONG("return 1, 2, 3, 4", "it returned 4 values");
    WRONG("return 1, nil, 3",
          "process.lua:1: kernel: the function must return r, g, b; g is a nil");
    WRONG("return 1, 2, '3'", "b is a string");
    WRONG("return p, 2, 3", "r is a kernel pixel");
    expect_error(*state, "kernel(5)",
                 "process.lua:1: bad argument #1 to 'kernel' (function "
                 "expected, got number)");
    expect_error(*state, "kernel()", "bad argument #1 to 'kernel'");
}

static void refuses_neighbours(void **state)
{
    WRONG("return p:at(65, 0).r, 1, 2",
          "process.lua:2: kernel: p:at(dx, dy): dx: whole number from "
          "-64 to 64 expected, got 65");
    WRONG("return p:at(0, 1.5).r, 1, 2", "dy: whole number");
    WRONG("return p:at(p.x, 0).r, 1, 2", "dx: whole number");
    WRONG("return p:at(math.mininteger, 0).r, 1, 2", "dx: whole number");
    WRONG("return p:at(1, 0).x, 1, 2", "a neighbour has r, g and b, but no 'x'");
    WRONG("return p.at(1, 0).r, 1, 2", "with a colon");
    WRONG("return p:at(1, 0):at(1, 0).r, 1, 2", "a neighbour has r, g and b, but no 'at'");
}

static void refuses_what_is_too_large(void **state)
{
    WRONG("local v = p.r\nfor i = 1, 1e6 do\nv = v * i + p.g\nend\nreturn v, v, v",
          "process.lua:4: kernel: expression too large (more than 4096 operations)");
    WRONG("local v = p.r\nfor i = 1, 1e6 do\nv = mix(v, p.g, i)\nend\nreturn v, v, v",
          "process.lua:4: kernel: expression too large");
    WRONG("local function f(v) return f(v + 1) + 1 end\nreturn f(p.r), 1, 2",
          "kernel: expression too large");
    WRONG("local function f(v) return 1 + f(v) end\nreturn f(p.r), 1, 2", "not enough memory");
    WRONG("for i = 1, 1000 do\nlocal x = u['p' .. i]\nend return 1, 2, 3",
          "process.lua:3: kernel: more than 256 parameters");
}

static void refuses_values_of_others(void **state)
{
    expect_error(*state,
                 "local kept\n"
                 "kernel(function(p) kept = p.r return 1, 2, 3 end)\n"
                 "local x = kept + 1",
                 "process.lua:3: kernel: a value of a kernel's function is used after it returned");
    expect_error(*state,
                 "local kept\n"
                 "pcall(kernel, function(p) kept = p error('x') end)\n"
                 "local x = kept.r",
                 "process.lua:3: kernel: a value of a kernel's function is used after");
    expect_error(*state,
                 "kernel(function(p) kernel(function(q)\n"
                 "return p.r + q.r, 1, 2 end) return 1, 2, 3 end)",
                 "process.lua:2: kernel: values of two kernels are mixed");
    expect_error(*state, "kernel(function() coroutine.yield() end)", "yield");
    expect_error(*state, PROCESS("frame:apply(5)"), "apply: kernel or filter expected, got number");
    expect_error(*state, PROCESS("frame.apply(5)"), "frame");
    expect_error(*state, "json.encode(kernel(function(p) return 1, 2, 3 end))", "userdata");
}

/* A kernel made within the function of another is a kernel like any other. */
static void nests(void **state)
{
    expect_payload(*state,
                   "local inner\n"
                   "local outer = kernel(function(p)\n"
                   "  inner = kernel(function(q) return q.r + 1, q.g, q.b end)\n"
                   "  return p.r + 2, p.g, p.b end)\n"
                   "function process(frame) frame:apply(outer) frame:apply(inner)\n"
                   "  return { frame:get(0, 0) } end",
                   "[3,0,0]");
}

/* ---- limits ---- */

/* Many operations that take long for each of a million pixels. */
#define MONSTROUS                                                                                  \
    "local k = kernel(function(p, u)\n"                                                            \
    "  local v = p.r + u.a for i = 1, 700 do v = sin(v * i) ^ 1.1 + p.x end\n"                     \
    "  return v, v, v end)\n"

static void is_stopped_at_the_deadline(void **state)
{
    struct test_host *host = *state;
    struct mr_engine *engine;
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    int deadline_ms = host->options.limits.deadline_ms;
    host->options.limits.deadline_ms = 200;
    engine = engine_make(host, MONSTROUS "function process(frame) pcall(frame.apply, frame, k, "
                                         "{ a = 1e15 }) frame:apply(k, { a = 1e15 }) end");
    struct mr_picture *picture = picture_black(4096, 2160);
    assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), -ETIMEDOUT);
    assert_non_null(strstr(error.text, "process.lua:4: stopped after 200 ms (deadline)"));
    mr_picture_unref(&picture);
    mr_engine_destroy(engine);
    host->options.limits.deadline_ms = deadline_ms;
}

static void counts_as_memory(void **state)
{
    expect_error(*state,
                 "local kept = {}\n"
                 "for i = 1, 1e6 do kept[i] = kernel(function(p)\n"
                 "local v = p.r for n = 1, 1000 do v = v * n + i end return v, v, v end) end",
                 "not enough memory");
    expect_payload(*state,
                   "for i = 1, 2000 do kernel(function(p) return p.r + i, p.g, p.b end) end\n"
                   "function process() return collectgarbage('count') < 20000 end",
                   "true");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computes_channels),
        cmocka_unit_test(rounds_and_clamps),
        cmocka_unit_test(knows_the_place),
        cmocka_unit_test(looks_at_neighbours_as_they_were),
        cmocka_unit_test(keeps_to_its_rectangle),
        cmocka_unit_test(clips_its_rectangle),
        cmocka_unit_test(takes_parameters),
        cmocka_unit_test(folds_constants_and_shares_what_is_equal),
        cmocka_unit_test(works_on_other_frames),
        cmocka_unit_test(works_on_plain_numbers),
        cmocka_unit_test(leaves_names_alone),
        cmocka_unit_test(chooses),
        cmocka_unit_test(refuses_decisions),
        cmocka_unit_test(refuses_other_uses),
        cmocka_unit_test(refuses_results),
        cmocka_unit_test(refuses_neighbours),
        cmocka_unit_test(refuses_what_is_too_large),
        cmocka_unit_test(refuses_values_of_others),
        cmocka_unit_test(nests),
        cmocka_unit_test(is_stopped_at_the_deadline),
        cmocka_unit_test(counts_as_memory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

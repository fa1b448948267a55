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

static void what_is_not_there(void **state)
{
    (void)state;
    expect_payload(
        &host,
        PROCESS("return { io == nil, debug == nil, dofile == nil, loadfile == nil, "
                "string.dump == nil, os.exit == nil, os.getenv == nil, os.execute == nil, "
                "os.remove == nil, os.rename == nil, os.tmpname == nil, "
                "os.setlocale == nil, package.loadlib == nil, package.cpath == nil, "
                "package.searchers == nil, package.loaded.io == nil }"),
        "[true,true,true,true,true,true,true,true,true,true,true,true,true,true,true,"
        "true]");
    expect_payload(&host,
                   PROCESS("local n = {} for k in pairs(os) do n[#n + 1] = k end table.sort(n) "
                           "return n"),
                   "[\"clock\",\"date\",\"time\"]");
    expect_error(&host, PROCESS("require('io')"), "module 'io' not found");
    expect_error(&host, PROCESS("require('debug')"), "module 'debug' not found");
}

static void what_is_there(void **state)
{
    (void)state;
    expect_payload(&host,
                   PROCESS("return { type(os.time()), type(os.date()), type(os.clock()), "
                           "type(now()), math.type(1), utf8.char(8364), #table.pack(1, 2), "
                           "select('#', pcall(error)), type(require('string')) }"),
                   "[\"number\",\"string\",\"number\",\"number\",\"integer\",\"\xE2\x82\xAC\",2,2,"
                   "\"table\"]");
}

static void load_takes_text_only(void **state)
{
    (void)state;
    expect_payload(&host, PROCESS("return load('return 1 + 1')()"), "2");
    expect_payload(&host, PROCESS("return load('return x', 'name', 't', { x = 5 })()"), "5");
    expect_payload(&host, PROCESS("return load('return x', 'name', 'bt', { x = 6 })()"), "6");
    expect_payload(&host, PROCESS("return table.pack(load('return x', 'n', 't', nil))[1] ~= nil"),
                   "true");
    expect_payload(&host,
                   PROCESS("local parts = { 'return ', '7' } local i = 0 return load(function() "
                           "i = i + 1 return parts[i] end)()"),
                   "7");
    expect_payload(&host, PROCESS("return select(2, load('\\27Lua'))"),
                   "\"attempt to load a binary chunk (mode is 't')\"");
    expect_payload(&host, PROCESS("return select(2, load('\\27Lua', 'x', 'b'))"),
                   "\"binary chunks cannot be loaded\"");
    expect_payload(&host, PROCESS("return (select(2, load('x = = 1', '=here')))"),
                   "\"here:1: unexpected symbol near '='\"");
}

/* ---- require ---- */

static void siblings_are_required(void **state)
{
    (void)state;
    mkdir(file_path("sub"), 0755);
    mkdir(file_path("pack"), 0755);
    file_write("one.lua", "local name, file = ... return { name = name, file = file }");
    file_write("sub/two.lua", "return 2");
    file_write("pack/init.lua", "return 'init'");
    file_write("nothing.lua", "answer = 42");
    file_write("counted.lua", "loads = (loads or 0) + 1 return loads");
    expect_payload(&host, PROCESS("local one = require('one') return { one.name, one.file }"),
                   "[\"one\",\"one.lua\"]");
    expect_payload(&host, PROCESS("return { require('sub.two'), require('pack') }"),
                   "[2,\"init\"]");
    expect_payload(&host, PROCESS("return { require('nothing'), answer }"), "[true,42]");
    expect_payload(&host, PROCESS("return { require('counted'), require('counted'), loads }"),
                   "[1,1,1]");
    expect_payload(&host,
                   PROCESS("require('counted') package.loaded.counted = nil "
                           "return require('counted')"),
                   "2");
}

static void errors_in_siblings_name_their_line(void **state)
{
    (void)state;
    file_write("broken.lua", "local x\nx = = 1");
    file_write("raises.lua", "\n\nerror('not today')");
    file_write("circle.lua", "return require('circle')");
    expect_error(&host, PROCESS("require('broken')"),
                 "module 'broken': broken.lua:2: unexpected symbol near '='");
    expect_error(&host, PROCESS("require('raises')"), "raises.lua:3: not today");
    expect_error(&host, PROCESS("require('circle')"), "module 'circle' requires itself");
    expect_payload(&host,
                   PROCESS("pcall(require, 'raises') return select(2, pcall(require, 'raises'))"),
                   "\"raises.lua:3: not today\"");
}

static void nothing_outside_the_folder_is_required(void **state)
{
    (void)state;
    file_write("outside.lua", "return 'outside'");
    mkdir(file_path("inner"), 0755);
    assert_int_equal(symlink("../outside.lua", file_path("inner/link.lua")), 0);
    assert_int_equal(symlink("..", file_path("inner/up")), 0);
    assert_int_equal(symlink("own.lua", file_path("inner/alias.lua")), 0);
    file_write("inner/own.lua", "return 'own'");

    static const struct {
        const char *name;
        const char *wanted;
    } cases[] = {
        { "link", "leads out of the script's folder" },
        { "up.outside", "leads out of the script's folder" },
        { "../outside", "not found: names are letters" },
        { "..outside", "not found: names are letters" },
        { "/etc/passwd", "not found: names are letters" },
        { "a..b", "not found: names are letters" },
        { ".a", "not found: names are letters" },
        { "a.", "not found: names are letters" },
        { "", "not found: names are letters" },
        { "own\\0x", "not found: names are letters" },
        { "nowhere", "module 'nowhere' not found: there is neither nowhere.lua nor "
                     "nowhere/init.lua in the script's folder" },
    };
    for (size_t i = 0; i <= sizeof(cases) / sizeof(*cases); i++) {
        bool last = i == sizeof(cases) / sizeof(*cases);
        char text[256];
        snprintf(text, sizeof(text), PROCESS("return require('%s')"),
                 last ? "alias" : cases[i].name);
        file_write("inner/process.lua", text);
        struct mr_bundle *bundle;
        struct mr_engine *engine;
        struct mr_engine_result result;
        struct mr_error error = { 0 };
        struct mr_picture *picture = picture_black(8, 8);
        assert_int_equal(mr_bundle_open(file_path("inner/process.lua"), &bundle, &error), 0);
        assert_int_equal(mr_engine_create(&host.options, bundle, &engine, &error), 0);
        int failed = mr_calls_process(engine, picture, 0, &result, &error);
        if (last) {
            assert_int_equal(failed, 0);
            assert_string_equal((char *)result.payload.data, "\"own\"");
            result_finish(&result);
        } else if (failed == 0 || strstr(error.text, cases[i].wanted) == NULL) {
            fail_msg("%s: %s", cases[i].name, error.text);
        }
        mr_engine_destroy(engine);
        mr_bundle_unref(&bundle);
        mr_picture_unref(&picture);
    }
}

static void files_are_read_once_and_remembered(void **state)
{
    (void)state;
    file_write("kept.lua", "return 'first'");
    file_write("process.lua",
               "local x = require('kept') pcall(require, 'absent') " PROCESS("return x"));
    struct mr_bundle *bundle;
    struct mr_error error = { 0 };
    assert_int_equal(mr_bundle_open(file_path("process.lua"), &bundle, &error), 0);
    for (int i = 0; i < 2; i++) {
        struct mr_engine *engine;
        struct mr_engine_result result;
        struct mr_picture *picture = picture_black(8, 8);
        assert_int_equal(mr_engine_create(&host.options, bundle, &engine, &error), 0);
        assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
        assert_string_equal((char *)result.payload.data, "\"first\"");
        result_finish(&result);
        mr_engine_destroy(engine);
        mr_picture_unref(&picture);
        file_write("kept.lua", "return 'second'"); /* the bundle keeps what it read */
    }
    assert_int_equal(mr_bundle_count(bundle), 4); /* absent.lua and absent/init.lua as well */
    assert_string_equal(mr_bundle_path(bundle, 1), file_path("kept.lua"));
    assert_string_equal(mr_bundle_path(bundle, 2), file_path("absent.lua"));
    mr_bundle_unref(&bundle);
}

static void a_script_that_cannot_be_read_is_one_clear_line(void **state)
{
    (void)state;
    struct mr_bundle *bundle;
    struct mr_error error = { 0 };
    char wanted[512];
    assert_int_equal(mr_bundle_open(file_path("no.lua"), &bundle, &error), -ENOENT);
    snprintf(wanted, sizeof(wanted), "cannot open the script \"%s\": No such file or directory",
             file_path("no.lua"));
    assert_string_equal(error.text, wanted);
    assert_int_equal(mr_bundle_open(test_folder, &bundle, &error), -EISDIR);
    assert_non_null(strstr(error.text, "is a directory"));
    assert_null(bundle);
}

static void a_bundle_tells_when_a_file_is_no_longer_what_was_read(void **state)
{
    (void)state;
    struct mr_bundle *bundle;
    struct mr_error error = { 0 };
    const struct mr_bundle_text *text;
    file_write("process.lua", "return 1");
    assert_int_equal(mr_bundle_open(file_path("process.lua"), &bundle, &error), 0);
    assert_int_equal(mr_bundle_get(bundle, "later.lua", &text, &error), -ENOENT);
    assert_false(mr_bundle_is_stale(bundle));
    file_write("later.lua", "return 2"); /* was looked for, and is there now */
    assert_true(mr_bundle_is_stale(bundle));
    mr_bundle_unref(&bundle);

    assert_int_equal(mr_bundle_open(file_path("process.lua"), &bundle, &error), 0);
    file_write("process.lua", "return 10");
    assert_true(mr_bundle_is_stale(bundle));
    mr_bundle_unref(&bundle);
}

/* ---- log ---- */

static void floods_of_lines_are_cut(void **state)
{
    (void)state;
    int saved = dup(STDERR_FILENO);
    int log = open(file_path("log"), O_CREAT | O_RDWR | O_TRUNC, 0600);
    mr_log_set_level(MR_LOG_INFO);
    dup2(log, STDERR_FILENO);
    char *payload = payload_of(&host, PROCESS("log.warn('first', 2, nil, true) "
                                              "for i = 1, 1000 do print('line', i) end"));
    free(payload);
    dup2(saved, STDERR_FILENO);
    mr_log_set_level(MR_LOG_ERROR);

    static char text[64 * 1024];
    ssize_t size = pread(log, text, sizeof(text) - 1, 0);
    assert_true(size > 0);
    int lines = 0;
    for (ssize_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    assert_non_null(strstr(text, " warn  script test: first 2 nil true\n"));
    assert_non_null(strstr(text, " info  script test: line\t99\n"));
    assert_int_equal(lines, MR_SCRIPT_LOG_RATE);
    assert_int_equal(mr_script_log_left_out(host.log), 1001 - MR_SCRIPT_LOG_RATE);
    close(log);
    close(saved);
}

int main(void)
{
    mr_log_set_level(MR_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there),
        cmocka_unit_test(what_is_there),
        cmocka_unit_test(load_takes_text_only),
        cmocka_unit_test(siblings_are_required),
        cmocka_unit_test(errors_in_siblings_name_their_line),
        cmocka_unit_test(nothing_outside_the_folder_is_required),
        cmocka_unit_test(files_are_read_once_and_remembered),
        cmocka_unit_test(a_script_that_cannot_be_read_is_one_clear_line),
        cmocka_unit_test(a_bundle_tells_when_a_file_is_no_longer_what_was_read),
        cmocka_unit_test(floods_of_lines_are_cut),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

#include "script/config/config_file.h"

#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct mr_config_file file;
static struct mr_error error;
static char path[512];

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "%s/config-XXXXXX", TEST_WORK_DIR);
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

static int read_text(const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
    mr_config_file_finish(&file);
    error = (struct mr_error){ 0 };
    int result = mr_config_file_read(path, NULL, &file, &error);
    if (result < 0)
        mr_config_file_finish(&file);
    return result;
}

static void expect_values(const char *text, const char *json)
{
    if (read_text(text) < 0)
        fail_msg("%s: %s", text, error.text);
    char *got = json_dumps(file.values, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(got, json);
    free(got);
    mr_config_file_finish(&file);
}

static void expect_error(const char *text, const char *after_path)
{
    if (read_text(text) == 0)
        fail_msg("accepted: %s", text);
    assert_int_equal(strncmp(error.text, path, strlen(path)), 0);
    if (strstr(error.text + strlen(path), after_path) != error.text + strlen(path))
        fail_msg("\"%s\" gives \"%s\", not \"%s\"", text, error.text + strlen(path), after_path);
}

static void gives_plain_data(void **state)
{
    (void)state;
    expect_values("", "{}");
    expect_values("listen = '0.0.0.0:1' always = true fps = 12.5 quality = 80",
                  "{\"always\":true,\"fps\":12.5,\"listen\":\"0.0.0.0:1\",\"quality\":80}");
    expect_values("streams = { yard = { options = { 'a=1', 'b=2' }, settings = {} } }",
                  "{\"streams\":{\"yard\":{\"options\":[\"a=1\",\"b=2\"],\"settings\":{}}}}");
    expect_values("streams = {} for i = 1, 2 do streams['cam' .. i] = { fps = i } end",
                  "{\"streams\":{\"cam1\":{\"fps\":1},\"cam2\":{\"fps\":2}}}");
    expect_values("local function cam(n) return { n = n:upper() } end a = cam 'x'",
                  "{\"a\":{\"n\":\"X\"}}");
    setenv("MR_TEST_CONFIG", "from outside", 1);
    expect_values("a = os.getenv('MR_TEST_CONFIG')", "{\"a\":\"from outside\"}");
    expect_values("\xEF\xBB\xBF#!lua\na = math.floor(2.5)", "{\"a\":2}");
}

static void shows_no_text_in_quotes(void **state)
{
    (void)state;
    static const char *const wrong[] = { "a = 1\nb = \"rtsp://u:secret@h/ }\n",
                                         "a = 1\nb = 'rtsp://u:secret@h/\n",
                                         "a = 1\nb = 'rtsp://u:secret\\d@h/'\n",
                                         "a = 1\nb = { 'u' 'secret' }\n",
                                         "a = 1\nb = { 'u' [[secret]] }\n" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        expect_error(wrong[i], ":2: ");
        assert_null(strstr(error.text, "secret"));
    }
    expect_error(wrong[0], ":2: unfinished string");
}

static void says_where_it_fails(void **state)
{
    (void)state;
    expect_error("a = 1\nview_token = os.getenv('SURELY_NOT_SET')\n",
                 ":2: view_token gets no value (nil); os.getenv gives nil for what is not set");
    expect_error("a = 1\nb = {\n", ":3: unexpected symbol near <eof>");
    expect_error("a = 1\n\nb = nothing.at_all", ":3: there is no 'nothing' here");
    expect_error("a = flase", ":1: there is no 'flase' here");
    expect_error("error('no')", ":1: no");
    expect_error("error({})", ": unknown error");
    expect_error("return { a = 1 }", ": a configuration returns nothing");
    expect_error("a = 1\nfunction f() end", ":");
    assert_non_null(strstr(error.text, "f: is a function"));
    expect_error("a = { b = {\n c = 0/0 } }", ":2: a.b.c: is no finite number");
    expect_error("a = '\\xff'", ":1: a: is text, but not in UTF-8");
    expect_error("a = 'x\\0y'", ":1: a: is text, but not in UTF-8, or contains a NUL");
    expect_error("a = { 1, b = 2 }", ":1: a: is half a list and half a table of names");
    expect_error("a = {} a.a = a", ":1: a.a.a");
    expect_error("a = {\n x = 1,\n y = { x = 1 },\n x = 2 }", ":4: a.x: is there twice");
    expect_error("\x1bLua", ":");
    remove(path);
    assert_int_equal(mr_config_file_read("/nowhere/x.lua", NULL, &file, &error), -2);
    assert_string_equal(error.text, "/nowhere/x.lua: cannot be read: No such file or directory");
    mr_config_file_finish(&file);
}

static void lets_nothing_out(void **state)
{
    (void)state;
    static const char *const absent[] = { "io",      "require", "dofile",       "loadfile", "load",
                                          "package", "debug",   "os.execute",   "pcall",    "print",
                                          "os.exit", "rawset",  "setmetatable", "coroutine" };
    for (size_t i = 0; i < sizeof(absent) / sizeof(*absent); i++) {
        char text[64];
        snprintf(text, sizeof(text), "a = type(%s) == 'nil'", absent[i]);
        if (read_text(text) == 0)
            assert_true(json_is_true(json_object_get(file.values, "a")));
        mr_config_file_finish(&file);
    }
}

static void ends_what_does_not(void **state)
{
    (void)state;
    expect_error("a = 1\nwhile true do end", ":2: stopped after 1000 ms");
    expect_error("local function f() return f() end\nf()", ":1: stopped after 1000 ms");
    expect_error("a = ('x'):rep(1e9)", ": takes more than 32 MiB of memory");
    expect_error("a = 'x' for i = 1, 99 do a = a .. a end", ": takes more than 32 MiB of memory");
    expect_error("a = {} for i = 1, 200000 do a[i] = i end", ":1: a.");
}

static int line_of(const char *text, const char *of)
{
    struct mr_config_lines lines;
    assert_int_equal(mr_config_lines_read(&lines, text, strlen(text)), 0);
    int line = mr_config_lines_find(&lines, of);
    mr_config_lines_finish(&lines);
    return line;
}

static void finds_lines(void **state)
{
    (void)state;
    static const char text[] = "-- a comment {\n"
                               "listen = \"0.0.0.0:8080\" --[[ more\n"
                               "of it = 1 ]]\n"
                               "streams = {\n"
                               "  yard = { source = \"rtsp://cam/1\", fps = 15,\n"
                               "           quality = 75 }; -- and\n"
                               "  ['road'] = cam {\n"
                               "    source = [[x\n"
                               "}]], settings =\n"
                               "      { label = 'a}', size = { 1,\n"
                               "        2 } } },\n"
                               "  gate = { f = (function() local q = 1\n"
                               "    q = 2 return q end)(),\n"
                               "    loop = true }\n"
                               "}\n"
                               "streams.barn = { fps = 2 }\n"
                               "for i = 1, 2 do\n"
                               "  streams['cam' .. i] = {\n"
                               "    fps = 3 }\n"
                               "end\n"
                               "if listen == 'x' then fps = 9 end\n";
    assert_int_equal(line_of(text, "listen"), 2);
    assert_int_equal(line_of(text, "of"), 0);
    assert_int_equal(line_of(text, "it"), 0);
    assert_int_equal(line_of(text, "streams"), 4);
    assert_int_equal(line_of(text, "streams.yard"), 5);
    assert_int_equal(line_of(text, "streams.yard.fps"), 5);
    assert_int_equal(line_of(text, "streams.yard.quality"), 6);
    assert_int_equal(line_of(text, "streams.yard.absent"), 5);
    assert_int_equal(line_of(text, "streams.road"), 7);
    assert_int_equal(line_of(text, "streams.road.source"), 8);
    assert_int_equal(line_of(text, "streams.road.settings"), 9);
    assert_int_equal(line_of(text, "streams.road.settings.label"), 10);
    assert_int_equal(line_of(text, "streams.road.settings.size.2"), 11);
    assert_int_equal(line_of(text, "streams.gate.loop"), 14);
    assert_int_equal(line_of(text, "streams.gate.q"), 12);
    assert_int_equal(line_of(text, "streams.barn.fps"), 16);
    assert_int_equal(line_of(text, "streams.cam2"), 18);
    assert_int_equal(line_of(text, "streams.cam2.fps"), 19);
    assert_int_equal(line_of(text, "fps"), 21);
    assert_int_equal(line_of(text, "nowhere"), 0);
}

static void survives_any_text(void **state)
{
    (void)state;
    static const char *const texts[] = { "",        "{",       "}}}",     "a = [",
                                         "a[",      "a.",      "[==[",    "--[==[",
                                         "'\\",     "\"",      "a = { [", "{{{{",
                                         "a = {[b", "x = {{}", "end end", "a.b[" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        line_of(texts[i], "a.b");
    static char deep[3001];
    memset(deep, '{', sizeof(deep) - 1);
    line_of(deep, "a");
    for (size_t i = 0; i + 2 < sizeof(deep); i += 3)
        memcpy(deep + i, i % 6 == 0 ? "a={" : "b=c", 3);
    line_of(deep, "a");
}

RUN_TESTS(cmocka_unit_test_setup_teardown(gives_plain_data, set_up, tear_down),
          cmocka_unit_test_setup(says_where_it_fails, set_up),
          cmocka_unit_test_setup_teardown(shows_no_text_in_quotes, set_up, tear_down),
          cmocka_unit_test_setup_teardown(lets_nothing_out, set_up, tear_down),
          cmocka_unit_test_setup_teardown(ends_what_does_not, set_up, tear_down),
          cmocka_unit_test(finds_lines), cmocka_unit_test(survives_any_text))

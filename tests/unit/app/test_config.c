#include "app/config.h"

#include "app/command_line.h"
#include "app/config_keys.h"
#include "support/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[300], path[320];
static struct mr_options given;
static struct mr_config *config;
static struct mr_complaints complaints;

static void write_file(const char *name, const char *text)
{
    char to[512];
    snprintf(to, sizeof(to), "%s/%s", folder, name);
    FILE *out = fopen(to, "w");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s/config-XXXXXX", TEST_WORK_DIR);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/moonreel.lua", folder);
    return 0;
}

static int tear_down(void **state)
{
    char command[400];
    (void)state;
    mr_config_unref(&config);
    mr_complaints_finish(&complaints);
    snprintf(command, sizeof(command), "rm -r '%s'", folder);
    return system(command);
}

/* Read a configuration with the command line `more` besides --config. */
static int read_with(const char *text, const char *more, const char *value)
{
    struct mr_error error;
    char *argv[] = { "moonreel", "--config", path, (char *)more, (char *)value, NULL };
    write_file("moonreel.lua", text);
    mr_config_unref(&config);
    mr_complaints_finish(&complaints);
    if (mr_command_line_parse(more != NULL ? 5 : 3, argv, &given, &error) < 0)
        fail_msg("%s", error.text);
    given.isolation = MR_ISOLATION_OFF; /* there is no moonreel to start */
    return mr_config_read(&given, &config, &complaints);
}

static void expect_good(const char *text)
{
    if (read_with(text, NULL, NULL) < 0)
        fail_msg("%s", complaints.list[0].text);
}

/* The complaint number `index`, after the path. */
static const char *complaint(size_t index)
{
    assert_true(index < complaints.count);
    const char *line = complaints.list[index].text;
    assert_int_equal(strncmp(line, path, strlen(path)), 0);
    return line + strlen(path);
}

static void expect_one(const char *text, const char *wanted)
{
    assert_true(read_with(text, NULL, NULL) < 0);
    assert_null(config);
    assert_string_equal(complaint(0), wanted);
    assert_int_equal(complaints.count, 1);
}

static void takes_the_documented_example(void **state)
{
    (void)state;
    write_file("cars.mp4", "");
    expect_good("listen = \"0.0.0.0:8080\"\n"
                "streams = {\n"
                "  yard = { source = \"rtsp://cam/1\", script = \"yard.lua\", size = \"640x360\",\n"
                "           fps = 15, quality = 75 },\n"
                "  road = { source = \"cars.mp4\", loop = true, always = true,\n"
                "           settings = { label = \"Road\" } },\n"
                "}\n");
    char file[400];
    assert_string_equal(config->options.listen.text[0], "0.0.0.0:8080");
    assert_int_equal(config->count, 2);
    const struct mr_options *road = &config->streams[0], *yard = &config->streams[1];
    assert_string_equal(road->name, "road");
    snprintf(file, sizeof(file), "%s/cars.mp4", folder);
    assert_string_equal(road->source, file);
    assert_int_equal(road->loop, MR_YES);
    assert_true(road->always);
    assert_string_equal(road->settings, "{\"label\":\"Road\"}");
    assert_null(road->script);
    assert_string_equal(yard->name, "yard");
    assert_string_equal(yard->source, "rtsp://cam/1");
    snprintf(file, sizeof(file), "%s/yard.lua", folder);
    assert_string_equal(yard->script, file);
    assert_int_equal(yard->size.width, 640);
    assert_true(yard->fps == 15);
    assert_int_equal(yard->quality, 75);
    assert_int_equal(yard->loop, MR_BY_MODE);
    assert_int_equal(mr_config_line(config, "yard", "fps"), 4);
    assert_ptr_equal(mr_config_find(config, "yard"), yard);
    assert_null(mr_config_find(config, "barn"));
}

static void takes_every_kind_of_value(void **state)
{
    (void)state;
    expect_good("stall = '500ms' fps = 10 allow_origin = { 'https://a.org', 'https://b.org' }\n"
                "trusted_proxy = '10.0.0.0/8' max_clients = 7 log_level = 'warn'\n"
                "streams = {\n"
                " a = { source = 'test:', record = 'x.mkv', record_split = '10min', size = 320,\n"
                "  input_option = { rtsp_transport = 'udp', n = 2, yes = true }, fps = 5 },\n"
                " b = { source = '-', record_split = 90, input_option = { 'x=1', 'y=2' },\n"
                "  on_script_error = 'hold', idle_disconnect = 30 },\n"
                " c = { source = '/abs/x.mp4', input_option = 'z=3', loop = 'no' } }\n");
    const struct mr_options *a = &config->streams[0], *b = &config->streams[1],
                            *c = &config->streams[2];
    assert_int_equal(config->options.origins.count, 2);
    assert_int_equal(config->options.proxies.count, 1);
    assert_int_equal(config->options.max_clients, 7);
    assert_int_equal(config->options.log_level, MR_LOG_WARN);
    assert_string_equal(a->source, "test:");
    assert_true(a->stall_s == 0.5 && a->fps == 5 && b->fps == 10);
    assert_true(a->record_split_s == 600 && b->record_split_s == 90);
    assert_int_equal(a->size.width, 320);
    assert_int_equal(a->input_options.count, 3);
    assert_string_equal(a->input_options.text[0], "n=2");
    assert_string_equal(a->input_options.text[1], "rtsp_transport=udp");
    assert_string_equal(a->input_options.text[2], "yes=1");
    assert_string_equal(b->source, "-");
    assert_string_equal(b->input_options.text[1], "y=2");
    assert_int_equal(b->on_script_error, MR_ON_ERROR_HOLD);
    assert_string_equal(c->source, "/abs/x.mp4");
    assert_int_equal(c->loop, MR_NO);
}

static void several_addresses_are_a_list(void **state)
{
    (void)state;
    expect_good("listen = { '8080', 'unix:/run/x.sock' }\n"
                "streams = { yard = { source = 'test:' } }");
    assert_int_equal(config->options.listen.count, 2);
    assert_string_equal(config->options.listen.text[1], "unix:/run/x.sock");
}

static void the_command_line_comes_first(void **state)
{
    (void)state;
    static const char text[] = "listen = '127.0.0.1:1' streams = { a = { source = 'test:' } }";
    assert_int_equal(read_with(text, "--listen", "127.0.0.1:2"), 0);
    assert_int_equal(config->options.listen.count, 1);
    assert_string_equal(config->options.listen.text[0], "127.0.0.1:2");
    assert_true(read_with("listen = 'x' streams = { a = { source = 'test:' } }", "--listen",
                          "127.0.0.1:2") < 0); /* wrong is wrong */
}

#define ONE(keys) "streams = { yard = { source = 'test:',\n" keys " } }"

static void says_what_is_wrong_and_what_is_right(void **state)
{
    (void)state;
    expect_one(ONE("qualty = 75"), ":2: streams.yard.qualty: is unknown; did you mean quality?");
    expect_one(ONE("soruce = 1"), ":2: streams.yard.soruce: is unknown; did you mean source?");
    expect_one(ONE("record_spilt = 1"),
               ":2: streams.yard.record_spilt: is unknown; did you mean record_split?");
    expect_one(ONE("colour = 1"), ":2: streams.yard.colour: is unknown; keys are the options of "
                                  "--help with _ for -, and source, settings");
    expect_one("lsten = 1\n" ONE(""), ":1: lsten: is unknown; did you mean listen?");
    expect_one("stream = {}\n" ONE(""), ":1: stream: is unknown; did you mean streams?");
    expect_one(ONE("listen = ''"),
               ":2: streams.yard.listen: holds for all streams and stands outside of them");
    expect_one(ONE("headless = true"), ":2: streams.yard.headless: is for the command line only");
    expect_one(ONE("name = 'x'"), ":2: streams.yard.name: a stream's name is its key in streams");
    expect_one(ONE("quality = 101"),
               ":2: streams.yard.quality: \"101\" is not a whole number from 1 to 100");
    expect_one(ONE("quality = '75'"),
               ":2: streams.yard.quality: the text \"75\" is not a number from 1 to 100");
    expect_one(ONE("quality = {}"), ":2: streams.yard.quality: a table is not a number from 1 to "
                                    "100");
    expect_one(ONE("always = 'yes'"),
               ":2: streams.yard.always: the text \"yes\" is not true or false");
    expect_one(ONE("fit = true"), ":2: streams.yard.fit: true is not contain|cover|stretch");
    expect_one(ONE("fit = 'tight'"),
               ":2: streams.yard.fit: \"tight\" is not one of contain, cover, stretch");
    expect_one(ONE("loop = 1"), ":2: streams.yard.loop: 1 is not true or false");
    expect_one(ONE("stall = '5m'"),
               ":2: streams.yard.stall: \"5m\" is not a time from 0.1 to 86400 seconds, as 5, "
               "500ms, 10min or 1h");
    expect_one(ONE("script = 5"), ":2: streams.yard.script: a text in quotes is expected, FILE");
    expect_one(ONE("script = ''"), ":2: streams.yard.script: FILE may not be empty");
    expect_one(ONE("input_option = { 5 }"), ":2: streams.yard.input_option: 5 is not a text in "
                                            "quotes or a list of them");
    expect_one(ONE("settings = 'x'"), ":2: streams.yard.settings: a table is expected, such as { "
                                      "label = \"Yard\" }");
    expect_one("token = 'sch\xc3\xb6n' " ONE(""), ":1: token: what was given is not a token of 1 "
                                                  "to 256 letters, digits and -._~+/=");
    expect_one("allow_host = { x = 'y' } " ONE(""),
               ":1: allow_host: a table is not a text in quotes or a list of them");
    expect_one("streams = {\n Yard = { source = 'test:' } }",
               ":2: streams.Yard: \"Yard\" is not a name of 1 to 64 letters a-z, digits, _ and -");
    expect_one("streams = {\n yard = {} }",
               ":2: streams.yard: has no source, as source = \"cars.mp4\"");
    expect_one("streams = {\n yard = 'x' }",
               ":2: streams.yard: a table is expected, such as { source = \"cars.mp4\" }");
    expect_one("fps = 5", ": streams: there is none; write streams = { NAME = { source = ... } }");
    expect_one("streams = {}", ":1: streams: a table of streams is expected: { NAME = { source = "
                               "... } }");
    expect_one("streams = {\n a = { source = '-' },\n b = { source = '-' } }",
               ":3: streams.b.source: standard input is streams.a's already");
    expect_one("streams = {\n a = { source = 'x', record = 'r' },\n b = { source = 'x',\n record = "
               "'r' } }",
               ":4: streams.b.record: is where streams.a records, too");
}

static void says_all_of_it_in_order(void **state)
{
    (void)state;
    assert_true(read_with("fps = 0\nstreams = {\n b = { source = 1 },\n a = { loop = 7,\n"
                          " source = 'test:', x = 1 } }",
                          NULL, NULL) < 0);
    assert_int_equal(complaints.count, 4);
    assert_string_equal(complaint(0), ":1: fps: \"0\" is not a number from 0.01 to 1000");
    assert_string_equal(complaint(1),
                        ":3: streams.b.source: a file, URL or device in quotes is expected");
    assert_string_equal(complaint(2), ":4: streams.a.loop: 7 is not true or false");
    assert_int_equal(strncmp(complaint(3), ":5: streams.a.x: is unknown", 27), 0);
}

static void keeps_what_is_many(void **state)
{
    (void)state;
    char text[64 * 1024] = "streams = {\n";
    for (int i = 0; i < 300; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "s%d = { x%d = 1 },\n", i, i);
    strcat(text, "}");
    assert_true(read_with(text, NULL, NULL) < 0);
    assert_string_equal(complaint(0), ":1: streams: there are more than 256");
    char *cut = strstr(text, "s200 =");
    strcpy(cut, "}");
    assert_true(read_with(text, NULL, NULL) < 0);
    assert_int_equal(complaints.count, MR_COMPLAINTS_MAX);
    assert_int_equal(complaints.more, 400 - MR_COMPLAINTS_MAX);
}

/* docs/OPERATIONS.md has a line for every key. */
static void documents_every_key(void **state)
{
    (void)state;
    static char text[256 * 1024];
    char key[MR_CONFIG_KEY_SIZE], wanted[64];
    FILE *in = fopen(TEST_SOURCE_DIR "/docs/OPERATIONS.md", "r");
    assert_non_null(in);
    text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
    fclose(in);
    const char *streams = strstr(text, "### Keys of a stream");
    const char *all = strstr(text, "### Keys that hold for all");
    assert_non_null(streams);
    assert_non_null(all);
    assert_true(streams < all);
    for (size_t i = 0; i < mr_option_table_count; i++) {
        const struct mr_option *option = &mr_option_table[i];
        snprintf(wanted, sizeof(wanted), "\n| `%s` |", mr_config_keys_name(option, key));
        const char *at = strstr(streams, wanted);
        if (option->scope == MR_SCOPE_COMMAND
                ? at != NULL
                : at == NULL || (at < all) != (option->scope == MR_SCOPE_STREAM))
            fail_msg("docs/OPERATIONS.md: the row \"| `%s` |\" is not where it belongs", key);
    }
    assert_non_null(strstr(streams, "\n| `source` |"));
    assert_non_null(strstr(streams, "\n| `settings` |"));
}

static int parse(const char *line, struct mr_error *error)
{
    static char copy[256];
    char *argv[16] = { "moonreel" };
    int argc = 1;
    snprintf(copy, sizeof(copy), "%s", line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    return mr_command_line_parse(argc, argv, &given, error);
}

static void the_command_line_leaves_streams_to_the_file(void **state)
{
    (void)state;
    struct mr_error error;
    assert_int_equal(parse("-c x.lua --check --listen 127.0.0.1:0 --token a --web-dir w", &error),
                     0);
    assert_int_equal(parse("-c x.lua cars.mp4", &error), -EINVAL);
    assert_string_equal(error.text, "SOURCE (\"cars.mp4\") and --config do not go together: the "
                                    "configuration says what the streams are");
    assert_int_equal(parse("-c x.lua --fps 5", &error), -EINVAL);
    assert_string_equal(error.text, "--fps and --config do not go together: it belongs to a "
                                    "stream, in the configuration");
    assert_int_equal(parse("-c x.lua -n yard", &error), -EINVAL);
    assert_int_equal(parse("-c x.lua --headless", &error), -EINVAL);
    assert_int_equal(parse("--check cars.mp4", &error), -EINVAL);
    assert_string_equal(error.text, "--check goes with --config");
}

RUN_TESTS(cmocka_unit_test_setup_teardown(takes_the_documented_example, set_up, tear_down),
          cmocka_unit_test_setup_teardown(takes_every_kind_of_value, set_up, tear_down),
          cmocka_unit_test_setup_teardown(several_addresses_are_a_list, set_up, tear_down),
          cmocka_unit_test_setup_teardown(the_command_line_comes_first, set_up, tear_down),
          cmocka_unit_test_setup_teardown(says_what_is_wrong_and_what_is_right, set_up, tear_down),
          cmocka_unit_test_setup_teardown(says_all_of_it_in_order, set_up, tear_down),
          cmocka_unit_test_setup_teardown(keeps_what_is_many, set_up, tear_down),
          cmocka_unit_test(documents_every_key),
          cmocka_unit_test(the_command_line_leaves_streams_to_the_file))

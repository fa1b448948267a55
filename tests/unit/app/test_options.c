#include "app/command_line.h"
#include "app/help.h"
#include "app/option_table.h"

#include "support/check.h"

#include <errno.h>
#include <string.h>

#define MAX_WORDS 32

static struct mr_options options;
static struct mr_error error;

/* Parse a command line of words separated by spaces; "''" is an empty word. */
static int parse(const char *line)
{
    static char copy[512];
    char *argv[MAX_WORDS + 1] = { "moonreel" };
    int argc = 1;
    snprintf(copy, sizeof(copy), "%s", line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = strcmp(word, "''") == 0 ? "" : word;
    error = (struct mr_error){ 0 };
    return mr_command_line_parse(argc, argv, &options, &error);
}

static void expect_refusal(const char *line, const char *text)
{
    assert_int_equal(parse(line), -EINVAL);
    assert_string_equal(error.text, text);
}

static void has_the_documented_defaults(void **state)
{
    (void)state;
    assert_int_equal(parse(""), 0);
    assert_string_equal(options.source, "test:");
    assert_int_equal(options.listen.count, 0);
    assert_string_equal(options.name, "live");
    assert_null(options.script);
    assert_int_equal(options.quality, 0); /* not given */
    assert_int_equal(options.fit, MR_FIT_CONTAIN);
    assert_int_equal(options.loop, MR_BY_MODE);
    assert_int_equal(options.limits.deadline_ms, 1000);
    assert_int_equal(options.limits.memory_mib, 256);
    assert_int_equal(options.on_script_error, MR_ON_ERROR_PASS);
    assert_int_equal(options.isolation, MR_ISOLATION_PROCESS);
    assert_null(options.token);
    assert_int_equal(options.max_clients, 4096);
    assert_int_equal(options.log_level, MR_LOG_INFO);
    assert_true(options.fps == 0);
}

static void takes_every_kind(void **state)
{
    (void)state;
    assert_int_equal(parse("-s a.lua clip.mp4 --size 640x360 --fit=cover --fps 12.5 -q95 --loop no"
                           " --always --headless --frames 10 --jsonl - --log-level trace"),
                     0);
    assert_string_equal(options.script, "a.lua");
    assert_string_equal(options.source, "clip.mp4");
    assert_int_equal(options.size.width, 640);
    assert_int_equal(options.size.height, 360);
    assert_int_equal(options.fit, MR_FIT_COVER);
    assert_true(options.fps == 12.5);
    assert_int_equal(options.quality, 95);
    assert_int_equal(options.loop, MR_NO);
    assert_true(options.always && options.headless);
    assert_int_equal(options.frames, 10);
    assert_string_equal(options.jsonl, "-");
    assert_int_equal(options.log_level, MR_LOG_TRACE);

    assert_int_equal(parse("--token aZ-1/= --isolation off"), 0);
    assert_string_equal(options.token, "aZ-1/=");
    assert_int_equal(options.isolation, MR_ISOLATION_OFF);

    assert_int_equal(parse("--trusted-proxy 10.0.0.0/8,::1 --trusted-proxy 192.0.2.1"), 0);
    assert_int_equal(options.proxies.count, 3);
    assert_string_equal(options.base.text, "");
    assert_int_equal(parse("--base-path /cam/"), 0);
    assert_string_equal(options.base.text, "/cam");

    assert_int_equal(parse("-l 8080 --listen :8081 --listen [::1]:0 --listen unix:/run/x.sock"), 0);
    assert_int_equal(options.listen.count, 4);
    assert_string_equal(options.listen.text[3], "unix:/run/x.sock");

    assert_int_equal(parse("-"), 0);
    assert_string_equal(options.source, "-");
}

static void refuses_with_name_value_and_remedy(void **state)
{
    (void)state;
    expect_refusal("--quality 101", "--quality: \"101\" is not a whole number from 1 to 100");
    expect_refusal("-q 80.5", "--quality: \"80.5\" is not a whole number from 1 to 100");
    expect_refusal("--isolation jail", "--isolation: \"jail\" is not one of process, off");
    expect_refusal("--trusted-proxy 10.0.0.0/33",
                   "--trusted-proxy: \"10.0.0.0/33\" is not ADDR or ADDR/BITS, as 127.0.0.1, "
                   "10.0.0.0/8 or fd00::/8, or unix");
    expect_refusal("--base-path cam",
                   "--base-path: \"cam\" is not a path such as /cam, of letters, "
                   "digits and -._~ between slashes");
    expect_refusal("--token ''", "--token: TOKEN may not be empty");
    expect_refusal("--token sch\xc3\xb6n", "--token: what was given is not a token of 1 to 256 "
                                           "letters, digits and -._~+/="); /* which is a secret */
    expect_refusal("--fps nan", "--fps: \"nan\" is not a number from 0.01 to 1000");
    expect_refusal("--fps 25x", "--fps: \"25x\" is not a number from 0.01 to 1000");
    expect_refusal("--fit tight", "--fit: \"tight\" is not one of contain, cover, stretch");
    expect_refusal("--bogus", "--bogus is not an option; see --help");
    expect_refusal("-x", "-x is not an option; see --help");
    expect_refusal("--script", "--script needs a value; see --help");
    expect_refusal("--script ''", "--script: FILE may not be empty");
    expect_refusal("a b", "\"b\" is one SOURCE too many; there can be one");
    expect_refusal("--frames 5", "--frames goes with --headless");
    expect_refusal("--save x", "--save goes with --headless");
    expect_refusal("--record-split 5", "--record-split goes with --record");
    expect_refusal("--name Live", "--name: \"Live\" is not a name of 1 to 64 letters a-z, digits, "
                                  "_ and -");
    expect_refusal(
        "--listen 8080 --listen 127.0.0.1",
        "--listen: \"127.0.0.1\" is not ADDR:PORT with a port from 0 to 65535, PORT, :PORT, "
        "[IPv6]:PORT or unix:PATH");
    expect_refusal("--listen ::1:8080",
                   "--listen: cannot listen on ::1:8080: an IPv6 address stands in "
                   "brackets, as [::1]:8080");
    assert_int_equal(parse("--size 0x0"), -EINVAL);
    assert_non_null(strstr(error.text, "--size"));
    assert_non_null(strstr(error.text, "0x0"));
}

static void usage_names_every_option(void **state)
{
    (void)state;
    char text[16384];
    FILE *out = fmemopen(text, sizeof(text), "w");
    mr_help_print(out);
    fclose(out);
    for (size_t i = 0; i < mr_option_table_count; i++) {
        char name[64];
        snprintf(name, sizeof(name), "--%s", mr_option_table[i].name);
        assert_non_null(strstr(text, name));
    }
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        assert_in_range(strlen(line), 0, 100);
    assert_null(strstr(text, "%s"));
}

static void times_have_units(void **state)
{
    (void)state;
    parse("");
    assert_float_equal(options.stall_s, 5, 1e-9);
    assert_float_equal(options.idle_disconnect_s, 0, 1e-9);
    assert_int_equal(parse("--stall 500ms --record x --record-split 10min --idle-disconnect 1.5h"),
                     0);
    assert_float_equal(options.stall_s, 0.5, 1e-9);
    assert_float_equal(options.record_split_s, 600, 1e-9);
    assert_float_equal(options.idle_disconnect_s, 5400, 1e-9);
    assert_int_equal(parse("--stall 2s"), 0);
    assert_float_equal(options.stall_s, 2, 1e-9);
    expect_refusal("--stall 5m", "--stall: \"5m\" is not a time from 0.1 to 86400 seconds, as 5, "
                                 "500ms, 10min or 1h");
    assert_int_equal(parse("--stall 0"), -EINVAL);
    assert_int_equal(parse("--stall s"), -EINVAL);
    assert_int_equal(parse("--stall nan"), -EINVAL);
}

RUN_TESTS(cmocka_unit_test(has_the_documented_defaults), cmocka_unit_test(takes_every_kind),
          cmocka_unit_test(refuses_with_name_value_and_remedy), cmocka_unit_test(times_have_units),
          cmocka_unit_test(usage_names_every_option))

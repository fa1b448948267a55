/* The user's smoke test: moonreel --headless, as a user runs it. */
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT_MS 60000

/* A path in this program's own folder; four at a time. */
static const char *in_work(const char *name)
{
    static char paths[4][CLIP_PATH];
    static int next;
    char *path = paths[next++ % 4];
    clip_path(name, path);
    return path;
}

static const char *cars(void)
{
    static char path[CLIP_PATH];
    clip_shared("cars.mp4", path);
    return path;
}

static const char *write_script(const char *name, const char *text)
{
    const char *path = in_work(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

/* Longer than a busy machine takes under a sanitizer: a call that is cut off makes the exit status 1. */
#define PATIENT "--deadline", "60000"

/* It exits with 0; otherwise the test fails with what it said. */
static void assert_ran(const struct command *run)
{
    if (run->status != 0)
        fail_msg("status %d: %s", run->status, (const char *)run->err.data);
}

#define RUN(command, ...)                                                                          \
    command_run(command, (const char *const[]){ TEST_BINARY, __VA_ARGS__, NULL }, LIMIT_MS)

static void check_jpeg(const char *path, size_t expected_size)
{
    struct stat info;
    struct command djpeg;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, expected_size);
    command_run(&djpeg, (const char *const[]){ "djpeg", "-outfile", "/dev/null", path, NULL },
                LIMIT_MS);
    assert_int_equal(djpeg.status, 0);
    assert_string_equal((char *)djpeg.err.data, ""); /* not even a warning */
    command_finish(&djpeg);
}

static json_int_t integer(json_t *line, const char *key)
{
    json_t *value = json_object_get(line, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void a_whole_clip_gives_every_frame(void **state)
{
    (void)state;
    struct command run;
    const char *saved = in_work("saved");
    RUN(&run, "--headless", PATIENT, "--jsonl", "-", "--save", saved, cars());
    assert_ran(&run);

    int count = 0;
    json_int_t last_pts = -1;
    for (char *text = strtok((char *)run.out.data, "\n"); text; text = strtok(NULL, "\n")) {
        char name[32];
        json_t *line = json_loads(text, 0, NULL);
        assert_non_null(line);
        assert_int_equal(integer(line, "seq"), count);
        assert_int_equal(integer(line, "width"), 768);
        assert_int_equal(integer(line, "height"), 432);
        assert_true(integer(line, "pts_us") > last_pts);
        last_pts = integer(line, "pts_us");
        assert_non_null(json_object_get(line, "data"));
        assert_null(json_object_get(line, "error"));
        snprintf(name, sizeof(name), "saved/%06d.jpg", count);
        check_jpeg(in_work(name), (size_t)integer(line, "image_bytes"));
        json_decref(line);
        count++;
    }
    assert_int_equal(count, 377);
    assert_int_not_equal(access(in_work("saved/000377.jpg"), F_OK), 0);
    assert_memory_equal(command_last_line(&run), "377 frames", 10);
    command_finish(&run);
}

static void the_payload_is_the_scripts(void **state)
{
    (void)state;
    struct command run;
    const char *script =
        write_script("payload.lua", "function process(frame, state)\n"
                                    "  state.n = (state.n or 0) + 1\n"
                                    "  return { n = state.n, w = frame.width, s = \"\\u{e4}\" }\n"
                                    "end\n");
    RUN(&run, "--headless", PATIENT, "--frames", "3", "--size", "64x48", "--jsonl", "-", "-s",
        script);
    assert_ran(&run);
    for (int i = 0; i < 3; i++) {
        char *text = strtok(i == 0 ? (char *)run.out.data : NULL, "\n");
        json_t *line = json_loads(text, 0, NULL);
        json_t *data = json_object_get(line, "data");
        assert_int_equal(integer(data, "n"), i + 1);
        assert_int_equal(integer(data, "w"), 64);
        assert_string_equal(json_string_value(json_object_get(data, "s")), "\xc3\xa4");
        json_decref(line);
    }
    assert_null(strtok(NULL, "\n"));
    command_finish(&run);
}

static void a_failing_script_fails_the_run_but_not_the_frames(void **state)
{
    (void)state;
    struct command run;
    const char *script = write_script("odd.lua", "function process(frame)\n"
                                                 "  if frame.index % 2 == 1 then\n"
                                                 "    error('odd frame')\n"
                                                 "  end\n"
                                                 "  return frame.index\n"
                                                 "end\n");
    RUN(&run, "--headless", PATIENT, "--frames", "6", "--size", "64x48", "--jsonl", "-", "-s",
        script);
    assert_int_equal(run.status, 1);
    for (int i = 0; i < 6; i++) {
        char *text = strtok(i == 0 ? (char *)run.out.data : NULL, "\n");
        assert_non_null(text);
        json_t *line = json_loads(text, 0, NULL);
        json_t *error = json_object_get(line, "error");
        if (i % 2 == 1) {
            assert_non_null(strstr(json_string_value(error), "odd.lua:3:"));
            assert_true(json_is_null(json_object_get(line, "data")));
            assert_true(integer(line, "image_bytes") > 0);
        } else {
            assert_null(error);
        }
        json_decref(line);
    }
    assert_string_equal(command_last_line(&run), "moonreel: the script failed on 3 of 6 frames");
    command_finish(&run);
}

/* Run and expect exit status 1 with one line that begins "moonreel: " and names each part. */
#define EXPECT_FAILURE(part1, part2, ...)                                                          \
    do {                                                                                           \
        struct command run;                                                                        \
        RUN(&run, "--headless", "--log-level", "error", __VA_ARGS__);                              \
        assert_int_equal(run.status, 1);                                                           \
        const char *line = command_last_line(&run);                                                \
        if (strstr(line, part1) == NULL || strstr(line, part2) == NULL)                            \
            fail_msg("unexpected: %s", line);                                                      \
        assert_ptr_equal(line, run.err.data); /* the only one */                                   \
        assert_memory_equal(line, "moonreel: ", 10);                                               \
        command_finish(&run);                                                                      \
    } while (0)

static void what_cannot_be_played_is_one_line(void **state)
{
    (void)state;
    const char *text = write_script("notes.txt", "this is no video\n");
    EXPECT_FAILURE("nothere.mp4", "No such file", "nothere.mp4");
    EXPECT_FAILURE("", "directory", TEST_WORK_DIR);
    EXPECT_FAILURE("notes.txt", "", text);
    EXPECT_FAILURE("lavfi:bogus", "", "lavfi:bogus");
}

static void what_cannot_be_loaded_is_one_line(void **state)
{
    (void)state;
    EXPECT_FAILURE("nothere.lua", "No such file", "-s", in_work("nothere.lua"), "test:");
    const char *broken = write_script("broken.lua", "function process(frame\n  return 1\nend\n");
    EXPECT_FAILURE("broken.lua:2:", "", "-s", broken, "test:");
    const char *empty = write_script("empty.lua", "x = 1\n");
    EXPECT_FAILURE("empty.lua", "process", "-s", empty, "test:");
}

static void what_cannot_be_written_is_one_line(void **state)
{
    (void)state;
    EXPECT_FAILURE("/dev/full", "No space left", "--frames", "3000", "--size", "16x16", "--jsonl",
                   "/dev/full");
    EXPECT_FAILURE("nothere/x.jsonl", "No such file", "--jsonl", in_work("nothere/x.jsonl"));
    EXPECT_FAILURE("/dev/null", "", "--save", "/dev/null");
}

static void wrong_usage_exits_with_2(void **state)
{
    (void)state;
    struct command run;
    RUN(&run, "--quality", "0");
    assert_int_equal(run.status, 2);
    assert_string_equal(command_last_line(&run),
                        "moonreel: --quality: \"0\" is not a whole number from 1 to 100");
    command_finish(&run);
    RUN(&run, "--help");
    assert_ran(&run);
    assert_non_null(strstr((char *)run.out.data, "Usage: moonreel"));
    command_finish(&run);
}

RUN_TESTS(cmocka_unit_test(a_whole_clip_gives_every_frame),
          cmocka_unit_test(the_payload_is_the_scripts),
          cmocka_unit_test(a_failing_script_fails_the_run_but_not_the_frames),
          cmocka_unit_test(what_cannot_be_played_is_one_line),
          cmocka_unit_test(what_cannot_be_loaded_is_one_line),
          cmocka_unit_test(what_cannot_be_written_is_one_line),
          cmocka_unit_test(wrong_usage_exits_with_2))

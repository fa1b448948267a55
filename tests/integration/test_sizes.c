/* Sizes at their limits, through the program: 8K in and out, with a script that draws, and one that
 * wants more than it may have; sizes that are none; rates. */
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"
#include "support/picture_compare.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LIMIT_MS 60000
#define DEADLINE "30000" /* an 8K picture is large, and a sanitizer slow */

/* --headless with up to ten more arguments. */
static void run(struct command *command, const char *const more[])
{
    const char *arguments[16] = { TEST_BINARY, "--headless", "--deadline", DEADLINE };
    for (int i = 0; i < 11 && more[i] != NULL; i++)
        arguments[4 + i] = more[i];
    command_run(command, arguments, LIMIT_MS);
}

static void write_script(const char *name, const char *text, char path[CLIP_PATH])
{
    clip_path(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void check_8k(const char *size, const char *source, const char *name)
{
    char script[CLIP_PATH], folder[CLIP_PATH], image[CLIP_PATH + 16];
    write_script("corner.lua",
                 "function process(frame)\n"
                 "  frame:rectangle(frame.width - 400, frame.height - 200, 400, 200, { fill = "
                 "\"#f00\" })\n"
                 "  return { w = frame.width, h = frame.height }\n"
                 "end\n",
                 script);
    clip_path(name, folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    const char *const arguments[] = { "--frames", "1",        "--size", size,   "--save",
                                      folder,     "--script", script,   source, NULL };
    struct command command;
    run(&command, arguments);
    if (command.status != 0)
        fail_msg("%s at %s: status %d: %s", source, size, command.status, command.err.data);
    command_finish(&command);
    snprintf(image, sizeof(image), "%s/000000.jpg", folder);
    struct rgb_picture picture = rgb_from_jpeg_file(image);
    assert_int_equal(picture.width, 7680);
    assert_int_equal(picture.height, 4320);
    for (int i = 0; i < 4; i++) {
        unsigned colour = rgb_at(&picture, i % 2 ? 7679 : 7300, i / 2 ? 4319 : 4130);
        if (colour >> 16 < 245 || (colour >> 8 & 255) > 10 || (colour & 255) > 10)
            fail_msg("%s at %s: %06x where it is to be red", source, size, colour);
    }
    rgb_free(&picture);
}

static void draws_on_8k(void **state)
{
    (void)state;
    check_8k("7680x4320", "test:1x1", "up");
    check_8k("7680", "test:7680x4320@2", "same");
}

static void says_that_memory_is_short(void **state)
{
    (void)state;
    char script[CLIP_PATH];
    write_script("hoard.lua",
                 "hoard = {}\n"
                 "function process(frame)\n"
                 "  for i = 1, 8 do hoard[i] = frame:copy() end\n"
                 "end\n",
                 script);
    const char *const arguments[] = { "--frames", "1",    "--size",   "7680x4320",
                                      "--script", script, "test:8x8", NULL };
    struct command command;
    run(&command, arguments);
    assert_int_equal(command.status, 1);
    if (strstr((char *)command.err.data, "not enough memory (the limit is 256 MiB)") == NULL)
        fail_msg("%s", command.err.data);
    assert_string_equal(command_last_line(&command),
                        "moonreel: the script failed on 1 of 1 frames");
    command_finish(&command);
}

static void refuses_what_is_no_size(void **state)
{
    (void)state;
    const char *const wrong[] = { "0", "16385", "99999", "0x0", "x0", "640x16385", "big" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        const char *const arguments[] = { "--size", wrong[i], "test:8x8", NULL };
        char line[200];
        struct command command;
        run(&command, arguments);
        assert_int_equal(command.status, 2);
        snprintf(line, sizeof(line),
                 "moonreel: --size: \"%s\" is not a size: WxH, W or xH, each from 1 to 16384 "
                 "pixels\n",
                 wrong[i]);
        assert_string_equal((char *)command.err.data, line);
        command_finish(&command);
    }
}

/* Ten seconds of media. */
static void limits_the_rate(void **state)
{
    (void)state;
    const struct {
        const char *source, *fps;
        unsigned frames;
    } cases[] = {
        { "lavfi:testsrc=size=32x32:rate=24000/1001:duration=10", "10", 100 },
        { "lavfi:testsrc=size=32x32:rate=60:duration=10", "1", 10 },
        { "lavfi:testsrc=size=32x32:rate=25:duration=10", "24", 240 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *const arguments[] = { "--fps",         cases[i].fps,
                                          "--script",      TEST_SOURCE_DIR "/lua/dummy.lua",
                                          cases[i].source, NULL };
        struct command command;
        unsigned frames = 0;
        run(&command, arguments);
        assert_int_equal(command.status, 0);
        assert_int_equal(sscanf(command_last_line(&command), "%u frames", &frames), 1);
        if (frames + 1 < cases[i].frames || frames > cases[i].frames + 1)
            fail_msg("%s at %s: %u frames", cases[i].source, cases[i].fps, frames);
        command_finish(&command);
    }
}

RUN_TESTS(cmocka_unit_test(draws_on_8k), cmocka_unit_test(says_that_memory_is_short),
          cmocka_unit_test(refuses_what_is_no_size), cmocka_unit_test(limits_the_rate))

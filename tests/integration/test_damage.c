/* What a user sees of a damaged file: exit status 0 or 1, and a clear last line. */
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"
#include "support/damage.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT_MS 10000
#define STEP     19 /* of the variants: all kinds of damage are among those taken */

static void check_last_line(struct command *command, const char *path)
{
    bool failed = command->status == 1;
    const char *line = command_last_line(command);
    unsigned frames;
    if (command->status != 0 && !failed)
        fail_msg("%s: status %d: %s", path, command->status, line);
    if (!failed && (sscanf(line, "%u frames, ", &frames) != 1 || frames == 0))
        fail_msg("%s: %s", path, line);
    if (failed && (strncmp(line, "moonreel: ", strlen("moonreel: ")) != 0 ||
                   strstr(line, path) == NULL || strlen(line) < strlen(path) + 20))
        fail_msg("%s: %s", path, line);
}

static void ends_with_a_clear_line(void **state)
{
    (void)state;
    struct damage_clip clips[DAMAGE_CLIPS];
    damage_clips_make(clips);
    for (int i = 0; i < 2 * DAMAGE_CLIPS; i++) {
        char path[CLIP_PATH];
        damage_write(&clips[i % DAMAGE_CLIPS], i * STEP % DAMAGE_VARIANTS, path);
        const char *const arguments[] = { TEST_BINARY, "--headless",
                                          "--script",  TEST_SOURCE_DIR "/lua/dummy.lua",
                                          path,        NULL };
        struct command command;
        command_run(&command, arguments, LIMIT_MS);
        check_last_line(&command, path);
        command_finish(&command);
    }
    damage_clips_finish(clips);
}

/* A film of 10 s, whole and half. The whole one, and half of one that does not say how long it is, are not told of. */
static void a_file_that_is_cut_off_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *name, *arguments;
        bool cut, told;
    } cases[] = {
        { "whole.mkv", "", false, false },
        { "cut.mkv", "", true, true },
        { "cut.mp4", "-movflags +faststart", true, true },
        { "cut.ts", "", true, false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char path[CLIP_PATH];
        struct command command;
        struct stat info;
        clip_path(cases[i].name, path);
        clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=10 -frames:v 100 -g 10 %s %s",
                    cases[i].arguments, path);
        assert_int_equal(stat(path, &info), 0);
        if (cases[i].cut)
            assert_int_equal(truncate(path, info.st_size / 2), 0);
        command_run(&command,
                    (const char *const[]){ TEST_BINARY, "--headless", "--script",
                                           TEST_SOURCE_DIR "/lua/dummy.lua", path, NULL },
                    LIMIT_MS);
        assert_int_equal(command.status, 0);
        bool told =
            strstr((char *)command.err.data, "s of the 10.0 s that it says: it is cut off") != NULL;
        if (told != cases[i].told)
            fail_msg("%s: %s", cases[i].name, (char *)command.err.data);
        command_finish(&command);
    }
}

RUN_TESTS(cmocka_unit_test(ends_with_a_clear_line),
          cmocka_unit_test(a_file_that_is_cut_off_says_so))

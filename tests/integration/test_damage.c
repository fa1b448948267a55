/* What a user sees of a damaged file: exit status 0 or 1, and a clear last line. */
#include "support/check.h"
#include "support/command.h"
#include "support/damage.h"

#include <stdio.h>
#include <string.h>

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

RUN_TESTS(cmocka_unit_test(ends_with_a_clear_line))

/* A user's pictures and JSON lines have what FFmpeg and ffprobe see: for a few of the clips that
 * unit.media.matrix looks at. */
#include "support/check.h"
#include "support/command.h"
#include "support/matrix_clips.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LIMIT_MS 60000

static void run(const char *path, const char *folder, struct command *command)
{
    const char *const arguments[] = {
        TEST_BINARY, "--headless", "--save", folder,     "--jsonl",
        "-",         "--quality",  "95",     "--script", TEST_SOURCE_DIR "/lua/dummy.lua",
        path,        NULL
    };
    command_run(command, arguments, LIMIT_MS);
    if (command->status != 0)
        fail_msg("moonreel %s: status %d: %s", path, command->status, command->err.data);
}

static void check_lines(const struct matrix_clip *clip, const struct matrix_reference *reference,
                        char *lines)
{
    int count = 0;
    char *rest = NULL;
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        uint64_t seq;
        int64_t pts_us;
        assert_int_equal(sscanf(line, "{\"seq\":%" SCNu64 ",\"pts_us\":%" SCNd64, &seq, &pts_us),
                         2);
        assert_true(count < reference->frames);
        assert_int_equal(seq, count);
        /* a frame with the time of the one before comes a millisecond after it */
        bool again = count > 0 && reference->pts_us[count] == reference->pts_us[count - 1];
        if (llabs(pts_us - reference->pts_us[count] - (again ? 1000 : 0)) > 1)
            fail_msg("%s: frame %d is at %ld us, not %ld", clip->file, count, (long)pts_us,
                     (long)reference->pts_us[count]);
        count++;
    }
    assert_int_equal(count, clip->frames);
}

static void check_clip(const char *file)
{
    const struct matrix_clip *clip = matrix_clip_of(file);
    char path[CLIP_PATH], folder[CLIP_PATH], name[64];
    struct matrix_reference reference;
    struct command command;
    matrix_clip_make(clip, path);
    matrix_clip_reference(clip, path, &reference);
    snprintf(name, sizeof(name), "%s.saved", file);
    clip_path(name, folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    run(path, folder, &command);
    check_lines(clip, &reference, (char *)command.out.data);
    for (int i = 0; i < clip->frames; i++) {
        char image[CLIP_PATH + 16];
        snprintf(image, sizeof(image), "%s/%06d.jpg", folder, i);
        struct rgb_picture picture = rgb_from_jpeg_file(image);
        matrix_clip_compare(clip, &reference, i, &picture);
        rgb_free(&picture);
    }
    command_finish(&command);
    matrix_reference_finish(&reference);
}

static void saves_what_ffmpeg_sees(void **state)
{
    (void)state;
    check_clip("turned_270_odd.mp4");
    check_clip("vp9_uneven.webm");
    check_clip("palette.gif");
}

RUN_TESTS(cmocka_unit_test(saves_what_ffmpeg_sees))

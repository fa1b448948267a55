/* The JPEGs that a user saves have the colours that FFmpeg shows. */
#include "support/check.h"
#include "support/colour_clips.h"
#include "support/command.h"

#include <stdio.h>
#include <sys/stat.h>

#define LIMIT_MS       60000
#define TEXT(value)    TEXT_OF(value)
#define TEXT_OF(value) #value

static void save_pictures(const char *clip, const char *folder)
{
    const char *const arguments[] = { TEST_BINARY, "--headless",
                                      "--save",    folder,
                                      "--quality", TEXT(COLOUR_CLIP_QUALITY),
                                      "--frames",  TEXT(COLOUR_CLIP_FRAMES),
                                      "--script",  TEST_SOURCE_DIR "/lua/dummy.lua",
                                      clip,        NULL };
    struct command command;
    command_run(&command, arguments, LIMIT_MS);
    if (command.status != 0)
        fail_msg("moonreel %s: status %d: %s", clip, command.status, command.err.data);
    command_finish(&command);
}

static void check_clip(const struct colour_clip *clip)
{
    char path[CLIP_PATH], name[64], folder[CLIP_PATH];
    struct rgb_picture reference[COLOUR_CLIP_FRAMES];
    colour_clip_make(clip, path);
    colour_clip_reference(clip, path, reference);
    snprintf(name, sizeof(name), "%s.saved", clip->file);
    clip_path(name, folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    save_pictures(path, folder);

    for (int i = 0; i < COLOUR_CLIP_FRAMES; i++) {
        char file[CLIP_PATH + 16];
        snprintf(file, sizeof(file), "%s/%06d.jpg", folder, i);
        struct rgb_picture picture = rgb_from_jpeg_file(file);
        double psnr = rgb_psnr(&picture, &reference[i]);
        print_message("%s, frame %d: %.1f dB\n", clip->name, i, psnr);
        assert_true(psnr >= COLOUR_CLIP_PSNR);
        rgb_free(&picture);
        rgb_free(&reference[i]);
    }
}

static void saves_the_colours_that_ffmpeg_shows(void **state)
{
    (void)state;
    for (int i = 0; i < colour_clips_count; i++)
        check_clip(&colour_clips[i]);
}

RUN_TESTS(cmocka_unit_test(saves_the_colours_that_ffmpeg_shows))

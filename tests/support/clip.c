#include "support/clip.h"

#include "support/check.h"
#include "support/command.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_ARGUMENTS 100
#define LIMIT_MS      60000

/* The cars are blurred: what stands in for a photograph has no edges sharper than one. */
static const struct {
    const char *name, *arguments;
} substitutes[] = {
    { "cars.mp4",
      "-f lavfi -i testsrc2=size=768x432:rate=25/2,gblur=sigma=12 -frames:v 377 -c:v libx264 "
      "-preset veryfast -pix_fmt yuv420p -colorspace smpte170m -color_range tv" },
    { "people.mp4", "-f lavfi -i testsrc2=size=768x432:rate=10 -frames:v 1394 -c:v libx264 "
                    "-preset ultrafast -pix_fmt yuv420p -colorspace smpte170m -color_range tv" },
    { "faces.gif", "-f lavfi -i testsrc2=size=480x270:rate=12 -frames:v 41" },
};

static char own_folder[CLIP_PATH];

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void remove_own_folder(void)
{
    nftw(own_folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

void clip_path(const char *name, char path[CLIP_PATH])
{
    if (own_folder[0] == '\0') {
        snprintf(own_folder, sizeof(own_folder), "%s/clips-XXXXXX", TEST_WORK_DIR);
        if (mkdtemp(own_folder) == NULL)
            fail_msg("cannot make a folder in %s", TEST_WORK_DIR);
        atexit(remove_own_folder);
    }
    if (snprintf(path, CLIP_PATH, "%s/%s", own_folder, name) >= CLIP_PATH)
        fail_msg("too long: %s/%s", own_folder, name);
}

static void run_ffmpeg(const char *arguments_text)
{
    char *text = strdup(arguments_text);
    assert_non_null(text);
    const char *arguments[MAX_ARGUMENTS + 1] = { "ffmpeg", "-nostdin", "-v", "error", "-y" };
    char *rest = NULL;
    int count = 5;
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_true(count < MAX_ARGUMENTS);
        arguments[count++] = word;
    }
    struct command command;
    command_run(&command, arguments, LIMIT_MS);
    free(text);
    if (command.status != 0)
        fail_msg("ffmpeg %s: status %d: %s", arguments_text, command.status, command.err.data);
    command_finish(&command);
}

void clip_ffmpeg(const char *format, ...)
{
    char text[8192];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof(text));
    run_ffmpeg(text);
}

/* Made under another name first: several test programs may want it at once. */
static void make_substitute(const char *name, const char *path)
{
    for (size_t i = 0; i < sizeof(substitutes) / sizeof(*substitutes); i++) {
        if (strcmp(substitutes[i].name, name) != 0)
            continue;
        char made[CLIP_PATH];
        clip_path(name, made);
        clip_ffmpeg("%s %s", substitutes[i].arguments, made);
        if (rename(made, path) != 0)
            fail_msg("cannot rename %s to %s", made, path);
        return;
    }
    fail_msg("no clip is called %s", name);
}

void clip_shared(const char *name, char path[CLIP_PATH])
{
    snprintf(path, CLIP_PATH, "%s/%s", TEST_DATA_DIR, name);
    if (access(path, R_OK) == 0)
        return;
    snprintf(path, CLIP_PATH, "%s/%s", TEST_WORK_DIR, name);
    if (access(path, R_OK) != 0)
        make_substitute(name, path);
}

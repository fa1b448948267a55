/* Damaged clips are shown as far as they go, or refused in one clear line: no crash, no hang, no
 * flood of memory. */
#include "media/convert/converter.h"
#include "media/source/source.h"

#include "base/clock.h"
#include "base/file.h"
#include "support/check.h"
#include "support/damage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_S    10
#define MAX_FRAMES 1000         /* of 25 that were there */
#define MAX_WASTE  (64L << 10)  /* KiB, for a picture that is refused */
#define MAX_GROWTH (400L << 10) /* KiB: a picture or two of the largest size that is accepted */

static char current[CLIP_PATH];

static void hangs(int number)
{
    (void)number;
    static const char text[] = ": still at it after 10 s\n";
    ssize_t done = write(STDERR_FILENO, current, strlen(current));
    done += write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(done > 0 ? 1 : 2);
}

/* The most memory that was in use since `reset_peak`. */
static long read_status(const char *key)
{
    char line[200];
    long kib = -1;
    FILE *file = fopen("/proc/self/status", "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            kib = atol(line + strlen(key));
    fclose(file);
    assert_true(kib >= 0);
    return kib;
}

static void reset_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    assert_non_null(file);
    fputs("5", file);
    fclose(file);
}

/* One line that names the file and says more than that. */
static void check_line(const char *path, int result, const struct mr_error *error)
{
    const char *name = strstr(error->text, path);
    if (result >= 0 || error->code != result || name == NULL || strchr(error->text, '\n') != NULL ||
        strlen(error->text) < strlen(path) + 10)
        fail_msg("%s: %d: \"%s\"", path, result, error->text);
}

/* return: frames that came out of it */
static int play(const char *path)
{
    struct mr_source_options options = { .url = path };
    struct mr_converter_options conversion = { .fit = MR_FIT_CONTAIN, .slots = 1 };
    struct mr_source *source;
    struct mr_converter *converter;
    struct mr_error error = { 0 };
    int result = mr_source_open(&options, &source, &error), frames = 0;
    assert_int_equal(mr_converter_create(&conversion, &converter), 0);
    struct mr_decoded decoded;
    while (result == 0 && (result = mr_source_read(source, &decoded, &error)) == 0) {
        struct mr_picture *picture;
        result = mr_converter_run(converter, &decoded, &picture, &error);
        mr_picture_unref(&picture);
        if (++frames > MAX_FRAMES)
            fail_msg("%s: no end of frames", path);
    }
    if (result != 1)
        check_line(path, result, &error);
    mr_converter_destroy(converter);
    mr_source_close(source);
    return frames;
}

static void check_clip(const struct damage_clip *clip)
{
    int frames = 0, refused = 0;
    long most = 0;
    int64_t longest_us = 0;
    for (int i = 0; i < DAMAGE_VARIANTS; i++) {
        damage_write(clip, i, current);
        reset_peak();
        long before = read_status("VmRSS:");
        int64_t start_us = mr_clock_now_us();
        alarm(LIMIT_S);
        int count = play(current);
        alarm(0);
        long growth = read_status("VmHWM:") - before;
        int64_t took_us = mr_clock_now_us() - start_us;
        longest_us = took_us > longest_us ? took_us : longest_us;
        most = growth > most ? growth : most;
        frames += count;
        refused += count == 0;
        if (growth > MAX_GROWTH)
            fail_msg("%s: takes %ld MiB", current, growth >> 10);
        unlink(current);
    }
    print_message("%s: %d variants, %d of them without a frame, %d frames in all; at most %ld KiB "
                  "and %ld ms\n",
                  clip->file, DAMAGE_VARIANTS, refused, frames, most, (long)(longest_us / 1000));
    /* most of them are shown in part: else this would be a test of opening only */
    assert_true(refused < DAMAGE_VARIANTS / 2);
    assert_true(frames > 25 * DAMAGE_VARIANTS / 3);
}

static void plays_what_is_left(void **state)
{
    (void)state;
    struct damage_clip clips[DAMAGE_CLIPS];
    signal(SIGALRM, hangs);
    damage_clips_make(clips);
    for (int i = 0; i < DAMAGE_CLIPS; i++)
        check_clip(&clips[i]);
    damage_clips_finish(clips);
}

/* Pictures of a file that say they are of 15000x15000, which would be more than a gigabyte each. */
static void check_giant(const char *file, const char *codec, const char *mark, size_t offset,
                        const uint8_t *size, size_t size_bytes)
{
    char path[CLIP_PATH];
    struct mr_buffer content = { 0 };
    clip_path(file, path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=25 -frames:v 3 -c:v %s %s", codec, path);
    assert_int_equal(mr_file_read(path, 1 << 20, &content), 0);
    uint8_t *end = content.data + content.size, *at = content.data;
    int found = 0;
    while ((at = memmem(at, (size_t)(end - at), mark, strlen(mark))) != NULL) {
        memcpy(at + offset, size, size_bytes);
        at += offset;
        found++;
    }
    assert_int_equal(found, 3);
    FILE *written = fopen(path, "wb");
    assert_non_null(written);
    assert_int_equal(fwrite(content.data, 1, content.size, written), content.size);
    fclose(written);
    mr_buffer_finish(&content);

    reset_peak();
    long before = read_status("VmRSS:");
    assert_int_equal(play(path), 0);
    assert_in_range(read_status("VmHWM:"), 0, before + MAX_WASTE);
}

static void refuses_giants(void **state)
{
    (void)state;
    const uint8_t png[] = { 0, 0, 15000 >> 8, 15000 & 255, 0, 0, 15000 >> 8, 15000 & 255 };
    const uint8_t jpeg[] = { 15000 >> 8, 15000 & 255, 15000 >> 8, 15000 & 255 };
    check_giant("giant.mkv", "png", "IHDR", 4, png, sizeof(png));
    check_giant("giant.avi", "mjpeg -pix_fmt yuvj420p", "\xff\xc0", 5, jpeg, sizeof(jpeg));
}

RUN_TESTS(cmocka_unit_test(plays_what_is_left), cmocka_unit_test(refuses_giants))

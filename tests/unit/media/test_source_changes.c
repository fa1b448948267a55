/* Streams whose pictures change their size and format in the middle, and whose rate varies: each
 * picture is what the part of the stream gives alone. */
#include "media/convert/converter.h"
#include "media/source/source.h"

#include "support/check.h"
#include "support/clip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES 6
#define PARTS  4

static const struct part {
    const char *size, *format;
    int width, height;
} parts[PARTS] = {
    { "64x48", "yuv420p", 64, 48 },
    { "96x80", "yuv420p", 96, 80 },
    { "96x80", "yuv422p", 96, 80 },
    { "48x32", "yuv422p", 48, 32 },
};

struct player {
    struct mr_source *source;
    struct mr_converter *converter;
};

static void open_player(const char *path, struct player *player)
{
    struct mr_source_options options = { .url = path };
    struct mr_converter_options conversion = { .slots = 1 };
    struct mr_error error;
    if (mr_source_open(&options, &player->source, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(mr_converter_create(&conversion, &player->converter), 0);
}

static void close_player(struct player *player)
{
    mr_converter_destroy(player->converter);
    mr_source_close(player->source);
}

/* return: the next picture; NULL at the end */
static struct mr_picture *next(struct player *player)
{
    struct mr_decoded decoded;
    struct mr_picture *picture;
    struct mr_error error = { 0 };
    int result = mr_source_read(player->source, &decoded, &error);
    if (result == 0)
        result = mr_converter_run(player->converter, &decoded, &picture, &error);
    if (result < 0)
        fail_msg("%s", error.text);
    return result == 0 ? picture : NULL;
}

static bool are_alike(const struct mr_picture *a, const struct mr_picture *b)
{
    if (a->width != b->width || a->height != b->height)
        return false;
    for (int i = 0; i < 3; i++)
        for (int y = 0; y < (i == 0 ? a->height : a->height / 2); y++)
            if (memcmp(a->plane[i] + y * a->stride_bytes[i], b->plane[i] + y * b->stride_bytes[i],
                       (size_t)(i == 0 ? a->width : a->width / 2)) != 0)
                return false;
    return true;
}

static void append(FILE *whole, const char *path)
{
    char bytes[4096];
    FILE *part = fopen(path, "r");
    assert_non_null(part);
    for (size_t size; (size = fread(bytes, 1, sizeof(bytes), part)) > 0;)
        assert_int_equal(fwrite(bytes, 1, size, whole), size);
    fclose(part);
}

/* A stream of all parts, one after another, and each as a file of its own. */
static void make(char whole[CLIP_PATH], char path[PARTS][CLIP_PATH])
{
    clip_path("whole.ts", whole);
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    for (int i = 0; i < PARTS; i++) {
        char name[16];
        snprintf(name, sizeof(name), "%d.ts", i);
        clip_path(name, path[i]);
        clip_ffmpeg(
            "-f lavfi -i testsrc2=size=%s:rate=25 -frames:v %d -pix_fmt %s -preset ultrafast "
            "-tune zerolatency -c:v libx264 -f mpegts %s",
            parts[i].size, FRAMES, parts[i].format, path[i]);
        append(file, path[i]);
    }
    assert_int_equal(fclose(file), 0);
}

static void size_and_format_change(void **state)
{
    (void)state;
    char whole[CLIP_PATH], path[PARTS][CLIP_PATH];
    struct player player, alone;
    int64_t last_us = -1;
    make(whole, path);
    open_player(whole, &player);
    for (int i = 0; i < PARTS; i++) {
        open_player(path[i], &alone);
        for (int frame = 0; frame < FRAMES; frame++) {
            struct mr_picture *picture = next(&player), *wanted = next(&alone);
            if (picture == NULL || wanted == NULL || !are_alike(picture, wanted))
                fail_msg("frame %d of part %d is another one", frame, i);
            assert_int_equal(picture->width, parts[i].width);
            assert_int_equal(picture->height, parts[i].height);
            assert_true(picture->pts_us >= last_us); /* the parts have the same times */
            last_us = picture->pts_us;
            mr_picture_unref(&picture);
            mr_picture_unref(&wanted);
        }
        close_player(&alone);
    }
    assert_null(next(&player));
    assert_in_range(mr_source_damaged(player.source), 0, PARTS - 1); /* at the seams */
    close_player(&player);
}

/* Every third frame is left out, with its time. */
static void a_varying_rate_keeps_its_times(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    struct player player;
    struct mr_picture *picture;
    int count = 0;
    clip_path("varying.mkv", path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=25 -vf select=mod(n\\,3) -frames:v 10 -vsync "
                "vfr -c:v mpeg4 %s",
                path);
    open_player(path, &player);
    for (; (picture = next(&player)) != NULL; count++) {
        int64_t number = count / 2 * 3 + count % 2; /* 1 2 4 5 7 … of the first, from 0 */
        assert_true(llabs(picture->pts_us - number * 40000) <= 1000);
        mr_picture_unref(&picture);
    }
    assert_int_equal(count, 10);
    close_player(&player);
}

RUN_TESTS(cmocka_unit_test(size_and_format_change),
          cmocka_unit_test(a_varying_rate_keeps_its_times))

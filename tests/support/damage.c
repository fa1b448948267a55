#include "support/damage.h"

#include "base/file.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_FILE (4u << 20)

/* Where the damage is worst: sizes, counts and tables. */
#define HEADER_BYTES 1024

static const struct {
    const char *file, *codec;
} kinds[DAMAGE_CLIPS] = {
    { "h264.mp4", "libx264 -preset ultrafast -bf 2 -g 8 -pix_fmt yuv420p -movflags faststart" },
    { "hevc.mkv", "libx265 -preset ultrafast -x265-params keyint=8:log-level=error" },
    { "vp9.webm", "libvpx-vp9 -deadline realtime -cpu-used 8 -g 8 -pix_fmt yuv420p" },
    { "mjpeg.avi", "mjpeg -q:v 5 -pix_fmt yuvj420p" },
    { "picture.gif", "gif" },
};

struct dice {
    uint64_t state;
};

static uint64_t roll(struct dice *dice) /* xorshift64* */
{
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return dice->state * UINT64_C(2685821657736338717) >> 16;
}

static size_t below(struct dice *dice, size_t limit)
{
    return (size_t)(roll(dice) % limit);
}

void damage_clips_make(struct damage_clip clips[DAMAGE_CLIPS])
{
    for (int i = 0; i < DAMAGE_CLIPS; i++) {
        char path[CLIP_PATH];
        clip_path(kinds[i].file, path);
        clip_ffmpeg("-f lavfi -i testsrc2=size=160x120:rate=25 -frames:v 25 -threads 1 -c:v %s %s",
                    kinds[i].codec, path);
        clips[i] = (struct damage_clip){ .file = kinds[i].file };
        assert_int_equal(mr_file_read(path, LARGEST_FILE, &clips[i].whole), 0);
        assert_true(clips[i].whole.size > 8 * HEADER_BYTES);
    }
}

void damage_clips_finish(struct damage_clip clips[DAMAGE_CLIPS])
{
    for (int i = 0; i < DAMAGE_CLIPS; i++)
        mr_buffer_finish(&clips[i].whole);
}

static void flip_bits(struct dice *dice, uint8_t *bytes, size_t size, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[below(dice, size)] ^= (uint8_t)(1u << below(dice, 8));
}

static void cut(struct dice *dice, struct mr_buffer *content)
{
    content->size = 1 + below(dice, content->size - 1);
}

/* One to four bits of the header, or up to a hundred anywhere, or a run of nonsense. */
static void flip(struct dice *dice, struct mr_buffer *content, int kind)
{
    size_t start, length;
    switch (kind) {
    case 0:
        flip_bits(dice, content->data, HEADER_BYTES, 1 + below(dice, 4));
        break;
    case 1:
        flip_bits(dice, content->data, content->size, 1 + below(dice, 100));
        break;
    default:
        start = below(dice, content->size);
        length = 1 + below(dice, content->size - start) % HEADER_BYTES;
        for (size_t i = start; i < start + length; i++)
            content->data[i] = (uint8_t)roll(dice);
    }
}

/* A part is lost, comes twice, or takes the place of another. */
static void splice(struct dice *dice, struct mr_buffer *content, int kind)
{
    size_t length = 1 + below(dice, content->size / 4);
    size_t from = below(dice, content->size - length), to = below(dice, content->size - length);
    uint8_t *data = content->data;
    switch (kind) {
    case 0:
        memmove(data + from, data + from + length, content->size - from - length);
        content->size -= length;
        break;
    case 1:
        assert_non_null(mr_buffer_reserve(content, length));
        data = content->data;
        memmove(data + from + length, data + from, content->size - from);
        content->size += length;
        break;
    default:
        memmove(data + to, data + from, length);
    }
}

void damage_write(const struct damage_clip *clip, int number, char path[CLIP_PATH])
{
    struct dice dice = { .state = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(number + 1) };
    struct mr_buffer content = { 0 };
    mr_buffer_append(&content, clip->whole.data, clip->whole.size);
    assert_false(content.failed);
    if (number % 4 == 0)
        cut(&dice, &content);
    else if (number % 4 == 1)
        splice(&dice, &content, number / 4 % 3);
    else
        flip(&dice, &content, number / 4 % 3);

    char name[64];
    snprintf(name, sizeof(name), "%d_%s", number, clip->file);
    clip_path(name, path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
    fclose(file);
    mr_buffer_finish(&content);
}

#include "modes.h"

#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool parse(const char *text, struct mode *mode)
{
    char format[8];
    if (sscanf(text, "%7[^:]:%ux%u@%u=%511[^;]", format, &mode->width, &mode->height, &mode->fps,
               mode->frames) != 5)
        return false;
    bool raw = strcmp(format, "yuyv") == 0;
    mode->format = raw ? V4L2_PIX_FMT_YUYV : V4L2_PIX_FMT_MJPEG;
    mode->size = mode->width * mode->height * 2;
    return (raw || strcmp(format, "mjpeg") == 0) && mode->size > 0 && mode->fps > 0;
}

int modes_read(struct mode modes[MODES_MAX])
{
    const char *text = getenv("CAMERA_MODES");
    int count = 0;
    while (text != NULL && *text != '\0' && count < MODES_MAX) {
        if (!parse(text, &modes[count++])) {
            fprintf(stderr, "camera: CAMERA_MODES: \"%s\" should be FORMAT:WxH@FPS=FILE;...\n",
                    text);
            _exit(1);
        }
        text += strcspn(text, ";");
        text += *text == ';';
    }
    if (count == 0) {
        fprintf(stderr, "camera: CAMERA_MODES is missing\n");
        _exit(1);
    }
    return count;
}

static unsigned difference(unsigned a, unsigned b)
{
    return a > b ? a - b : b - a;
}

const struct mode *modes_choose(const struct mode *modes, int count, uint32_t format,
                                unsigned width, unsigned height, unsigned fps)
{
    const struct mode *best = NULL;
    unsigned best_far = 0;
    bool known = false;
    for (int i = 0; i < count; i++)
        known |= modes[i].format == format;
    for (int i = 0; i < count; i++) {
        const struct mode *mode = &modes[i];
        unsigned far = difference(mode->width, width) + difference(mode->height, height);
        far = far * 1000 + (fps > 0 ? difference(mode->fps, fps) : 0);
        if (mode->format == (known ? format : modes[0].format) &&
            (best == NULL || far < best_far)) {
            best = mode;
            best_far = far;
        }
    }
    return best;
}

/* Modes are alike when they agree in the first `depth` of format, size and rate. */
static bool is_alike(const struct mode *a, const struct mode *b, int depth)
{
    return a->format == b->format &&
           (depth < 2 || (a->width == b->width && a->height == b->height)) &&
           (depth < 3 || a->fps == b->fps);
}

/* The `index`th of those that are like `wanted` in depth - 1 and differ in `depth`. */
static const struct mode *find(const struct mode *modes, int count, const struct mode *wanted,
                               int depth, unsigned index)
{
    for (int i = 0; i < count; i++) {
        bool seen = depth > 1 && !is_alike(&modes[i], wanted, depth - 1);
        for (int j = 0; j < i && !seen; j++)
            seen = is_alike(&modes[i], &modes[j], depth);
        if (!seen && index-- == 0)
            return &modes[i];
    }
    return NULL;
}

const struct mode *modes_format(const struct mode *modes, int count, unsigned index)
{
    return find(modes, count, NULL, 1, index);
}

const struct mode *modes_size(const struct mode *modes, int count, uint32_t format, unsigned index)
{
    return find(modes, count, &(struct mode){ .format = format }, 2, index);
}

const struct mode *modes_rate(const struct mode *modes, int count, uint32_t format, unsigned width,
                              unsigned height, unsigned index)
{
    const struct mode wanted = { .format = format, .width = width, .height = height };
    return find(modes, count, &wanted, 3, index);
}

/* The length of the JPEG that `bytes` begin with. */
static size_t measure_jpeg(const uint8_t *bytes, size_t size)
{
    for (size_t i = 2; i + 1 < size; i++)
        if (bytes[i] == 0xff && bytes[i + 1] == 0xd9)
            return i + 2;
    return size;
}

size_t modes_read_frame(const struct mode *mode, int file, uint8_t *to)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        ssize_t got = read(file, to, mode->size);
        if (mode->format == V4L2_PIX_FMT_YUYV && got == (ssize_t)mode->size)
            return mode->size;
        if (mode->format == V4L2_PIX_FMT_MJPEG && got > 2) {
            size_t length = measure_jpeg(to, (size_t)got);
            lseek(file, (off_t)length - got, SEEK_CUR);
            return length;
        }
        lseek(file, 0, SEEK_SET);
    }
    return 0;
}

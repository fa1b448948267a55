#include "support/jpegs.h"

#include "support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static void paint(uint8_t *pixel, int x, int y, unsigned seed)
{
    double wave = sin((x + (int)seed * 7) / 17.0) + cos((y - (int)seed * 3) / 23.0);
    bool inside = (x / 40 + y / 40 + (int)seed) % 5 == 0;
    pixel[0] = (uint8_t)(inside ? 220 : 128 + 60 * wave);
    pixel[1] = (uint8_t)(128 + 50 * sin(x / 31.0 + y / 11.0));
    pixel[2] = (uint8_t)(inside ? 30 : 100 + 40 * cos((x + y) / 29.0));
}

struct jpeg_file jpeg_make(int width, int height, int sampling, bool progressive, unsigned seed)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            paint(pixels + ((size_t)y * (size_t)width + (size_t)x) * 3, x, y, seed);
    tjhandle handle = tjInitCompress();
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    int flags = TJFLAG_ACCURATEDCT | (progressive ? TJFLAG_PROGRESSIVE : 0);
    assert_int_equal(
        tjCompress2(handle, pixels, width, 0, height, TJPF_RGB, &jpeg, &size, sampling, 90, flags),
        0);
    struct jpeg_file file = { malloc(size), size };
    memcpy(file.bytes, jpeg, size);
    tjFree(jpeg);
    tjDestroy(handle);
    free(pixels);
    return file;
}

void jpeg_free(struct jpeg_file *file)
{
    free(file->bytes);
    *file = (struct jpeg_file){ 0 };
}

void jpeg_insert(struct jpeg_file *file, size_t at, const void *bytes, size_t size)
{
    file->bytes = realloc(file->bytes, file->size + size);
    memmove(file->bytes + at + size, file->bytes + at, file->size - at);
    memcpy(file->bytes + at, bytes, size);
    file->size += size;
}

void jpeg_remove(struct jpeg_file *file, size_t at, size_t size)
{
    memmove(file->bytes + at, file->bytes + at + size, file->size - at - size);
    file->size -= size;
}

static bool find(const struct jpeg_file *file, uint8_t marker, size_t *at, size_t *size)
{
    for (*at = 2; *at + 4 <= file->size && file->bytes[*at] == 0xff; *at += *size) {
        *size = 2 + (size_t)(file->bytes[*at + 2] << 8 | file->bytes[*at + 3]);
        if (file->bytes[*at + 1] == marker)
            return true;
    }
    return false;
}

size_t jpeg_find(const struct jpeg_file *file, uint8_t marker, size_t *size)
{
    size_t at;
    assert_true(find(file, marker, &at, size));
    return at;
}

void jpeg_strip_tables(struct jpeg_file *file)
{
    size_t at, size;
    while (find(file, 0xc4, &at, &size))
        jpeg_remove(file, at, size);
}

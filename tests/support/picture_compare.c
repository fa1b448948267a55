#include "support/picture_compare.h"

#include "base/file.h"
#include "support/check.h"

#include <math.h>
#include <stdlib.h>
#include <turbojpeg.h>

#define LARGEST_FILE (64u << 20)

struct rgb_picture rgb_from_jpeg(const uint8_t *jpeg, size_t size)
{
    struct rgb_picture picture = { 0 };
    int subsampling, colorspace;
    tjhandle decoder = tjInitDecompress();
    assert_non_null(decoder);
    if (tjDecompressHeader3(decoder, jpeg, size, &picture.width, &picture.height, &subsampling,
                            &colorspace) != 0)
        fail_msg("not a JPEG: %s", tjGetErrorStr2(decoder));
    picture.pixels = malloc((size_t)picture.width * (size_t)picture.height * 3);
    assert_non_null(picture.pixels);
    if (tjDecompress2(decoder, jpeg, size, picture.pixels, picture.width, 0, picture.height,
                      TJPF_RGB, TJFLAG_ACCURATEDCT) != 0)
        fail_msg("a damaged JPEG: %s", tjGetErrorStr2(decoder));
    tjDestroy(decoder);
    return picture;
}

struct rgb_picture rgb_from_jpeg_file(const char *path)
{
    struct mr_buffer content = { 0 };
    if (mr_file_read(path, LARGEST_FILE, &content) != 0)
        fail_msg("cannot read %s", path);
    struct rgb_picture picture = rgb_from_jpeg(content.data, content.size);
    mr_buffer_finish(&content);
    return picture;
}

void rgb_free(struct rgb_picture *picture)
{
    free(picture->pixels);
    *picture = (struct rgb_picture){ 0 };
}

double rgb_psnr(const struct rgb_picture *a, const struct rgb_picture *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    size_t samples = (size_t)a->width * (size_t)a->height * 3;
    double sum = 0;
    for (size_t i = 0; i < samples; i++) {
        double difference = (double)a->pixels[i] - b->pixels[i];
        sum += difference * difference;
    }
    return sum == 0 ? 99 : fmin(99, 10 * log10(255.0 * 255.0 * (double)samples / sum));
}

unsigned rgb_at(const struct rgb_picture *picture, int x, int y)
{
    const uint8_t *pixel = picture->pixels + ((size_t)y * (size_t)picture->width + (size_t)x) * 3;
    return (unsigned)(pixel[0] << 16 | pixel[1] << 8 | pixel[2]);
}

/* How alike two pictures are. */
#ifndef TEST_SUPPORT_PICTURE_COMPARE_H
#define TEST_SUPPORT_PICTURE_COMPARE_H

#include <stddef.h>
#include <stdint.h>

/* A picture in RGB, 3 bytes a pixel without gaps; pixels malloc'd. */
struct rgb_picture {
    int width, height;
    uint8_t *pixels;
};

/* Decode a JPEG as a careful viewer does (exact DCT, smooth chroma); fails the test if it is none.
 */
struct rgb_picture rgb_from_jpeg(const uint8_t *jpeg, size_t size);

/* Read a whole JPEG file. */
struct rgb_picture rgb_from_jpeg_file(const char *path);

void rgb_free(struct rgb_picture *picture);

/* Peak signal-to-noise ratio over all three channels in dB, 99 at most; the sizes must agree. */
double rgb_psnr(const struct rgb_picture *a, const struct rgb_picture *b);

/* The three channels of one pixel as 0xrrggbb. */
unsigned rgb_at(const struct rgb_picture *picture, int x, int y);

#endif

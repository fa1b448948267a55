/* Decoded frames made by hand, and what colour a picture has where. */
#ifndef TEST_SUPPORT_FRAMES_H
#define TEST_SUPPORT_FRAMES_H

#include "media/picture/picture.h"

#include <libavutil/frame.h>

enum { RED = 0xff0000, GREEN = 0x00ff00, BLUE = 0x0000ff, WHITE = 0xffffff, BLACK = 0 };

/* RGB24, rows without padding: RED   GREEN
 *                               BLUE  WHITE */
AVFrame *frame_of_quarters(int width, int height);

/* One colour in a planar 8-bit format, rows without padding, nothing said about matrix and range.
 */
AVFrame *frame_of_yuv(enum AVPixelFormat format, int width, int height, int y, int cb, int cr);

/* The colour of a pixel of an I420 picture as 0xrrggbb. */
unsigned picture_colour(const struct mr_picture *picture, int x, int y);

/* Fail the test unless a pixel, or every pixel, has the colour, give or take 3 levels. */
void picture_check_colour(const struct mr_picture *picture, int x, int y, unsigned wanted);
void picture_check_even(const struct mr_picture *picture, unsigned wanted);

#endif

#include "support/frames.h"

#include "support/check.h"

#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

AVFrame *frame_of_quarters(int width, int height)
{
    const unsigned colours[] = { RED, GREEN, BLUE, WHITE };
    AVFrame *frame = av_frame_alloc();
    frame->format = AV_PIX_FMT_RGB24;
    frame->width = width;
    frame->height = height;
    assert_int_equal(av_frame_get_buffer(frame, 1), 0);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            unsigned colour = colours[(x * 2 >= width) + 2 * (y * 2 >= height)];
            uint8_t *pixel = frame->data[0] + y * frame->linesize[0] + x * 3;
            pixel[0] = (uint8_t)(colour >> 16);
            pixel[1] = (uint8_t)(colour >> 8);
            pixel[2] = (uint8_t)colour;
        }
    }
    return frame;
}

AVFrame *frame_of_yuv(enum AVPixelFormat format, int width, int height, int y, int cb, int cr)
{
    AVFrame *frame = av_frame_alloc();
    frame->format = format;
    frame->width = width;
    frame->height = height;
    assert_int_equal(av_frame_get_buffer(frame, 1), 0);
    const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(format);
    const int values[3] = { y, cb, cr };
    for (int i = 0; i < descriptor->nb_components; i++) {
        int rows = i == 0 ? height : AV_CEIL_RSHIFT(height, descriptor->log2_chroma_h);
        memset(frame->data[i], values[i], (size_t)frame->linesize[i] * (size_t)rows);
    }
    return frame;
}

static uint8_t clamp(double value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + 0.5);
}

unsigned picture_colour(const struct mr_picture *picture, int x, int y)
{
    double luma = picture->plane[0][y * picture->stride_bytes[0] + x];
    double cb = picture->plane[1][y / 2 * picture->stride_bytes[1] + x / 2] - 128.0;
    double cr = picture->plane[2][y / 2 * picture->stride_bytes[2] + x / 2] - 128.0;
    unsigned r = clamp(luma + 1.402 * cr), b = clamp(luma + 1.772 * cb);
    unsigned g = clamp(luma - 0.344136 * cb - 0.714136 * cr);
    return r << 16 | g << 8 | b;
}

void picture_check_colour(const struct mr_picture *picture, int x, int y, unsigned wanted)
{
    unsigned colour = picture_colour(picture, x, y);
    for (int shift = 0; shift < 24; shift += 8)
        if (abs((int)(colour >> shift & 255) - (int)(wanted >> shift & 255)) > 3)
            fail_msg("%06x at %d,%d, not %06x", colour, x, y, wanted);
}

void picture_check_even(const struct mr_picture *picture, unsigned wanted)
{
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            picture_check_colour(picture, x, y, wanted);
}

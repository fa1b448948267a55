/* Colours of translucent pixels, and what they are multiplied with their alpha. */
#include "script/kernel/kernel_alpha.h"

static void for_each_pixel(struct mr_picture *picture, void (*change)(uint8_t *pixel))
{
    for (int y = 0; y < picture->height; y++) {
        uint8_t *pixel = picture->plane[0] + (size_t)y * (size_t)picture->stride_bytes[0];
        for (int x = 0; x < picture->width; x++, pixel += 4)
            if (pixel[3] != 255)
                change(pixel);
    }
}

static void divide(uint8_t *pixel)
{
    unsigned alpha = pixel[3];
    for (int i = 0; i < 3; i++) {
        unsigned value = alpha > 0 ? (pixel[i] * 255u + alpha / 2) / alpha : 0;
        pixel[i] = (uint8_t)(value < 255 ? value : 255);
    }
}

static void multiply(uint8_t *pixel)
{
    for (int i = 0; i < 3; i++)
        pixel[i] = (uint8_t)((pixel[i] * (unsigned)pixel[3] + 127) / 255);
}

void mr_kernel_alpha_begin(struct mr_picture *picture)
{
    for_each_pixel(picture, divide);
}

void mr_kernel_alpha_end(struct mr_picture *picture)
{
    for_each_pixel(picture, multiply);
}

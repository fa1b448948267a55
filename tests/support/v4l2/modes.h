/* What the camera of camera.c can do: formats, sizes and rates, each with a file of its frames. */
#ifndef TEST_SUPPORT_V4L2_MODES_H
#define TEST_SUPPORT_V4L2_MODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODES_MAX 16

struct mode {
    uint32_t format; /* V4L2_PIX_FMT_YUYV or V4L2_PIX_FMT_MJPEG */
    unsigned width, height, fps;
    unsigned size; /* of the largest frame, in bytes */
    char frames[512];
};

/* Take the environment's CAMERA_MODES apart: "yuyv:400x300@25=FILE;mjpeg:1280x720@30=FILE", YUYV as raw
 * frames, MJPEG as JPEGs one after the other. Ends the program when they make no sense. */
int modes_read(struct mode modes[MODES_MAX]);

/* The mode that comes nearest: of that format if there is one, else of the first one's. fps: 0: any */
const struct mode *modes_choose(const struct mode *modes, int count, uint32_t format,
                                unsigned width, unsigned height, unsigned fps);

/* The `index`th different format, size of a format, or rate of a size, in the order of the list.
 * return: a mode that has it, NULL behind the last */
const struct mode *modes_format(const struct mode *modes, int count, unsigned index);
const struct mode *modes_size(const struct mode *modes, int count, uint32_t format, unsigned index);
const struct mode *modes_rate(const struct mode *modes, int count, uint32_t format, unsigned width,
                              unsigned height, unsigned index);

/* Read the next frame of an open file of frames, the first one after the last.
 * return: its size; 0 when there is none */
size_t modes_read_frame(const struct mode *mode, int file, uint8_t *to);

#endif

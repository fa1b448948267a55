#include "media/convert/placement.h"

#include <libyuv/planar_functions.h>
#include <libyuv/rotate.h>

struct mr_planes mr_placement_planes(const struct mr_picture *picture, const struct mr_rect *to)
{
    struct mr_planes planes;
    for (int i = 0; i < 3; i++) {
        ptrdiff_t x = (ptrdiff_t)to->x, y = (ptrdiff_t)to->y;
        if (i > 0) {
            x /= 2;
            y /= 2;
        }
        planes.data[i] = picture->plane[i] + y * picture->stride_bytes[i] + x;
        planes.stride_bytes[i] = picture->stride_bytes[i];
    }
    return planes;
}

/* A flip left to right is a flip upside down (libyuv: a negative height) and half a turn. */
void mr_placement_put(const struct mr_planes *from, struct mr_size size,
                      struct mr_orientation orientation, const struct mr_picture *picture,
                      const struct mr_rect *to)
{
    struct mr_planes planes = mr_placement_planes(picture, to);
    int turn = (orientation.rotation + (orientation.mirrored ? 180 : 0)) % 360;
    int height = orientation.mirrored ? -size.height : size.height;
    I420Rotate(from->data[0], (int)from->stride_bytes[0], from->data[1], (int)from->stride_bytes[1],
               from->data[2], (int)from->stride_bytes[2], planes.data[0],
               (int)planes.stride_bytes[0], planes.data[1], (int)planes.stride_bytes[1],
               planes.data[2], (int)planes.stride_bytes[2], size.width, height,
               (enum RotationMode)turn);
}

static void fill_black(const struct mr_picture *picture, int x, int y, int width, int height)
{
    if (width < 1 || height < 1)
        return;
    I420Rect(picture->plane[0], picture->stride_bytes[0], picture->plane[1],
             picture->stride_bytes[1], picture->plane[2], picture->stride_bytes[2], x, y, width,
             height, 0, 128, 128);
}

void mr_placement_bars(const struct mr_picture *picture, const struct mr_rect *to)
{
    int left = (int)to->x, top = (int)to->y;
    int right = left + (int)to->width, bottom = top + (int)to->height;
    fill_black(picture, 0, 0, picture->width, top);
    fill_black(picture, 0, bottom, picture->width, picture->height - bottom);
    fill_black(picture, 0, top, left, (int)to->height);
    fill_black(picture, right, top, picture->width - right, (int)to->height);
}
